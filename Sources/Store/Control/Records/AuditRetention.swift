/// How much of the audit log is kept, of each workspace and of the server: what is beyond any of these goes, the oldest first.
public struct AuditRetention: Sendable, Hashable {
    /// Microseconds.
    public var age: Int64
    public var entries: Int
    /// Of the documents of before and after.
    public var bytes: Int64

    public init(age: Int64 = 365 * 86_400_000_000, entries: Int = 100_000, bytes: Int64 = 256 << 20) {
        self.age = age
        self.entries = entries
        self.bytes = bytes
    }
}

/// Which entries of the audit log are wanted.
public struct AuditFilter: Sendable, Hashable {
    public var object: AuditObject?
    public var objectID: String?
    public var action: AuditAction?
    /// The author's key.
    public var keyID: String?
    /// At it or later.
    public var since: Int64?
    /// Before it.
    public var until: Int64?

    public init() {}
}
