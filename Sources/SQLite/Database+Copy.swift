import CSQLite

extension Database {
    /// Copies the database page by page into a new file. Of a connection with an open read transaction it is the state that
    /// this transaction sees, whatever others write meanwhile.
    public func copy(to path: String) throws(SQLiteError) {
        let target = try Database(path: path, cacheBytes: 1 << 20)
        guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw target.error(sqlite3_errcode(target.handle), sql: nil)
        }
        let status = sqlite3_backup_step(backup, -1)
        let finished = sqlite3_backup_finish(backup)
        guard status == SQLITE_DONE, finished == SQLITE_OK else {
            throw target.error(finished == SQLITE_OK ? status : finished, sql: nil)
        }
    }

    /// What SQLite finds wrong with the file; empty when it is whole.
    /// - Parameter thorough: compares indexes with their tables as well.
    public func faults(thorough: Bool) throws(SQLiteError) -> [String] {
        let statement = try prepare("PRAGMA \(thorough ? "integrity_check" : "quick_check")(20)")
        var lines: [String] = []
        while try statement.step() { lines.append(statement.string(0)) }
        return lines == ["ok"] ? [] : lines
    }
}
