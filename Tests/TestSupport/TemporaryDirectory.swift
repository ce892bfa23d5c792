import Glibc
import Platform

/// A directory that goes with the object.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init() throws {
        var template = Array("/tmp/tessera-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("make a temporary directory") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { TemporaryDirectory.remove(path) }

    /// Where things lie that all tests of the process share: a path that is free, and is removed with all below it when the
    /// process ends.
    public static func ofProcess(_ name: String) -> String {
        let path = "/tmp/tessera-\(name)-\(getpid())"
        // Of an earlier process of that number, which was killed.
        remove(path)
        let isFirst = ofProcess.update { paths in
            paths.append(path)
            return paths.count == 1
        }
        if isFirst {
            atexit { for path in TemporaryDirectory.ofProcess.withLock({ $0 }) { TemporaryDirectory.remove(path) } }
        }
        return path
    }

    private static let ofProcess = Monitor<[String]>([])

    private static func remove(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            for name in (try? Files.list(path)) ?? [] { remove("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
