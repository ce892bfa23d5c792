import Platform

/// What became of a generation: one content of a plugin's file. The raw value is what operators see.
public enum GenerationState: String, Sendable, Hashable, CaseIterable {
    /// The one in use, or in use when the gateway last ran.
    case active
    /// The one in use, stopped because it crashed too often, until an operator lifts that or another takes its place.
    case quarantined
    /// Not taken; not tried again until the content changes or an operator asks.
    case refused
    /// Replaced by another one.
    case superseded
    /// Taken back by an operator; not taken again, like `refused`.
    case rolledBack = "rolled_back"
    /// Taken out of use by an operator; not taken again, like `refused`.
    case retired

    /// Whether it is the one that its plugin id stands for: at most one content of an id is.
    public var isCurrent: Bool { self == .active || self == .quarantined }
    /// Whether only an operator brings the content back.
    public var isBarred: Bool { self == .refused || self == .rolledBack || self == .retired }
}

/// One generation as `control.db` remembers it.
public struct GenerationRecord: Sendable, Hashable {
    /// Empty when the file was refused before its id was known.
    public var pluginID: String
    /// Lower-case hex of the file's SHA-256. With `pluginID` the key of the record.
    public var sha256: String
    public var version: String
    public var state: GenerationState
    /// Why it was refused, stopped or taken back; else empty.
    public var reason: String
    /// Where it ran last, `inproc` or `process`; empty when it never ran.
    public var isolation: String
    /// The name of its file in a plugin directory; empty when that is not known.
    public var file: String
    /// Counts the contents of a plugin id from 1, refused ones too; a content keeps its number.
    public var number: Int
    /// Microseconds since 1970 UTC of the last change of state.
    public var loadedAt: Int64

    public init(
        pluginID: String, sha256: String, version: String, state: GenerationState, reason: String = "",
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

/// Where generations are remembered across restarts. Called while plugins load and for listings; any thread.
public protocol GenerationMemory: AnyObject, Sendable {
    /// Every record, in any order.
    func records() throws -> [GenerationRecord]
    /// Adds records, or replaces those with the same plugin id and hash: all of them or none. Durable when it returns.
    func remember(_ records: [GenerationRecord]) throws
}

/// A memory that ends with the process: for tests and for tools that start no gateway.
public final class ForgetfulMemory: GenerationMemory {
    private let kept = Monitor<[GenerationRecord]>([])

    public init() {}

    public func records() -> [GenerationRecord] { kept.withLock { $0 } }

    public func remember(_ records: [GenerationRecord]) {
        kept.withLock { kept in
            for record in records {
                kept.removeAll { $0.pluginID == record.pluginID && $0.sha256 == record.sha256 }
                kept.append(record)
            }
        }
    }
}
