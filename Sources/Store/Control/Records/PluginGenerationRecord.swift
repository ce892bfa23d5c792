/// What became of a plugin's file. The raw value is what the API shows.
public enum PluginGenerationState: String, Sendable, Hashable, CaseIterable {
    /// The one in use.
    case active
    /// The one in use, stopped because it crashed too often, until an operator lifts that or another takes its place.
    case quarantined
    /// Its content was not taken, and is not tried again until an operator asks.
    case refused
    /// Another one took its place.
    case superseded
    /// An operator went back to another one.
    case rolledBack = "rolled_back"
    /// An operator took the plugin out of use.
    case retired

    /// Whether it is the one that its plugin id stands for: at most one content of an id is.
    public var isCurrent: Bool { self == .active || self == .quarantined }
}

/// One content that a plugin id had.
public struct PluginGenerationRecord: Sendable, Hashable {
    public var pluginID: String
    /// Of the file, lower-case hexadecimal.
    public var sha256: String
    public var version: String
    public var state: PluginGenerationState
    /// Why it was refused, stopped or rolled back, else "".
    public var reason: String
    /// Where it ran last: "inproc" or "process"; "" when it never ran, or before that was recorded.
    public var isolation: String
    /// The name that its file had, without the directory; "" when that is not known.
    public var file: String
    /// Counts the contents of this plugin id from 1; one content keeps its number. Given by the store.
    public var number: Int
    /// Microseconds since 1970 UTC of the last change of state.
    public var loadedAt: Int64

    public init(
        pluginID: String, sha256: String, version: String, state: PluginGenerationState, reason: String = "",
        isolation: String = "", file: String = "", number: Int = 0, loadedAt: Int64
    ) {
        self.pluginID = pluginID
        self.sha256 = sha256
        self.version = version
        self.state = state
        self.reason = reason
        self.isolation = isolation
        self.file = file
        self.number = number
        self.loadedAt = loadedAt
    }
}
