import Platform
import SQLite

/// One moment of all databases of a data directory (decision 0016): a read transaction on each, begun while nothing could be
/// committed to control.db. What was written by then is seen together, as a `kill -9` at that moment would leave it.
final class BackupCut {
    /// By path below the data directory, control.db first.
    private(set) var databases: [(path: String, database: Database)] = []
    private let directory: String

    init(dataDirectory: String) throws {
        directory = dataDirectory
        let control = "\(dataDirectory)/\(Backup.control)"
        guard Files.exists(control) else {
            throw BackupError("\(dataDirectory) is no data directory: it has no \(Backup.control)")
        }
        let gate = try Database(path: control, cacheBytes: 1 << 20)
        // Opened before, so that the gateway's writes wait for milliseconds only.
        try open()
        try gate.execute("BEGIN IMMEDIATE")
        defer { try? gate.execute("ROLLBACK") }
        // A workspace that has come since.
        try open()
        for (_, database) in databases {
            try database.execute("BEGIN")
            _ = try database.statement("SELECT count(*) FROM sqlite_schema").step()
        }
    }

    private func open() throws {
        var paths = [Backup.control]
        for folder in Backup.databaseFolders {
            guard Files.exists("\(directory)/\(folder)") else { continue }
            paths += try Files.list("\(directory)/\(folder)").filter { $0.hasSuffix(".db") }.map { "\(folder)/\($0)" }
        }
        for path in paths where !databases.contains(where: { $0.path == path }) {
            let database = try Database(path: "\(directory)/\(path)", access: .readOnly, cacheBytes: 1 << 20)
            databases.append((path, database))
        }
    }
}
