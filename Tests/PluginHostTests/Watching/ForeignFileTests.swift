import Glibc
import Platform
import TestSupport
import Testing

@testable import PluginHost

/// Files of another user's, to which the kernel grants no lease: a gateway that is not root, and plugins that are root's.
@Suite(.timeLimit(.minutes(10)), .enabled(if: geteuid() == 0)) struct ForeignFileTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// Runs on a thread that may lease nobody else's files; so do the threads that it starts.
    private func withoutLeases(_ body: @escaping @Sendable () throws -> Void) throws {
        let failure = Monitor<(any Error)?>(nil)
        let thread = NativeThread(name: "no-leases") {
            do {
                try Capabilities.giveUpLeases()
                try body()
            } catch {
                failure.withLock { $0 = error }
            }
        }
        thread.join()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private static func put(_ text: String, _ path: String) throws {
        try Files.write(Array(text.utf8), to: path)
        guard chown(path, 12345, 12345) == 0 else { throw SystemError("chown \(path)") }
    }

    @Test func whatWasPutInPlaceIsReadAtOnce() throws {
        let sightings = Sightings(folder.path)
        try withoutLeases {
            let watcher = try sightings.watch()
            defer { watcher.stop() }
            for content in ["old", "new"] {
                try Self.put(content, sightings.path(".tile.so.new"))
                #expect(rename(sightings.path(".tile.so.new"), sightings.path("tile.so")) == 0)
                try sightings.meet("tile.so", content)
            }
        }
        // No look found it busy, to come back a second later.
        #expect(!sightings.all.contains { $0["tile.so"] == .some(nil) }, "\(sightings.all)")
    }

    @Test func whatNobodyHasSeenClosedIsLeftAloneFirst() throws {
        let path = folder.path + "/tile.so"
        try withoutLeases {
            let finished = FinishedFiles()
            try Self.put("old", path)
            finished.note(path)
            #expect(try CompleteFile.read(path, finished: finished).bytes == Array("old".utf8))
            #expect(!CompleteFile.isBusy(path, finished: finished))
            // Written to since.
            try Self.put("newer", path)
            #expect(!finished.contains(path, as: try #require(FileSignature(path: path))))
        }
    }
}

/// What the thread may do beyond its user's rights. `capget` and `capset` are glibc's, though no header shows them.
private enum Capabilities {
    private static let lease: UInt32 = 28

    static func giveUpLeases() throws {
        typealias Function = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int32
        guard let get = dlsym(nil, "capget"), let set = dlsym(nil, "capset") else {
            throw SystemError("find capset", code: ENOSYS)
        }
        // Version 3 and this thread; then effective, permitted and inheritable, twice.
        var header: (UInt32, Int32) = (0x2008_0522, 0)
        var data = [UInt32](repeating: 0, count: 6)
        guard unsafeBitCast(get, to: Function.self)(&header, &data) == 0 else { throw SystemError("capget") }
        data[0] &= ~(1 << lease)
        guard unsafeBitCast(set, to: Function.self)(&header, &data) == 0 else { throw SystemError("capset") }
    }
}
