import Crypto
import Glibc
import Platform

/// Copies of files, durable and with their digest.
enum BackupCopy {
    /// Copies a file; with no target it is only read.
    static func copy(_ path: String, to target: String?, mode: mode_t = 0o600) throws -> (bytes: Int64, sha256: String)
    {
        let input = open(path, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw SystemError("open \(path)") }
        defer { close(input) }
        let output = target.map { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
        if let output, output < 0 { throw SystemError("create \(target ?? "")") }
        defer { if let output { close(output) } }
        let digest = try StreamDigest()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var total: Int64 = 0
        while true {
            let count = read(input, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read \(path)") }
            if count == 0 { break }
            try buffer.withUnsafeBytes { bytes in
                let piece = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                digest.update(piece)
                if let output { try write(piece, to: output, target ?? "") }
            }
            total += Int64(count)
        }
        if let output, fsync(output) != 0 { throw SystemError("write \(target ?? "")") }
        return (total, Crypto.hex(digest.finish()))
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to output: Int32, _ path: String) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(output, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("write \(path)") }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Makes the names in a directory durable.
    static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError("sync \(path)") }
    }

    /// Removes what a backup or restore that failed has written into a directory that was empty.
    static func clear(_ directory: String) {
        for folder in Backup.folders.map({ "\(directory)/\($0)" }) {
            for name in (try? Files.list(folder)) ?? [] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        for name in (try? Files.list(directory)) ?? [] where name != "lock" { unlink("\(directory)/\(name)") }
    }
}
