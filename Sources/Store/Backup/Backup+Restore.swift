import Glibc
import Platform
import SQLite

extension Backup {
    /// Makes a data directory of a backup. Every file is compared with the manifest and every database checked before the
    /// directory counts as one: after an error it is empty again.
    /// - Throws: `BackupError`; `StoreError.locked` when a gateway serves `dataDirectory`, `newerSchema`; `SystemError`.
    public static func restore(from set: String, dataDirectory: String) throws -> Report {
        let manifest = try BackupManifest(directory: set)
        guard manifest.files.contains(where: { $0.path == control }) else {
            throw BackupError("\(set) has no \(control): it is no backup of a data directory")
        }
        try Files.makeDirectory(dataDirectory)
        let names = try Files.list(dataDirectory)
        // Says who serves it, if anybody does.
        if names.contains("lock") { try DataDirectoryLock(dataDirectory: dataDirectory).release() }
        guard names.allSatisfy({ $0 == "lock" }) else {
            throw BackupError(
                "\(dataDirectory) is not empty: restore into a new directory, and start the gateway on that")
        }
        let lock = try DataDirectoryLock(dataDirectory: dataDirectory)
        defer { lock.release() }
        do {
            // The control database comes last: without it there is nothing that could be served.
            for file in manifest.files.sorted(by: { $0.path != control && $1.path == control }) {
                try restore(file, from: set, to: dataDirectory)
            }
            for folder in [dataDirectory] + folders.map({ "\(dataDirectory)/\($0)" }) where Files.exists(folder) {
                try BackupCopy.sync(folder)
            }
        } catch {
            BackupCopy.clear(dataDirectory)
            throw StoreError.from(error)
        }
        return manifest.report
    }

    private static func restore(_ file: BackupManifest.File, from set: String, to dataDirectory: String) throws {
        let (source, target) = ("\(set)/\(file.path)", "\(dataDirectory)/\(file.path)")
        guard Files.exists(source) else {
            throw BackupError("\(source) is missing: take another copy of this backup")
        }
        try Files.makeDirectory(Files.parent(of: target))
        let mode: mode_t = file.path.hasPrefix(plugins + "/") ? 0o400 : 0o600
        let copied = try BackupCopy.copy(source, to: target, mode: mode)
        guard copied.bytes == file.bytes, copied.sha256 == file.sha256 else {
            throw BackupError("\(source) is not what was backed up: take another copy of this backup")
        }
        guard file.path.hasSuffix(".db") else { return }
        try check(target, source, thorough: true, remedy: "restore an older backup")
        let known: Int
        switch file.path {
        case control: known = ControlMigrations.all.last?.number ?? 0
        case _ where file.path.hasPrefix("members/"): known = MemberSchema.migrations.count
        default: return
        }
        let found = try SchemaMigrator.version(Database(path: target))
        guard found <= known else { throw StoreError.newerSchema(file: source, found: found, known: known) }
    }
}
