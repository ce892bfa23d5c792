import Glibc
import SQLite

/// Rows of an upload before they are loaded: a nameless file beside the source's, so that a slow upload holds no lock, a
/// broken one leaves nothing, and memory stays as it is.
final class Staging {
    /// Writes to the source, with the staged rows attached as `staging`.
    let database: Database
    private(set) var columnCount = 0
    private(set) var rows = 0
    private(set) var bytes = 0
    private var insert: Statement?

    init(sourcePath: String) throws(SQLiteError) {
        database = try Database(path: sourcePath, cacheBytes: 32 << 20)
        try database.execute("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864")
        CellFunctions.install(on: database.handle)
        let path = "\(sourcePath).upload-\(UInt64.random(in: 0 ... .max))"
        // The file is gone when the connection is.
        defer { unlink(path) }
        try database.statement("ATTACH ? AS staging").bind(1, path).run()
        try database.execute(
            """
            PRAGMA staging.page_size = 32768; PRAGMA staging.journal_mode = OFF; PRAGMA staging.synchronous = OFF;
            PRAGMA staging.locking_mode = EXCLUSIVE; PRAGMA staging.cache_size = -16384;
            BEGIN;
            CREATE TABLE staging.rows(place INTEGER PRIMARY KEY)
            """)
    }

    /// Adds columns c0, c1 … until there are so many.
    func widen(to count: Int) throws(SQLiteError) {
        guard count > columnCount else { return }
        insert = nil
        while columnCount < count {
            try database.execute("ALTER TABLE staging.rows ADD COLUMN c\(columnCount)")
            columnCount += 1
        }
    }

    /// The statement that stages a row: cells from parameter 1 on, every one to be bound.
    func statement() throws(SQLiteError) -> Statement {
        if let insert { return insert }
        let names = (0..<columnCount).map { "c\($0)" }.joined(separator: ",")
        let places = Array(repeating: "?", count: columnCount).joined(separator: ",")
        // Objects without a member can come before the first column.
        let values = columnCount == 0 ? " DEFAULT VALUES" : "(\(names)) VALUES(\(places))"
        let made = try database.prepare("INSERT INTO staging.rows" + values)
        insert = made
        return made
    }

    /// Stages the row that is bound.
    func add(bytes: Int) throws(SQLiteError) {
        guard let insert else { return }
        try insert.run()
        rows += 1
        self.bytes += bytes
    }

    /// The rows are complete; a transaction over the source may begin.
    func seal() throws(SQLiteError) {
        insert = nil
        try database.execute("COMMIT")
    }
}
