import CSQLite
import Platform
import SQLite
import Synchronization

/// The members of one workspace: who is in which journey, at which tile, in which state, and the counters over them.
///
/// One file, `members/<workspace>.db`. One connection writes, under a lock; reads take a connection from a pool, each page
/// in its own read transaction, and neither side waits for the other. Methods are safe from any thread and block: call them
/// on threads of our own, never on a reactor (except `stats`, which reads a few rows) nor on Swift's pool.
/// They throw `MemberStoreError` or `StoreError`.
public final class MemberStore: Sendable {
    public let path: String
    let clock: any Clock
    let log: Log
    let writer: Monitor<MemberWriter?>
    let readers: MemberReaders
    let checkpoints: MemberCheckpoints
    /// Transactions that have ended, also badly: what was read since the last one stands.
    private let written = Atomic<Int>(0)
    var changes: Int { written.load(ordering: .acquiring) }

    /// Opens the file, making it if absent, and brings its schema up to date.
    /// - Parameter checkpointer: the thread that moves the log into the file; stores of one process share it.
    public convenience init(
        path: String, clock: any Clock, log: Log, checkpointer: MemberCheckpointer = MemberCheckpointer()
    ) throws {
        try self.init(path: path, clock: clock, log: log, checkpointer: checkpointer, limits: .init())
    }

    init(
        path: String, clock: any Clock, log: Log, checkpointer: MemberCheckpointer, limits: MemberCheckpoints.Limits,
        isScratch: Bool = false
    ) throws {
        self.path = path
        self.clock = clock
        self.log = log
        writer = Monitor(try MemberWriter(path: path, isScratch: isScratch))
        readers = MemberReaders(path: path)
        checkpoints = try MemberCheckpoints(path: path, log: log, checkpointer: checkpointer, limits: limits)
    }

    /// Closes all connections; calls in progress end first, later ones throw `closed`. The log is moved into the file.
    public func close() {
        readers.close()
        checkpoints.close()
        writer.withLock { $0 = nil }
    }

    /// Runs `body` on the writer in one transaction.
    func write<Result>(_ durability: MemberCommit.Durability, _ body: (Database) throws -> Result) throws -> Result {
        do {
            return try writer.withLock { writer in
                guard var present = writer else { throw MemberStoreError.closed }
                if present.database.isReadOnly {
                    // Opened while the disk was read-only, which it need not be any more.
                    present = try MemberWriter(path: path, isScratch: present.isScratch)
                    writer = present
                }
                // Whatever becomes of it: an error may come after the commit.
                defer { written.add(1, ordering: .releasing) }
                let begun = SystemClock.uptime()
                let result = try present.transaction(durability, body)
                CommitFigures.members.count(SystemClock.uptime() - begun, present.database)
                checkpoints.committed(present)
                return result
            }
        } catch { throw StoreError.from(error) }
    }

    /// Writes something that changes nothing, durably.
    /// - Throws: `StoreError`, why the disk does not take it.
    public func proveWritable() throws {
        try write(.full) { try $0.execute("PRAGMA user_version = \(MemberSchema.migrations.count)") }
    }

    /// Runs `body` on a reader. Statements must be reset when it returns.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        do { return try readers.read(body) } catch { throw StoreError.from(error) }
    }
}
