import Glibc
import Platform

/// A plugin's file, read when nobody writes it: what is read is what its writer meant to leave.
///
/// A read lease tells it for certain: the kernel grants one only while nobody has the file open for writing, and makes a
/// writer that comes later wait until it is given back. Where a file system has no leases (or the file belongs to another
/// user), a file is complete when the watcher saw it closed as it is, or when it has not changed for a second.
public struct CompleteFile: Sendable {
    public enum Failure: Error, Hashable, CustomStringConvertible {
        /// Somebody writes it, or wrote a moment ago: look again at the next event. No fault of the file.
        case busy
        /// Not a regular file.
        case notRegular
        /// Longer than the limit, in bytes.
        case tooLarge(Int)

        public var description: String {
            switch self {
            case .busy: "the file is being written"
            case .notRegular: "not a regular file"
            case .tooLarge(let limit): "the file is larger than \(limit >> 20) MB"
            }
        }
    }

    public let bytes: [UInt8]
    /// Nanoseconds since 1970 of the last change of content.
    public let modified: Int64
    /// Of the opened file, as `fstat` tells it.
    public let owner: uid_t
    /// Type and permissions, as `fstat` tells it.
    public let mode: mode_t

    /// How long a file must have been left alone where there are no leases, in nanoseconds.
    static let stillness: Int64 = 1_000_000_000

    /// Reads a whole file; any thread. A writer that opens it meanwhile waits until this is done.
    /// - Parameter finished: what a watcher has seen.
    /// - Throws: `Failure`, or `SystemError` when it can't be opened or read.
    public static func read(
        _ path: String, limit: Int = 512 << 20, finished: FinishedFiles = FinishedFiles()
    ) throws -> CompleteFile {
        let file = try OpenFile(path)
        defer { file.close() }
        let before = try file.status()
        guard before.st_mode & S_IFMT == S_IFREG else { throw Failure.notRegular }
        guard before.st_size <= limit else { throw Failure.tooLarge(limit) }
        guard file.isLeftAlone(before, finished) else { throw Failure.busy }
        let bytes = try file.contents(count: Int(before.st_size))
        let after = try file.status()
        // Also what the lease can't see: a shared mapping that was written, a server's file that another machine changed.
        guard bytes.count == Int(after.st_size), FileSignature(before) == FileSignature(after) else {
            throw Failure.busy
        }
        return CompleteFile(
            bytes: bytes, modified: FileSignature.nanoseconds(after.st_mtim), owner: after.st_uid, mode: after.st_mode)
    }

    /// Whether `read` would find it busy, without reading it. False for what is absent or can't be opened: that is for the
    /// reader to tell.
    public static func isBusy(_ path: String, finished: FinishedFiles = FinishedFiles()) -> Bool {
        guard let file = try? OpenFile(path) else { return false }
        defer { file.close() }
        guard let status = try? file.status(), status.st_mode & S_IFMT == S_IFREG else { return false }
        return !file.isLeftAlone(status, finished)
    }
}

/// A descriptor for reading, with the lease that it may hold; closing gives both back.
private struct OpenFile {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(SystemError) {
        self.path = path
        // Not blocking: a name may turn out to be a pipe.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
    }

    func close() { _ = Glibc.close(descriptor) }

    func status() throws(SystemError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("look at \(path)") }
        return status
    }

    /// Takes the lease, which lasts until `close`.
    func isLeftAlone(_ status: stat, _ finished: FinishedFiles) -> Bool {
        // A writer that has to wait is told of by a signal, SIGIO by default, which would end the process. SIGURG does nothing.
        _ = fcntl(descriptor, Lease.setSignal, SIGURG)
        if fcntl(descriptor, Lease.set, Int32(F_RDLCK)) == 0 { return true }
        if errno == EAGAIN { return false }
        if finished.contains(path, as: FileSignature(status)) { return true }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        // The time of change, not of content: a copy may keep the latter. One in the future is a server's clock.
        let age = FileSignature.nanoseconds(now) - FileSignature.nanoseconds(status.st_ctim)
        return age < 0 || age >= CompleteFile.stillness
    }

    func contents(count: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while bytes.count <= count {
            let got = Glibc.read(descriptor, &buffer, buffer.count)
            if got == 0 { break }
            if got < 0 {
                if errno == EINTR { continue }
                throw SystemError("read \(path)")
            }
            bytes += buffer[..<got]
        }
        return bytes
    }
}

/// `fcntl` commands of Linux, the same on every machine; glibc shows them only with `_GNU_SOURCE`.
private enum Lease {
    static let set: Int32 = 1024
    static let setSignal: Int32 = 10
}
