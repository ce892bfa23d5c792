/// What a look through the plugin directories made of one file.
public struct LoadOutcome: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
        case active
        case refused
        /// Another file of the same plugin id is used instead.
        case shadowed
        /// Somebody is writing to it: it is looked at again.
        case busy
    }

    /// The file in a plugin directory; for a generation taken from the store, that copy.
    public var path: String
    /// Lower-case hex; empty when the file could not be read.
    public var sha256: String
    /// Nil when the file was refused before its id was known.
    public var pluginID: String?
    public var version: String
    public var state: State
    /// Why it is refused or shadowed; else empty.
    public var reason: String

    public init(
        path: String, sha256: String, pluginID: String?, version: String, state: State, reason: String = ""
    ) {
        self.path = path
        self.sha256 = sha256
        self.pluginID = pluginID
        self.version = version
        self.state = state
        self.reason = reason
    }
}
