import Crypto
import Foundation
import Journeys
import Platform
import PluginHost
import Testing

/// What is loaded when a gateway starts.
struct StartTests {
    private func lock(_ bench: Bench, _ paths: [String]) throws {
        let entries = try paths.map { path -> JSON in
            ["sha256": .string(Crypto.hex(Crypto.sha256(try Files.read(path)))), "isolation": "inproc"]
        }
        try Files.write(JSON.object(["plugins": .array(entries)]).serialized(), to: bench.root + "/a/plugins.lock")
    }

    /// A file that was replaced while the gateway was down is taken up by the first scan, as a swap.
    @Test func theRecordedContentComesFirst() throws {
        let bench = try Bench()
        try bench.buildVersion("1")
        bench.host().loadAll()
        let path = try bench.buildVersion("2")
        let host = bench.host()
        let outcomes = host.start()
        #expect(host.tileType("test-step")?.version == "1")
        #expect(outcomes.first { $0.path == path }?.state == .shadowed)
        host.settle()
        #expect(host.tileType("test-step")?.version == "2")
    }

    /// Each word is a sync of the disk, which a start with many plugins has to wait for.
    @Test func aStartThatFindsAllAsItWasRemembersNothing() throws {
        let bench = try Bench()
        let memory = CountingMemory()
        func start() -> [LoadOutcome] {
            PluginHost(
                configuration: PluginHostConfiguration(
                    directories: [bench.root + "/a"], storeDirectory: bench.root + "/store"),
                memory: memory, services: bench.services, clock: bench.clock, log: .silent
            ).loadAll()
        }
        try bench.buildVersion("1")
        #expect(start().map(\.state) == [.active])
        #expect(memory.count.withLock { $0 } == 1)
        #expect(start().map(\.state) == [.active])
        #expect(memory.count.withLock { $0 } == 1)
        try bench.buildVersion("2")
        #expect(start().map(\.version) == ["2"])
        #expect(memory.count.withLock { $0 } == 2)
    }

    private final class CountingMemory: GenerationMemory {
        private let kept = ForgetfulMemory()
        let count = Monitor(0)

        func records() -> [GenerationRecord] { kept.records() }
        func remember(_ records: [GenerationRecord]) {
            count.update { $0 += 1 }
            kept.remember(records)
        }
    }

    @Test func withoutAnyFileOfItAPluginIsNotLoaded() throws {
        let bench = try Bench()
        let path = try bench.buildVersion("1")
        bench.host().loadAll()
        try bench.remove(path)
        let host = bench.host()
        #expect(host.loadAll().isEmpty && host.tileTypes().isEmpty)
    }

    /// A file that was overwritten with garbage is still that plugin's file.
    @Test func garbageInItsFileDoesNotTakeAPluginAway() throws {
        let bench = try Bench()
        let path = try bench.buildVersion("1")
        bench.host().loadAll()
        try Files.write(Array("garbage".utf8), to: path)
        let host = bench.host()
        host.loadAll()
        #expect(host.tileType("test-step")?.version == "1")
        // Of another name it is none.
        try FileManager.default.moveItem(atPath: path, toPath: bench.root + "/a/other.so")
        let next = bench.host()
        next.loadAll()
        #expect(next.tileTypes().isEmpty)
    }

    @Test func aDamagedCopyLetsTheFileComeFirst() throws {
        let bench = try Bench()
        try bench.buildVersion("1")
        let first = bench.host()
        let sha256 = try #require(first.loadAll().first?.sha256)
        let copy = "\(bench.root)/store/\(sha256).so"
        try bench.remove(copy)
        try Files.write([1, 2, 3], to: copy)
        try bench.buildVersion("2")
        let host = bench.host()
        host.start()
        #expect(host.tileType("test-step")?.version == "2")
    }

    /// After an installation the lock names the new files and not the recorded ones.
    @Test func aFileThatTheLockVouchesForComesBeforeAContentThatItDoesNot() throws {
        let bench = try Bench()
        try lock(bench, [try bench.buildVersion("1")])
        bench.host().loadAll()
        let path = try bench.buildVersion("2")
        try lock(bench, [path])
        let host = bench.host()
        host.start()
        #expect(host.tileType("test-step")?.version == "2")
        #expect(bench.lines.count("no plugins.lock allows") == 0)
    }

    @Test func aContentThatComesFromTheStoreHasItsLockEntry() throws {
        let bench = try Bench()
        let first = try bench.buildVersion("1")
        let copy = bench.root + "/copy.so"
        try FileManager.default.copyItem(atPath: first, toPath: copy)
        try lock(bench, [copy, try bench.buildVersion("2")])
        try bench.buildVersion("1")
        let host = bench.host()
        host.loadAll()
        try bench.buildVersion("2")
        host.settle()
        #expect(try host.rollback(id: "test.tile").isLocked)
    }

    /// Two generations in one process at one time need different mappings, and an earlier process has left its own.
    @Test func furtherCopiesAreRemovedAtTheStart() throws {
        let bench = try Bench()
        let host = bench.host()
        host.start()
        for (swaps, version) in zip(0..., ["1", "2", "1"]) {
            try bench.buildVersion(version)
            host.settle()
            bench.lines.wait("retired", swaps)
        }
        #expect(try Files.list(bench.root + "/store").count { $0.hasSuffix(".1.so") } == 1)
        bench.host().start()
        #expect(try Files.list(bench.root + "/store").count { $0.hasSuffix(".1.so") } == 0)
    }
}
