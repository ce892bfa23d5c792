import Glibc
import Platform

/// A file system of a few MB in memory, mounted while the object lives. Needs the right to mount.
public final class SmallDisk {
    public let path: String
    private var ballast: [String] = []

    /// Whether this process may mount.
    public static let isAllowed: Bool = {
        guard let home = try? TemporaryDirectory(), mount("tmpfs", home.path, "tmpfs", 0, "size=64k") == 0 else {
            return false
        }
        umount(home.path)
        return true
    }()

    public init(at path: String, megabytes: Int) throws {
        self.path = path
        try Files.makeDirectory(path)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else { throw SystemError("mount \(path)") }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    /// Writes until there is no room but for `left` bytes, about.
    public func fill(leaving left: Int) throws {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw SystemError("look at \(path)") }
        let free = Int(status.f_bavail) * Int(status.f_frsize) - left
        let file = "\(path)/ballast-\(ballast.count)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("create \(file)") }
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4096)
        for _ in 0..<max(0, free / page.count) where write(descriptor, page, page.count) != page.count { break }
        ballast.append(file)
    }

    /// Gives the room back.
    public func clear() {
        for file in ballast { unlink(file) }
        ballast = []
    }

    public func remount(readOnly: Bool) throws {
        let flags = UInt(MS_REMOUNT) | (readOnly ? UInt(MS_RDONLY) : 0)
        guard mount("tmpfs", path, "tmpfs", flags, nil) == 0 else { throw SystemError("mount \(path) anew") }
    }
}
