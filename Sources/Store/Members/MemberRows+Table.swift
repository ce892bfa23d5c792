import CSQLite
import SQLite

/// Rows as the virtual table `tessera_rows`, and rows read back from `members`.
extension MemberRows {
    /// The columns that a move writes, in the order of `c0`, `c1` ….
    static let written = [
        "key", "status", "entry", "left_at", "tile", "state", "wake", "arrived_at", "attempt", "first_attempt_at",
        "generation", "entered_at", "reason", "path",
    ]

    /// Calls `body` with the rows as C columns in the order of `written`, valid for the call.
    func withTable<Result>(_ body: (UnsafePointer<tessera_rows>) throws -> Result) rethrows -> Result {
        defer { withExtendedLifetime(self) {} }
        var rows = tessera_rows()
        rows.count = Int64(count)
        rows.column_count = Int32(Self.written.count)
        rows.columns.0 = tessera_rows_column(
            kind: TESSERA_ROWS_UTF8, values: columns.pointee.keyOffsets,
            bytes: columns.pointee.keyBytes.assumingMemoryBound(to: CChar.self))
        rows.columns.1 = Self.column(TESSERA_ROWS_UINT8, columns.pointee.status)
        rows.columns.2 = Self.column(TESSERA_ROWS_INT32, columns.pointee.entry)
        rows.columns.3 = Self.column(TESSERA_ROWS_INT64, columns.pointee.leftAt)
        rows.columns.4 = Self.column(TESSERA_ROWS_INT32, columns.pointee.tile)
        rows.columns.5 = Self.column(TESSERA_ROWS_UINT8, columns.pointee.state)
        rows.columns.6 = Self.column(TESSERA_ROWS_INT64, columns.pointee.wake)
        rows.columns.7 = Self.column(TESSERA_ROWS_INT64, columns.pointee.arrivedAt)
        rows.columns.8 = Self.column(TESSERA_ROWS_INT32, columns.pointee.attempt)
        rows.columns.9 = Self.column(TESSERA_ROWS_INT64, columns.pointee.firstAttemptAt)
        rows.columns.10 = Self.column(TESSERA_ROWS_INT32, columns.pointee.generation)
        rows.columns.11 = Self.column(TESSERA_ROWS_INT64, columns.pointee.enteredAt)
        rows.columns.12 = Self.column(TESSERA_ROWS_UINT8, columns.pointee.reason)
        rows.columns.13 = tessera_rows_column(
            kind: TESSERA_ROWS_BLOB, values: columns.pointee.pathOffsets,
            bytes: columns.pointee.pathBytes.assumingMemoryBound(to: CChar.self))
        return try withUnsafePointer(to: &rows) { try body($0) }
    }

    private static func column(_ kind: Int32, _ values: UnsafeRawPointer) -> tessera_rows_column {
        tessera_rows_column(kind: kind, values: values, bytes: nil)
    }

    /// Appends the present row of a statement that selects `MemberStore.allColumns`.
    func append(_ statement: Statement) {
        let handle = statement.handle
        let key = UnsafeRawBufferPointer(
            start: sqlite3_column_text(handle, 0), count: Int(sqlite3_column_bytes(handle, 0)))
        append(
            key: key, entry: sqlite3_column_int(handle, 2),
            status: MemberStatus(rawValue: UInt8(truncatingIfNeeded: sqlite3_column_int(handle, 1))) ?? .active,
            tile: sqlite3_column_int(handle, 4),
            state: MemberState(rawValue: UInt8(truncatingIfNeeded: sqlite3_column_int(handle, 5))) ?? .none,
            arrivedAt: Self.time(handle, 7), wake: Self.time(handle, 6), attempt: sqlite3_column_int(handle, 8),
            firstAttemptAt: Self.time(handle, 9), generation: sqlite3_column_int(handle, 10),
            enteredAt: Self.time(handle, 11), leftAt: Self.time(handle, 3),
            reason: ExitReason(rawValue: UInt8(truncatingIfNeeded: sqlite3_column_int(handle, 12))) ?? .none)
    }

    private static func time(_ handle: OpaquePointer, _ column: Int32) -> Int64 {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? noTime : sqlite3_column_int64(handle, column)
    }
}

extension Statement {
    /// Binds a copy of a key's bytes as text. Keys don't pass through String, which repairs what is not UTF-8: the repaired
    /// key would be another one.
    @discardableResult
    func bind(_ index: Int32, text bytes: UnsafeRawBufferPointer) -> Statement {
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else {
            // A null pointer would bind NULL, and an empty text is not null.
            return bind(index, "")
        }
        sqlite3_bind_text(handle, index, base, Int32(bytes.count), transient)
        return self
    }
}
