import CSQLite
import SQLite

/// The writing connection of a member store. The store's lock guards it.
final class MemberWriter {
    let database: Database
    let isScratch: Bool
    private var synchronous: MemberCommit.Durability?
    /// Frames in the log after the last commit; written by SQLite's hook. Lives as long as the connection.
    private let frames: UnsafeMutablePointer<Int32>

    /// A transaction of 65,536 members dirties about 6 MB of pages; what does not fit spills into the log early.
    static let cacheBytes = 16 << 20
    /// Rows of 70 bytes: a larger page means fewer of them, a shallower tree and less log, but more memory. Both were measured
    /// (decision 0024).
    static let pageSize = 8192

    /// - Parameter isScratch: the file is of no use after this process: nothing is ever synced.
    init(path: String, isScratch: Bool) throws {
        self.isScratch = isScratch
        database = try Database(path: path, cacheBytes: Self.cacheBytes)
        frames = .allocate(capacity: 1)
        frames.pointee = 0
        // Page size and auto_vacuum count only before the first page is written.
        try database.execute(
            "PRAGMA page_size = \(Self.pageSize); PRAGMA auto_vacuum = NONE; PRAGMA journal_mode = WAL; "
                + "PRAGMA temp_store = MEMORY; PRAGMA synchronous = \(isScratch ? "OFF" : "NORMAL")")
        try MemberSchema.migrate(database, path: path)
        tessera_rows_register(database.handle)
        // This replaces SQLite's own checkpoint inside the commit: a thread does that beside the writer.
        sqlite3_wal_hook(
            database.handle,
            { context, _, _, frames in
                context?.assumingMemoryBound(to: Int32.self).pointee = frames
                return SQLITE_OK
            }, frames)
    }

    deinit {
        sqlite3_wal_hook(database.handle, nil, nil)
        frames.deallocate()
    }

    /// Size of the log after the last commit.
    var logBytes: Int { Int(frames.pointee) * Self.pageSize }

    /// Runs `body` in a transaction of that durability.
    ///
    /// A full commit also makes all earlier normal ones durable: all append to the one log, in order, and the full one
    /// syncs that file; what left the log by a checkpoint was synced into the database before the log was reused.
    func transaction<Result>(
        _ durability: MemberCommit.Durability, _ body: (Database) throws -> Result
    ) throws -> Result {
        // Not allowed inside a transaction, and a few microseconds: only when it changes.
        if !isScratch, synchronous != durability {
            try database.execute("PRAGMA synchronous = \(durability == .full ? "FULL" : "NORMAL")")
            synchronous = durability
        }
        return try database.transaction { try body(database) }
    }
}
