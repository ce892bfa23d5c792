import CSQLite
import Glibc
import Platform
import SQLite

/// Why the Store did not do what it was asked. Every text is a sentence for people; none holds a bound value.
public enum StoreError: Error, Sendable, Hashable {
    /// The store was closed.
    case closed
    /// Too many writes wait already: answer 503 and let the caller come again.
    case overloaded
    /// There is no such thing in this workspace: what was looked for.
    case notFound(String)
    /// The write contradicts what is stored (a repeated id, a reference to nothing): what and why.
    case conflict(String)
    /// The journey's status is not one that the caller expected.
    case statusChanged(present: String)
    /// The run was taken over by another owner, or it is over: nothing was written.
    case staleFence(String)
    /// What was asked for is more than is given at once: how much that is, and how to ask.
    case tooLarge(String)
    /// The whole group of writes was lost: nothing of it was kept. The reason.
    case notCommitted(String)
    /// The disk is full.
    case diskFull(String)
    /// A stored value can't be read: which one.
    case corrupt(String)
    /// The file was written by a newer Tessera.
    case newerSchema(file: String, found: Int, known: Int)
    /// The secret key is missing, malformed, or not the one that this data directory was made with.
    case secretKey(String)
    /// Another process serves this data directory; nil when it did not tell its number.
    case locked(directory: String, pid: Int32?)
    /// SQLite refused otherwise: its extended result code and message.
    case storage(code: Int32, message: String)
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .closed: "the store is closed"
        case .overloaded: "too many writes are waiting: try again in a second"
        case .notFound(let what): "\(what) does not exist"
        case .conflict(let why): why
        case .statusChanged(let present): "the journey is \(present) now"
        case .staleFence(let why): why
        case .tooLarge(let why): why
        case .notCommitted(let why): "nothing was written: \(why)"
        case .diskFull(let what): "the disk is full: \(what). Free some space; nothing was half-written"
        case .corrupt(let what): "\(what) can't be read: restore a backup of the data directory"
        case .newerSchema(let file, let found, let known):
            "\(file) has schema \(found), this Tessera knows up to \(known): install the newer Tessera or restore a backup"
        case .secretKey(let why): why
        case .locked(let directory, let pid):
            "\(directory) is served by another process\(pid.map { " (pid \($0))" } ?? ""): stop it or take another --data"
        case .storage(let code, let message):
            passes
                ? "the data directory can't be used: \(message) (\(code)). Mend the disk or its rights; nothing was half-written"
                : "storage error \(code): \(message)"
        }
    }
}

extension StoreError {
    /// Says in the Store's words what SQLite refused.
    init(_ error: SQLiteError) {
        // SQLITE_CONSTRAINT_FOREIGNKEY, a macro that Swift does not see.
        let foreignKey = SQLITE_CONSTRAINT | 3 << 8
        switch (error.code, error.primaryCode) {
        case (foreignKey, _):
            self = .conflict("a reference names something that does not exist, or is still used: \(error.message)")
        case (_, SQLITE_CONSTRAINT):
            self = .conflict(error.message)
        case (_, SQLITE_FULL):
            self = .diskFull(error.message)
        case (_, SQLITE_CORRUPT), (_, SQLITE_NOTADB):
            self = .corrupt(error.message)
        default:
            self = .storage(code: error.code, message: error.message)
        }
    }

    /// Any error as one of the Store's, so that callers see a single type for what SQLite and the system say.
    static func from(_ error: any Error) -> any Error {
        switch error {
        case let error as SQLiteError: StoreError(error)
        case let error as SystemError where [ENOSPC, EDQUOT].contains(error.code): StoreError.diskFull("\(error)")
        case let error as SystemError: StoreError.storage(code: SQLITE_IOERR, message: "\(error)")
        default: error
        }
    }

    /// Whether the cause lies in the disk, its rights or the machine's load: what was refused succeeds, unchanged, once
    /// somebody has mended that.
    public var passes: Bool {
        switch self {
        case .diskFull, .notCommitted, .overloaded: true
        case .storage(let code, _):
            [
                SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_NOMEM, SQLITE_BUSY, SQLITE_LOCKED,
                SQLITE_PROTOCOL, SQLITE_NOLFS,
            ].contains(code & 0xFF)
        default: false
        }
    }
}
