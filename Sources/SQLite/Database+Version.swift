import CSQLite

extension Database {
    /// Moves whenever this connection finds, as a transaction begins to read, that another one has written: whenever SQLite itself
    /// throws away the pages that it keeps. What was made of the data stays good while this stays the same. Nil when SQLite does
    /// not tell.
    public var dataVersion: UInt32? {
        var version: UInt32 = 0
        let status = sqlite3_file_control(handle, "main", SQLITE_FCNTL_DATA_VERSION, &version)
        return status == SQLITE_OK ? version : nil
    }
}
