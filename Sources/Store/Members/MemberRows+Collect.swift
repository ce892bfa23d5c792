import CSQLite
import SQLite

/// Filling rows inside SQLite, by the aggregate `tessera_collect`.
extension MemberRows {
    /// Runs a statement whose parameter `index` is the collector: the keys that it gives, up to `limit` rows in all, are appended. All
    /// other columns are set to zero or no time.
    func collectKeys(_ statement: Statement, parameter index: Int32, limit: Int) throws {
        defer { withExtendedLifetime(self) {} }
        let present = count
        var collector = tessera_collector()
        collector.count = Int64(present)
        collector.limit = Int64(limit)
        collector.owner = Unmanaged.passUnretained(self).toOpaque()
        collector.grow = { collector, bytes in
            guard let collector, let owner = collector.pointee.owner else { return }
            Unmanaged<MemberRows>.fromOpaque(owner).takeUnretainedValue().grow(&collector.pointee, bytes: bytes)
        }
        lend(to: &collector)
        let status = withUnsafeMutablePointer(to: &collector) {
            tessera_collect_bind(statement.handle, index, $0)
            return sqlite3_step(statement.handle)
        }
        columns.pointee.count = Int(collector.count)
        columns.pointee.blank(present..<count)
        guard status == SQLITE_ROW || collector.is_done != 0 else {
            throw SQLiteError(
                code: status, message: String(cString: sqlite3_errmsg(sqlite3_db_handle(statement.handle))),
                sql: String(cString: sqlite3_sql(statement.handle)))
        }
    }

    private func lend(to collector: inout tessera_collector) {
        collector.capacity = Int64(columns.pointee.capacity)
        collector.byte_capacity = Int64(columns.pointee.keyCapacity)
        collector.bytes = columns.pointee.keyBytes.assumingMemoryBound(to: CChar.self)
        collector.offsets = columns.pointee.keyOffsets
    }

    private func grow(_ collector: inout tessera_collector, bytes: Int32) {
        columns.pointee.count = Int(collector.count)
        grow(keyEnd: Int(columns.pointee.keyOffsets[count]) + Int(bytes))
        lend(to: &collector)
    }
}
