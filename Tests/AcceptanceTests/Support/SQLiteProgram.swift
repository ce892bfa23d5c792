import Glibc
import Platform
import Testing

/// The `sqlite3` program: what it computes from a file owes nothing to our code.
enum SQLiteProgram {
    /// The lines that it prints for some SQL, columns separated by `|`.
    static func lines(_ database: String, _ sql: String, at place: SourceLocation = #_sourceLocation) throws -> [String]
    {
        try Command.succeed("sqlite3", ["-batch", "-noheader", "-list", database, sql], at: place)
            .split(separator: "\n").map(String.init)
    }

    /// One whole number.
    static func number(_ database: String, _ sql: String, at place: SourceLocation = #_sourceLocation) throws -> Int64 {
        let lines = try lines(database, sql, at: place)
        return try #require(lines.first.flatMap { Int64($0) }, "\(sql) gave \(lines)", sourceLocation: place)
    }

    /// A database made of a CSV, all columns as text in a table `customers`.
    static func database(of csv: String, in folder: TemporaryFolder) throws -> String {
        let path = folder.path + "/oracle.db"
        try Command.succeed("sqlite3", ["-batch", path, ".import --csv \(csv) customers"])
        return path
    }

    /// A copy of a database that a killed process has left, its log included, so that looking changes nothing.
    static func copy(of database: String, in folder: TemporaryFolder) throws -> String {
        let path = folder.path + "/copy-\(SystemClock().now()).db"
        try Command.succeed("cp", [database, path])
        if Files.exists(database + "-wal") { try Command.succeed("cp", [database + "-wal", path + "-wal"]) }
        return path
    }
}
