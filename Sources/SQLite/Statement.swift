import CSQLite

/// A prepared statement. It belongs to the thread that has its connection.
///
/// Parameters count from 1, columns from 0, as in SQLite.
///
/// It does not keep its `Database`, which keeps the statements it caches: neither would ever be freed. One that outlives the
/// connection still works, and lets go of it when it is freed (`sqlite3_close_v2`).
public final class Statement {
    public let handle: OpaquePointer
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ database: Database, _ sql: String, persistent: Bool) throws(SQLiteError) {
        var handle: OpaquePointer?
        let flags = persistent ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        let status = sqlite3_prepare_v3(database.handle, sql, -1, flags, &handle, nil)
        guard status == SQLITE_OK else { throw database.error(status, sql: sql) }
        guard let handle else { throw SQLiteError(code: SQLITE_MISUSE, message: "an empty statement", sql: sql) }
        self.handle = handle
    }

    deinit { sqlite3_finalize(handle) }

    /// Makes it ready to run again and forgets its bindings.
    public func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// Goes to the next row; false after the last.
    public func step() throws(SQLiteError) -> Bool {
        let status = sqlite3_step(handle)
        if status == SQLITE_ROW { return true }
        if status == SQLITE_DONE { return false }
        let error = SQLiteError(
            code: status, message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))),
            sql: String(cString: sqlite3_sql(handle)))
        sqlite3_reset(handle)
        throw error
    }

    /// Runs to the end and resets, so that no read lock stays.
    public func run() throws(SQLiteError) {
        while try step() {}
        sqlite3_reset(handle)
    }

    // MARK: Binding

    @discardableResult
    public func bind(_ index: Int32, _ value: Int64?) -> Statement {
        if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
        return self
    }

    @discardableResult
    public func bind(_ index: Int32, _ value: Int?) -> Statement { bind(index, value.map(Int64.init)) }

    @discardableResult
    public func bind(_ index: Int32, _ value: Double?) -> Statement {
        if let value { sqlite3_bind_double(handle, index, value) } else { sqlite3_bind_null(handle, index) }
        return self
    }

    /// Copies the text.
    @discardableResult
    public func bind(_ index: Int32, _ value: String?) -> Statement {
        guard var value else {
            sqlite3_bind_null(handle, index)
            return self
        }
        value.withUTF8 { bytes in
            // A null pointer would bind NULL, and an empty text is not null.
            guard let base = bytes.baseAddress else {
                sqlite3_bind_text(handle, index, "", 0, Statement.transient)
                return
            }
            _ = base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                sqlite3_bind_text(handle, index, $0, Int32(bytes.count), Statement.transient)
            }
        }
        return self
    }

    /// Binds text without a copy: the bytes must stay as they are until the statement is reset or bound anew.
    public func bind(_ index: Int32, borrowedText bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else {
            sqlite3_bind_text(handle, index, "", 0, Statement.transient)
            return
        }
        sqlite3_bind_text(handle, index, base.assumingMemoryBound(to: CChar.self), Int32(bytes.count), nil)
    }

    /// Copies the bytes.
    @discardableResult
    public func bind(_ index: Int32, blob value: [UInt8]?) -> Statement {
        if let value {
            if value.isEmpty {
                sqlite3_bind_zeroblob(handle, index, 0)
            } else {
                sqlite3_bind_blob(handle, index, value, Int32(value.count), Statement.transient)
            }
        } else {
            sqlite3_bind_null(handle, index)
        }
        return self
    }

    // MARK: Columns of the present row

    public var columnCount: Int32 { sqlite3_column_count(handle) }
    public func columnName(_ index: Int32) -> String {
        sqlite3_column_name(handle, index).map { String(cString: $0) } ?? ""
    }
    /// SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB or SQLITE_NULL.
    public func storage(_ index: Int32) -> Int32 { sqlite3_column_type(handle, index) }
    public func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }
    public func int64(_ index: Int32) -> Int64 { sqlite3_column_int64(handle, index) }
    public func int(_ index: Int32) -> Int { Int(sqlite3_column_int64(handle, index)) }
    public func double(_ index: Int32) -> Double { sqlite3_column_double(handle, index) }
    public func optionalInt64(_ index: Int32) -> Int64? { isNull(index) ? nil : int64(index) }

    /// The text, "" for null.
    public func string(_ index: Int32) -> String { String(decoding: bytes(index), as: UTF8.self) }
    public func optionalString(_ index: Int32) -> String? { isNull(index) ? nil : string(index) }

    /// The text's or blob's bytes, borrowed until the next step or reset. Text is asked for as text.
    public func bytes(_ index: Int32) -> UnsafeRawBufferPointer {
        if sqlite3_column_type(handle, index) == SQLITE_BLOB {
            return UnsafeRawBufferPointer(
                start: sqlite3_column_blob(handle, index), count: Int(sqlite3_column_bytes(handle, index)))
        }
        let text = sqlite3_column_text(handle, index)
        return UnsafeRawBufferPointer(start: text, count: Int(sqlite3_column_bytes(handle, index)))
    }

    public func blob(_ index: Int32) -> [UInt8] { Array(bytes(index)) }
}
