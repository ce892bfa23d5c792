import CSQLite

/// One SQLite connection. It belongs to one thread at a time (NOMUTEX): the owner sees to that.
public final class Database: @unchecked Sendable {
    public enum Access: Sendable { case readWrite, readOnly }

    public let handle: OpaquePointer
    private var cached: [String: Statement] = [:]

    /// Opens (for `.readWrite` makes) the file. The page cache is `cacheBytes` large; secure_delete, which Debian switches
    /// on, is off. What its statements write into temporary files is counted by `temporary`.
    public init(
        path: String, access: Access = .readWrite, cacheBytes: Int = 16 << 20, temporary: TemporarySpace? = nil
    ) throws(SQLiteError) {
        var handle: OpaquePointer?
        let flags =
            SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
            | (access == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY)
        let status = sqlite3_open_v2(path, &handle, flags, temporary?.fileSystem)
        guard status == SQLITE_OK, let handle else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw SQLiteError(code: status, message: "\(path): \(message)", sql: nil)
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, 10_000)
        try execute("PRAGMA secure_delete = OFF; PRAGMA cache_size = -\(cacheBytes / 1024); PRAGMA foreign_keys = ON")
    }

    deinit {
        cached.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Runs one or several statements without parameters or rows.
    public func execute(_ sql: String) throws(SQLiteError) {
        let status = sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else { throw error(status, sql: sql) }
    }

    /// A prepared statement, kept by this connection under its text: reset, ready for new bindings.
    /// Not for nested use of the same text.
    public func statement(_ sql: String) throws(SQLiteError) -> Statement {
        if let statement = cached[sql] {
            statement.reset()
            return statement
        }
        let statement = try Statement(self, sql, persistent: true)
        cached[sql] = statement
        return statement
    }

    /// Prepares a statement that the caller owns, so that several may step at once.
    public func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(self, sql, persistent: false)
    }

    /// Rows changed by the last statement.
    public var changes: Int { Int(sqlite3_changes64(handle)) }

    public var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Whether it may only read: SQLite opens what can't be written to for reading, and leaves it at that when it can be again.
    public var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    /// Whether a transaction is open.
    public var inTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    public func transaction<Result>(immediate: Bool = true, _ body: () throws -> Result) throws -> Result {
        try execute(immediate ? "BEGIN IMMEDIATE" : "BEGIN")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // A full disk may have rolled back already; a second ROLLBACK would hide the first error.
            if inTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }

    func error(_ status: Int32, sql: String?) -> SQLiteError {
        SQLiteError(code: status, message: String(cString: sqlite3_errmsg(handle)), sql: sql)
    }
}

/// What SQLite refused: its extended result code, its message, and the statement (never the bound values).
public struct SQLiteError: Error, CustomStringConvertible, Sendable {
    public var code: Int32
    public var message: String
    public var sql: String?

    public init(code: Int32, message: String, sql: String?) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    /// The result code without its extension, as SQLITE_BUSY, SQLITE_FULL …
    public var primaryCode: Int32 { code & 0xFF }
    public var description: String { "SQLite \(code): \(message)" }
}
