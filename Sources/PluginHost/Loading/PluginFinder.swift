import Crypto
import Glibc
import Platform

/// A file in a plugin directory.
struct PluginFile: Sendable {
    var path: String
    var name: String
    /// The directory's place in the configuration: later ones win.
    var directory: Int
    /// Nanoseconds since 1970 of the last change of content.
    var modified: Int64
    var bytes: [UInt8]
    var sha256: String
    /// What the directory's `plugins.lock` says of this content.
    var lock: PluginLock.Entry?

    /// Whether this file wins over another one of the same plugin id.
    func wins(over other: PluginFile) -> Bool {
        if directory != other.directory { return directory > other.directory }
        if modified != other.modified { return modified > other.modified }
        return other.name.utf8.lexicographicallyPrecedes(name.utf8)
    }
}

/// Looks for `.so` files in the plugin directories.
struct PluginFinder {
    /// A plugin is read whole to be hashed: more than this is no plugin.
    static let maxFileSize = 512 << 20

    let directories: [String]
    let log: Log

    /// Files in the order of directories and names, and those that could not be read.
    func find() -> (files: [PluginFile], unreadable: [(path: String, reason: String)]) {
        var files: [PluginFile] = []
        var unreadable: [(path: String, reason: String)] = []
        for (index, directory) in directories.enumerated() {
            let names: [String]
            do {
                names = try Files.list(directory).filter { $0.hasSuffix(".so") && !$0.hasPrefix(".") }
            } catch {
                log.warning("a plugin directory can't be read", ["directory": directory, "reason": "\(error)"])
                continue
            }
            let lock = PluginLock(directory: directory, log: log)
            for name in names {
                let path = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
                do {
                    var file = try read(path, name, directory: index)
                    file.lock = lock.entry(sha256: file.sha256)
                    files.append(file)
                } catch let refusal as Refusal {
                    unreadable.append((path, refusal.reason))
                } catch {
                    unreadable.append((path, "the file can't be read: \(error)"))
                }
            }
        }
        return (files, unreadable)
    }

    private func read(_ path: String, _ name: String, directory: Int) throws -> PluginFile {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError("look at \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Refusal("not a regular file", isLasting: false) }
        guard status.st_size <= Self.maxFileSize else {
            throw Refusal("the file is larger than \(Self.maxFileSize >> 20) MB", isLasting: false)
        }
        let bytes = try Files.read(path)
        return PluginFile(
            path: path, name: name, directory: directory,
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec), bytes: bytes,
            sha256: Crypto.hex(Crypto.sha256(bytes)), lock: nil)
    }
}
