/// A record that counts its definitions and its changes of status, of which its ETag is made.
public protocol Versioned {
    /// Counts definitions from 1; each update is a new one.
    var version: Int { get }
    /// Counts changes of the status, from 0.
    var statusChange: Int { get }
}

extension Versioned {
    /// The ETag with its quotes: the same as long as definition and status are. A run does not change it.
    public var etag: String { "\"\(version).\(statusChange)\"" }
}
