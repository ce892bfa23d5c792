import CSQLite
import Platform
import SQLite

/// When and how a store's log goes back into its file.
///
/// A thread of its own copies pages while the writer goes on (PASSIVE). That alone need never come to an end under constant
/// writing, and only a log that is copied whole is reused from its start: so beyond a hard limit the writer itself copies the
/// rest before its next transaction.
final class MemberCheckpoints: Sendable {
    struct Limits: Sendable {
        /// The thread is asked each time that the log has grown by this much.
        var soft = 32 << 20
        /// The writer checkpoints itself.
        var hard = 256 << 20
    }

    private final class Connection: @unchecked Sendable {
        let database: Database
        init(_ database: Database) { self.database = database }
    }
    private let connection: Monitor<Connection?>
    private static let cacheBytes = 1 << 20
    private struct Next: Sendable {
        var soft: Int
        var hard: Int
    }
    /// Log sizes at which something is done next. Used by the writer only.
    private let next: Monitor<Next>
    private let limits: Limits
    private let checkpointer: MemberCheckpointer
    private let path: String
    private let log: Log

    init(path: String, log: Log, checkpointer: MemberCheckpointer, limits: Limits) throws {
        self.limits = limits
        next = Monitor(Next(soft: limits.soft, hard: limits.hard))
        self.path = path
        self.log = log
        self.checkpointer = checkpointer
        connection = Monitor(Connection(try Database(path: path, cacheBytes: Self.cacheBytes)))
    }

    /// Looks at the log after a commit. Called by the writer, under its lock, outside a transaction.
    func committed(_ writer: MemberWriter) {
        let bytes = writer.logBytes
        let (asks, checkpoints) = next.withLock { next in
            // The log began anew after a checkpoint that copied all of it.
            if bytes < next.soft - limits.soft { next = Next(soft: limits.soft, hard: limits.hard) }
            let reached = (bytes >= next.soft, bytes >= next.hard)
            if reached.0 { next.soft = bytes + limits.soft }
            // If that fails (a reader that stays), not at each commit again.
            if reached.1 { next.hard = bytes + limits.soft }
            return reached
        }
        if checkpoints { checkpointInWriter(writer) } else if asks { checkpointer.request(self) }
    }

    /// Copies what can be copied beside the writer. Called by the checkpointer's thread.
    func checkpoint() {
        connection.withLock { connection in
            guard var present = connection else { return }
            if present.database.isReadOnly,
                let again = try? Connection(Database(path: path, cacheBytes: Self.cacheBytes))
            {
                // As the writer's.
                (present, connection) = (again, again)
            }
            let status = sqlite3_wal_checkpoint_v2(
                present.database.handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
            if status != SQLITE_OK, status & 0xFF != SQLITE_BUSY { warn(status) }
        }
    }

    func close() { connection.withLock { $0 = nil } }

    /// RESTART copies all and sees to it that the next transaction writes at the log's start, unless a reader or the
    /// thread's checkpoint is in the way for too long; then a later commit tries again.
    private func checkpointInWriter(_ writer: MemberWriter) {
        sqlite3_busy_timeout(writer.database.handle, 500)
        defer { sqlite3_busy_timeout(writer.database.handle, 10_000) }
        let status = sqlite3_wal_checkpoint_v2(writer.database.handle, nil, SQLITE_CHECKPOINT_RESTART, nil, nil)
        if status == SQLITE_OK {
            next.withLock { $0 = Next(soft: limits.soft, hard: limits.hard) }
        } else {
            warn(status)
        }
    }

    private func warn(_ status: Int32) {
        log.warning(
            event: "members_not_checkpointed",
            "the log of a member store could not be checkpointed, it goes on growing",
            ["path": path, "status": "\(status)", "reason": String(cString: sqlite3_errstr(status))])
    }
}
