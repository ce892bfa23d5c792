import Crypto
import Glibc
import Platform

/// `DATA/plugins`: each content under its hash, read-only. What is mapped is always a copy in here, so that nobody who
/// replaces a file in a plugin directory changes a running generation.
///
/// A mapping stays for good, and a plugin's `start` and `retire` are called once in it. A content that comes back after
/// that is mapped anew, with statics of its own, from a further copy: `<sha256>.1.so` and so on.
struct PluginStore {
    let directory: String
    /// How often a content's mapping was used up, and whether its present one is.
    private let mappings = Monitor<[String: Mapping]>([:])

    private struct Mapping {
        var earlier = 0
        var isStarted = false
    }

    init(directory: String) { self.directory = directory }

    /// Where a gateway with this data directory has its store.
    static func directory(in data: String) -> String { "\(data)/plugins" }

    /// The copy to map.
    func path(_ sha256: String) -> String {
        path(sha256, earlier: mappings.withLock { $0[sha256]?.earlier ?? 0 })
    }

    private func path(_ sha256: String, earlier: Int) -> String {
        earlier == 0 ? "\(directory)/\(sha256).so" : "\(directory)/\(sha256).\(earlier).so"
    }

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

    /// The plugin in the present copy's mapping is being started.
    func noteStart(_ sha256: String) { mappings.withLock { $0[sha256, default: Mapping()].isStarted = true } }

    /// Whether the present copy's mapping is used up.
    func wasStarted(_ sha256: String) -> Bool { mappings.withLock { $0[sha256]?.isStarted == true } }

    /// Makes a further copy, which is the one to map from now on.
    func renew(_ sha256: String) throws(SystemError) {
        let next = Mapping(earlier: 1 + (mappings.withLock { $0[sha256]?.earlier } ?? 0))
        try Files.write(Files.read(path(sha256)), to: path(sha256, earlier: next.earlier), mode: 0o400)
        mappings.withLock { $0[sha256] = next }
    }

    /// Removes the further copies that an earlier process has left.
    func removeFurtherCopies() {
        for name in (try? Files.list(directory)) ?? [] {
            let parts = name.split(separator: ".")
            if parts.count == 3, parts[0].utf8.count == 64, parts[2] == "so" { unlink("\(directory)/\(name)") }
        }
    }

    /// How many copies of the store are mapped into this process: they stay, so their count is what grows with swaps.
    func mappedCount() -> Int {
        guard let maps = try? Files.read("/proc/self/maps"), let real = realpath(directory, nil) else { return 0 }
        defer { free(real) }
        let prefix = String(cString: real) + "/"
        let lines = String(decoding: maps, as: UTF8.self).split(separator: "\n")
        return Set(
            lines.compactMap { line -> Substring? in
                guard let slash = line.firstIndex(of: "/") else { return nil }
                let path = line[slash...]
                return path.hasPrefix(prefix) ? path : nil
            }
        ).count
    }
}
