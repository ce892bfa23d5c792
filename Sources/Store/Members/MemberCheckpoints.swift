import CSQLite
import Platform
import SQLite

/// When and how a store's log goes back into its file.
///
/// A thread of its own copies pages while the writer goes on (PASSIVE). That alone need never come to an end under constant
/// writing, and only a log that is copied whole is reused from its start: so beyond a hard limit the writer itself copies the
/// rest before its next transaction.
final class MemberCheckpoints: Sendable {
    /// The thread is asked each time that the log has grown by this much.
    static let softBytes = 32 << 20
    /// The writer checkpoints itself.
    static let hardBytes = 256 << 20

    private final class Connection: @unchecked Sendable {
        let database: Database
        init(_ database: Database) { self.database = database }
    }
    private let connection: Monitor<Connection?>
    /// Log size at which the thread is asked next. Guarded by the lock of its own, taken by the writer only.
    private let nextRequest = Monitor(MemberCheckpoints.softBytes)
    private let checkpointer: MemberCheckpointer
    private let path: String
    private let log: Log

    init(path: String, log: Log, checkpointer: MemberCheckpointer) throws {
        self.path = path
        self.log = log
        self.checkpointer = checkpointer
        connection = Monitor(Connection(try Database(path: path, cacheBytes: 1 << 20)))
    }

    /// Looks at the log after a commit. Called by the writer, under its lock, outside a transaction.
    func committed(_ writer: MemberWriter) {
        let bytes = writer.logBytes
        if bytes >= Self.hardBytes { return checkpointInWriter(writer) }
        let ask = nextRequest.withLock { next in
            // The log began anew after a checkpoint that copied all of it.
            if bytes < next - Self.softBytes { next = Self.softBytes }
            guard bytes >= next else { return false }
            next = bytes + Self.softBytes
            return true
        }
        if ask { checkpointer.request(self) }
    }

    /// Copies what can be copied beside the writer. Called by the checkpointer's thread.
    func checkpoint() {
        connection.withLock { connection in
            guard let connection else { return }
            let status = sqlite3_wal_checkpoint_v2(
                connection.database.handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
            if status != SQLITE_OK, status & 0xFF != SQLITE_BUSY { warn(status) }
        }
    }

    func close() { connection.withLock { $0 = nil } }

    /// RESTART copies all and sees to it that the next transaction writes at the log's start, unless a reader or the
    /// thread's checkpoint is in the way for too long; then the next commit tries again.
    private func checkpointInWriter(_ writer: MemberWriter) {
        sqlite3_busy_timeout(writer.database.handle, 500)
        defer { sqlite3_busy_timeout(writer.database.handle, 10_000) }
        let status = sqlite3_wal_checkpoint_v2(writer.database.handle, nil, SQLITE_CHECKPOINT_RESTART, nil, nil)
        if status == SQLITE_OK { nextRequest.withLock { $0 = Self.softBytes } } else { warn(status) }
    }

    private func warn(_ status: Int32) {
        log.warning(
            "the log of a member store could not be checkpointed, it goes on growing",
            ["path": path, "status": "\(status)", "reason": String(cString: sqlite3_errstr(status))])
    }
}
