import CSQLite

/// The memory of all database connections of this process.
public enum DatabaseMemory {
    /// Of the library that is linked.
    public static var libraryVersion: String {
        String(cString: sqlite3_libversion())
    }

    /// Bytes that SQLite has allocated now: page caches above all, each of which grows to its limit with the data read and
    /// written, and stays there. Any thread.
    public static var used: Int {
        Int(sqlite3_memory_used())
    }
}
