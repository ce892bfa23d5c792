/// A model's SQL that can't be used: refused before it runs, or failed while it ran.
public struct ModelSQLError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// No single SELECT over the source's tables, malformed, or without a column that is needed.
        case refused
        /// SQLite gave up while the statement ran: an overflow, malformed JSON …
        case failed
        /// It ran longer than the deadline allows.
        case deadline
        /// The source's file is missing or damaged.
        case sourceGone
    }

    public var kind: Kind
    /// A sentence for people that names the remedy.
    public var message: String

    public init(_ kind: Kind = .refused, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}

/// A source whose file is missing or damaged: the run fails as a whole.
public struct SourceGone: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    public init(_ message: String) { self.message = message }
    public var description: String { message }
}

/// A preview or a count that ran longer than its deadline.
public struct DeadlineExceeded: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    public init(_ message: String) { self.message = message }
    public var description: String { message }
}

/// A scan or lookup that its caller cancelled.
public struct CancelledScan: Error, Sendable, Hashable, CustomStringConvertible {
    public init() {}
    public var description: String { "the scan was cancelled" }
}

/// A table that the source does not have.
public struct UnknownTable: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    public init(_ message: String) { self.message = message }
    public var description: String { message }
}

/// What the machine refused: a full disk, a lock of another process. The data is as it was.
public struct WarehouseFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    public init(_ message: String) { self.message = message }
    public var description: String { message }
}
