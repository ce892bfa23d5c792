import Glibc
import Platform
import TestSupport
import Testing

@testable import PluginHost

@Suite(.timeLimit(.minutes(10))) struct CompleteFileTests {
    private let folder: TemporaryDirectory
    private var path: String { folder.path + "/plugin.so" }

    init() throws { folder = try TemporaryDirectory() }

    /// Reads it once it is not busy. Another test's child process holds all descriptors for the moment between its fork and
    /// its exec, so a file may be busy a little longer than its writer.
    private func readAfterwards() throws -> CompleteFile {
        while true {
            do {
                return try CompleteFile.read(path)
            } catch CompleteFile.Failure.busy {
                usleep(1000)
            }
        }
    }

    @Test func aFileNobodyWritesIsReadWhole() throws {
        let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
        try Files.write(bytes, to: path, mode: 0o640)
        let file = try readAfterwards()
        #expect(file.bytes == bytes)
        #expect(file.mode & 0o7777 == 0o640)
        #expect(file.owner == getuid())
        #expect(abs(file.modified / 1000 - SystemClock().now()) < 60_000_000)
    }

    @Test func aFileOpenForWritingIsBusyUntilItIsClosed() throws {
        let writer = try SlowWriter(path)
        try writer.write("half")
        #expect(throws: CompleteFile.Failure.busy) { try CompleteFile.read(path) }
        #expect(CompleteFile.isBusy(path))
        writer.finish()
        #expect(try readAfterwards().bytes == Array("half".utf8))
        #expect(!CompleteFile.isBusy(folder.path + "/absent"))
    }

    @Test func whatIsNoFileOrTooLongIsRefused() throws {
        #expect(throws: SystemError.self) { try CompleteFile.read(path) }
        #expect(!CompleteFile.isBusy(path))
        try Files.write([1, 2, 3], to: path)
        #expect(throws: CompleteFile.Failure.tooLarge(2)) { try CompleteFile.read(path, limit: 2) }
        #expect(throws: CompleteFile.Failure.notRegular) { try CompleteFile.read(folder.path) }
        // A pipe without a writer must not hold the reader.
        #expect(mkfifo(folder.path + "/pipe.so", 0o600) == 0)
        #expect(throws: CompleteFile.Failure.notRegular) { try CompleteFile.read(folder.path + "/pipe.so") }
    }

    /// Writers come at any time: each whole content is read, or none.
    @Test func readersNeverSeeAMixture() throws {
        let path = path
        try Files.write([UInt8](repeating: 0, count: 300_000), to: path)
        let isDone = Monitor(false)
        let writer = NativeThread(name: "writer") {
            for round in 1...200 {
                let bytes = [UInt8](repeating: UInt8(round), count: 300_000 + round)
                let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
                var offset = 0
                while descriptor >= 0, offset < bytes.count {
                    let count = bytes.withUnsafeBytes {
                        write(descriptor, $0.baseAddress! + offset, min(50_000, $0.count - offset))
                    }
                    if count <= 0 { break }
                    offset += count
                }
                close(descriptor)
            }
            isDone.update { $0 = true }
        }
        var whole = 0
        var last: UInt8 = 0
        while true {
            let wasDone = isDone.withLock { $0 }
            let read = try? CompleteFile.read(path)
            if let file = read {
                whole += 1
                last = file.bytes.first ?? 0
                #expect(file.bytes.count == 300_000 + Int(last) && file.bytes.allSatisfy { $0 == last })
            }
            if wasDone, read != nil { break }
        }
        writer.join()
        #expect(whole > 0 && last == 200)
    }
}
