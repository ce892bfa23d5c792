import Crypto
import Journeys
import Platform

/// What a backup holds: `manifest.json`, written last and checked first, with its own digest beside it.
struct BackupManifest: Sendable {
    struct File: Sendable {
        /// Below the data directory: `members/<workspace>.db`.
        var path: String
        var bytes: Int64
        /// Lower-case hexadecimal.
        var sha256: String
    }

    static let format: Int64 = 1
    static let name = "manifest.json"
    static let digestName = "manifest.sha256"

    /// The Tessera that made it.
    var version: String
    /// Microseconds since 1970 UTC.
    var createdAt: Int64
    var files: [File]

    /// Writes it durably: from then on the set counts.
    func write(to directory: String) throws {
        let json: JSON = [
            "format": .integer(Self.format), "tessera": .string(version),
            "created_at": .string(Timestamp.api(createdAt)),
            "files": .array(
                files.map { ["path": .string($0.path), "bytes": .integer($0.bytes), "sha256": .string($0.sha256)] }),
        ]
        let bytes = json.serialized()
        try Files.write(Array((Crypto.hex(Crypto.sha256(bytes)) + "\n").utf8), to: "\(directory)/\(Self.digestName)")
        try Files.write(bytes, to: "\(directory)/\(Self.name)")
    }

    /// Reads the manifest of a set.
    /// - Throws: `BackupError` when the set is not whole, or not one that this Tessera can read.
    init(directory: String) throws {
        guard let bytes = try? Files.read("\(directory)/\(Self.name)"),
            let digest = try? Files.read("\(directory)/\(Self.digestName)")
        else {
            throw BackupError(
                "\(directory) is no whole backup: it has no \(Self.name) with its \(Self.digestName). A backup that was "
                    + "interrupted has none: take an older one")
        }
        guard String(decoding: digest.prefix(64), as: UTF8.self) == Crypto.hex(Crypto.sha256(bytes)),
            let json = try? JSON.parse(bytes)
        else { throw BackupError("\(directory)/\(Self.name) is damaged: take another copy of this backup") }
        guard json["format"]?.integerValue == Self.format else {
            throw BackupError("\(directory) was written by a newer Tessera: restore it with that")
        }
        version = json["tessera"]?.stringValue ?? ""
        createdAt = (json["created_at"]?.stringValue).flatMap { Timestamp.parse($0) } ?? 0
        files = try (json["files"]?.arrayValue ?? []).map { file in
            guard let path = file["path"]?.stringValue, Self.isPlain(path), let bytes = file["bytes"]?.integerValue,
                let sha256 = file["sha256"]?.stringValue
            else { throw BackupError("\(directory)/\(Self.name) names a file that no backup has") }
            return File(path: path, bytes: bytes, sha256: sha256)
        }
    }

    init(version: String, createdAt: Int64, files: [File]) {
        self.version = version
        self.createdAt = createdAt
        self.files = files
    }

    /// A digest proves that a set is whole, not who made it: nothing is ever written outside of the new directory.
    private static func isPlain(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0.hasPrefix(".") }) else { return false }
        switch parts.count {
        case 1: return path == Backup.control || path == Backup.secretKey
        case 2: return Backup.folders.contains(String(parts[0]))
        default: return false
        }
    }
}
