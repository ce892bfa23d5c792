import Glibc
import Platform
import SQLite

/// One workspace's embedded source: its file and the connections that read it. Any thread.
final class SourceFile: Sendable {
    let path: String
    /// One upload writes at a time; the others wait in line instead of for SQLite's lock.
    let writing = Monitor(false)

    private struct Idle {
        var readers: [SourceReader] = []
        var identity: Identity?
    }
    private let idle = Monitor(Idle())
    private static let maxIdle = 4

    /// Which file is behind a path.
    private struct Identity: Equatable {
        var device: dev_t
        var inode: ino_t

        init?(path: String) {
            var info = stat()
            guard stat(path, &info) == 0 else { return nil }
            device = info.st_dev
            inode = info.st_ino
        }
    }

    init(path: String) { self.path = path }

    /// Makes the file with its catalogue, durably; one that exists is left as it is.
    func create() throws {
        try Files.makeDirectory(Files.parent(of: path))
        // Made before SQLite does, for the log and the index beside it get the file's permissions.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("create \(path)") }
        Glibc.close(descriptor)
        let database = try Database(path: path)
        // Larger pages take rows of some KB without overflow; the size counts only before the first table.
        try database.execute("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        try database.transaction { try Catalogue.create(in: database) }
    }

    func remove() {
        close()
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
    }

    /// A connection for the caller alone, with a read transaction open, until `give`.
    /// - Throws: `SourceGone`.
    func take() throws -> SourceReader {
        guard let identity = Identity(path: path) else {
            close()
            throw SourceGone(
                "the source's file \(path) is missing: restore it, or make the source anew and upload again")
        }
        let kept = idle.withLock { idle -> SourceReader? in
            if idle.identity != identity {
                // Another file stands there now; connections to the old one would read what is no longer.
                idle.readers = []
                idle.identity = identity
            }
            return idle.readers.popLast()
        }
        do {
            let reader = try kept ?? SourceReader(path: path)
            try reader.begin()
            return reader
        } catch let error as SQLiteError {
            throw SourceGone("the source's file \(path) can't be read: \(error.message)")
        }
    }

    /// Ends the reader's transaction and keeps the connection for the next one. All its statements are finalised.
    func give(_ reader: SourceReader) {
        guard reader.end() else { return }
        idle.withLock { idle in
            if idle.readers.count < Self.maxIdle, idle.identity == Identity(path: path) { idle.readers.append(reader) }
        }
    }

    /// Takes a reader for the length of `body`.
    func read<Result>(_ body: (SourceReader) throws -> Result) throws -> Result {
        let reader = try take()
        defer { give(reader) }
        return try body(reader)
    }

    /// Closes the connections that are not in use.
    func close() { idle.withLock { $0.readers = [] } }
}
