import Glibc
import Platform
import SQLite

/// A copy of a data directory at one moment, made beside a live gateway (decision 0016).
public enum Backup {
    static let control = "control.db"
    static let secretKey = "secret.key"
    static let plugins = "plugins"
    static let databaseFolders = ["members", "data"]
    static let folders = databaseFolders + [plugins]

    /// What a backup or a restore has done.
    public struct Report: Sendable, Hashable {
        public var files: Int
        public var bytes: Int64
        /// When the backup was made, in microseconds since 1970 UTC.
        public var createdAt: Int64
        public var hasSecretKey: Bool
    }

    /// Copies the data directory into `target`, which must be empty or not there. A set that has its manifest is whole.
    /// - Parameter includesSecretKey: whether DATA/secret.key goes along; whoever has both can read destinations' secrets.
    /// - Throws: `BackupError`, `StoreError`, `SystemError`. What was written is removed then.
    public static func make(
        dataDirectory: String, to target: String, includesSecretKey: Bool, version: String, now: Int64
    ) throws -> Report {
        try Files.makeDirectory(target)
        guard try Files.list(target).isEmpty else {
            throw BackupError("\(target) is not empty: name a directory that is, or that does not exist yet")
        }
        do {
            let cut = try BackupCut(dataDirectory: dataDirectory)
            var files: [BackupManifest.File] = []
            for (path, database) in cut.databases {
                files.append(try copy(database, path, to: target))
            }
            files += try copyPlugins(dataDirectory, to: target)
            if includesSecretKey {
                let path = "\(dataDirectory)/\(secretKey)"
                guard Files.exists(path) else {
                    throw BackupError("there is no \(path): with TESSERA_SECRET_KEY keep that value yourself")
                }
                let copied = try BackupCopy.copy(path, to: "\(target)/\(secretKey)")
                files.append(.init(path: secretKey, bytes: copied.bytes, sha256: copied.sha256))
            }
            for folder in [target] + folders.map({ "\(target)/\($0)" }) where Files.exists(folder) {
                try BackupCopy.sync(folder)
            }
            let manifest = BackupManifest(version: version, createdAt: now, files: files)
            try manifest.write(to: target)
            return manifest.report
        } catch {
            BackupCopy.clear(target)
            throw StoreError.from(error)
        }
    }

    private static func copy(_ database: Database, _ path: String, to target: String) throws -> BackupManifest.File {
        let copy = "\(target)/\(path)"
        try Files.makeDirectory(Files.parent(of: copy))
        // Made before SQLite does, so that nobody else may read it.
        let descriptor = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("create \(copy)") }
        close(descriptor)
        try database.copy(to: copy)
        try check(copy, path, thorough: false, remedy: "restore an older backup, and look at the disk")
        let (bytes, sha256) = try BackupCopy.copy(copy, to: nil)
        return .init(path: path, bytes: bytes, sha256: sha256)
    }

    /// A database that is damaged would show only when it is needed.
    static func check(_ file: String, _ path: String, thorough: Bool, remedy: String) throws {
        let faults = try Database(path: file).faults(thorough: thorough)
        guard faults.isEmpty else {
            throw BackupError("\(path) is damaged (\(faults[0])): \(remedy)")
        }
    }

    /// Contents are named by their hash and never change, so those that the cut needs are there still.
    private static func copyPlugins(_ dataDirectory: String, to target: String) throws -> [BackupManifest.File] {
        let folder = "\(dataDirectory)/\(plugins)"
        guard Files.exists(folder) else { return [] }
        try Files.makeDirectory("\(target)/\(plugins)")
        return try Files.list(folder).filter { $0.hasSuffix(".so") }.map { name in
            let copied = try BackupCopy.copy("\(folder)/\(name)", to: "\(target)/\(plugins)/\(name)", mode: 0o400)
            return .init(path: "\(plugins)/\(name)", bytes: copied.bytes, sha256: copied.sha256)
        }
    }
}

extension BackupManifest {
    var report: Backup.Report {
        Backup.Report(
            files: files.count, bytes: files.reduce(0) { $0 + $1.bytes }, createdAt: createdAt,
            hasSecretKey: files.contains { $0.path == Backup.secretKey })
    }
}
