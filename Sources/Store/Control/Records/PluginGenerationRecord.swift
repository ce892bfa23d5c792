/// What became of a plugin's file. The raw value is what the API shows.
public enum PluginGenerationState: String, Sendable, Hashable {
    /// The one in use.
    case active
    /// Its content was not taken, and is not tried again until an operator asks.
    case refused
    /// A newer one took its place.
    case superseded
    /// An operator went back to an older one.
    case rolledBack
}

/// One content that a plugin id had.
public struct PluginGenerationRecord: Sendable, Hashable {
    public var pluginID: String
    /// Of the file, lower-case hexadecimal.
    public var sha256: String
    public var version: String
    public var state: PluginGenerationState
    /// Why it was refused or rolled back, else "".
    public var reason: String
    /// Counts the contents of this plugin id from 1; one content keeps its number.
    public var number: Int
    public var loadedAt: Int64
}
