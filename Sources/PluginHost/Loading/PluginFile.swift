import Glibc

/// A file in a plugin directory.
struct PluginFile: Sendable {
    /// What changes when a file is replaced or written to, without a look into it.
    struct Fingerprint: Sendable, Hashable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        /// Nanoseconds since 1970 of the last change of content.
        var modified: Int64

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        }

        /// Whether a further change would show: the kernel's times go on in ticks of some milliseconds, and a second
        /// writer in the same tick leaves the same one.
        var isSettled: Bool {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            let age = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - modified
            return age > 50_000_000
        }
    }

    var path: String
    var name: String
    /// The directory's place in the configuration: later ones win.
    var directory: Int
    var fingerprint: Fingerprint
    /// Microseconds since 1970 of its last change of content, name or rights: when it was put there.
    var changed: Int64
    /// Lower-case hex of its content.
    var sha256: String
    /// Its content, when it was just read.
    var bytes: [UInt8]?
    /// What the directory's `plugins.lock` says of this content.
    var lock: PluginLock.Entry?

    /// Whether this file wins over another one of the same plugin id.
    func wins(over other: PluginFile) -> Bool {
        if directory != other.directory { return directory > other.directory }
        if fingerprint.modified != other.fingerprint.modified {
            return fingerprint.modified > other.fingerprint.modified
        }
        return other.name.utf8.lexicographicallyPrecedes(name.utf8)
    }
}
