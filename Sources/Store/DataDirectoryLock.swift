import Glibc
import Platform

/// The lock that `serve` holds on a data directory (an flock on DATA/lock, gone with the process however it ends).
///
/// Commands that work beside a live gateway (`workspace`, `key`, `backup`, `plugin`) do not take it: they open the stores,
/// and SQLite's own locks arbitrate. Any thread.
public final class DataDirectoryLock: Sendable {
    private let descriptor: Monitor<Int32>

    /// Takes the lock, making the directory when it is not there.
    /// - Throws: `StoreError.locked`, naming the process that holds it; `SystemError` when the directory can't be used.
    public init(dataDirectory: String) throws {
        try Files.makeDirectory(dataDirectory)
        let path = dataDirectory + "/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else { throw SystemError("lock \(path)", code: code) }
            let holder = (try? Files.read(path)).flatMap {
                Int32(String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self))
            }
            throw StoreError.locked(directory: dataDirectory, pid: holder)
        }
        // For the message above only: the lock is the flock, not the number.
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            let error = SystemError("write \(path)")
            close(descriptor)
            throw error
        }
        self.descriptor = Monitor(descriptor)
    }

    deinit { release() }

    /// Gives the lock back; a second call does nothing.
    public func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }
}
