import Crypto
import Glibc
import Platform

/// `DATA/plugins`: each content under its hash, read-only. What is mapped is always a copy in here, so that nobody who
/// replaces a file in a plugin directory changes a running generation.
struct PluginStore {
    let directory: String

    func path(_ sha256: String) -> String { "\(directory)/\(sha256).so" }

    /// Puts a content into the store unless it is there already.
    func keep(_ bytes: [UInt8], sha256: String) throws {
        try Files.makeDirectory(directory)
        if isWhole(sha256) { return }
        try Files.write(bytes, to: path(sha256), mode: 0o400)
    }

    /// Whether the store holds this content unchanged: asked before each mapping.
    func isWhole(_ sha256: String) -> Bool {
        guard let bytes = try? Files.read(path(sha256)) else { return false }
        return Crypto.hex(Crypto.sha256(bytes)) == sha256
    }
}
