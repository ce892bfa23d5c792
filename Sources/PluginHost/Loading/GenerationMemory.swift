import Platform

/// What became of a generation: one content of a plugin's file.
public enum GenerationState: String, Sendable, Hashable {
    /// The one in use, or in use when the gateway last ran.
    case active
    /// Not taken; not tried again until the content changes or an operator asks.
    case refused
    /// Replaced by a newer one.
    case superseded
    /// Taken back by an operator; treated like `refused`.
    case rolledBack
}

/// One generation as `control.db` remembers it.
public struct GenerationRecord: Sendable, Hashable {
    /// Empty when the file was refused before its id was known.
    public var pluginID: String
    /// Lower-case hex of the file's SHA-256. With `pluginID` the key of the record.
    public var sha256: String
    public var version: String
    public var state: GenerationState
    /// Why it was refused; else empty.
    public var reason: String
    /// Counts the contents of a plugin id from 1, refused ones too; a content keeps its number.
    public var number: Int
    /// Microseconds since 1970 UTC of the last change of state.
    public var loadedAt: Int64

    public init(
        pluginID: String, sha256: String, version: String, state: GenerationState, reason: String = "",
        number: Int = 0, loadedAt: Int64
    ) {
        self.pluginID = pluginID
        self.sha256 = sha256
        self.version = version
        self.state = state
        self.reason = reason
        self.number = number
        self.loadedAt = loadedAt
    }
}

/// Where generations are remembered across restarts. Called while plugins load and for listings; any thread.
public protocol GenerationMemory: AnyObject, Sendable {
    /// Every record, in any order.
    func records() throws -> [GenerationRecord]
    /// Adds a record or replaces the one with the same plugin id and hash. Durable when it returns.
    func remember(_ record: GenerationRecord) throws
}

/// A memory that ends with the process: for tests and for tools that start no gateway.
public final class ForgetfulMemory: GenerationMemory {
    private let kept = Monitor<[GenerationRecord]>([])

    public init() {}

    public func records() -> [GenerationRecord] { kept.withLock { $0 } }

    public func remember(_ record: GenerationRecord) {
        kept.withLock { kept in
            kept.removeAll { $0.pluginID == record.pluginID && $0.sha256 == record.sha256 }
            kept.append(record)
        }
    }
}
