import Journeys

/// Who knows what plugins are used for, and so whether one may be replaced or taken away: the engine.
///
/// Methods are called from threads of the host, one at a time.
public protocol GenerationGuard: AnyObject, Sendable {
    /// Looks whether all that uses the plugin goes on after a change, and if so calls `swap` once, while nothing that it
    /// has looked at can change.
    /// - Returns: what speaks against the change, each naming its journey or destination; empty when it was made.
    func review(_ change: GenerationChange, swap: () -> Void) -> [Problem]

    /// A plugin was stopped because it crashed too often: nothing that needs it can go on. Not called for one that is
    /// found in quarantine at the start.
    func pluginWasQuarantined(_ pluginID: String, reason: String)

    /// It works again: an operator asked for it, or another generation has taken its place.
    func quarantineWasLifted(_ pluginID: String)
}

/// A change of what is loaded that is not made yet.
public struct GenerationChange: Sendable {
    public enum Kind: Sendable {
        /// A plugin's generation is to be replaced, or a new plugin to come in.
        case replacement
        /// A plugin is to be taken out of use.
        case retirement
    }

    public var kind: Kind
    public var pluginID: String
    /// What is loaded now.
    public var present: PluginCatalogue
    /// What will be. The configs opened in it stay open, and are the ones used after the change.
    public var proposed: PluginCatalogue
    /// The tile types that the change touches: those before and those after.
    public var tileTypes: Set<String>
    public var connectorTypes: Set<String>
}
