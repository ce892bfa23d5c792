import Foundation
import Journeys
import Platform
import PluginHost
import Testing

/// What operators ask for: load, reload, roll back, retire.
struct OperatorTests {
    /// A host on which these versions were in use one after the other.
    private func host(_ versions: String...) throws -> (Bench, PluginHost) {
        let bench = try Bench()
        let host = bench.host()
        host.start()
        for version in versions {
            try bench.buildVersion(version)
            // So that what was superseded last can be told.
            bench.clock.advance(1_000_000)
            host.settle()
        }
        return (bench, host)
    }

    private func states(_ host: PluginHost) -> [String] {
        (host.plugin("test.tile")?.generations ?? []).map { "\($0.version) \($0.state.rawValue)" }
    }

    private func message(_ body: () throws -> Void) throws -> String {
        let error = #expect(throws: PluginError.self, performing: body)
        return error?.message ?? ""
    }

    @Test func aRollbackGoesToWhatWasInUseBefore() throws {
        let (bench, host) = try host("1", "2", "3")
        let plugin = try host.rollback(id: "test.tile")
        #expect(plugin.version == "2" && plugin.generation == 2 && plugin.state == .active)
        #expect(states(host) == ["1 superseded", "2 active", "3 rolled_back"])
        #expect(try bench.open(host, "advance").type.version == "2")
        // One step further, not back and forth.
        #expect(try host.rollback(id: "test.tile").version == "1")
        #expect(states(host) == ["1 active", "2 rolled_back", "3 rolled_back"])
        #expect(try message { _ = try host.rollback(id: "test.tile") }.contains("name one by its sha256"))
        // What was rolled back is not taken by itself, however often somebody looks.
        for _ in 1...3 { host.settle() }
        #expect(host.tileType("test-step")?.version == "1")
        try bench.buildVersion("4")
        host.settle()
        #expect(host.tileType("test-step")?.version == "4")
    }

    @Test func anyGenerationMayBeNamed() throws {
        let (bench, host) = try host("1", "2", "3")
        defer { withExtendedLifetime(bench) {} }
        let first = try #require(host.plugin("test.tile")?.generations.first)
        #expect(try host.rollback(id: "test.tile", to: first.sha256.uppercased()).version == "1")
        #expect(states(host) == ["1 active", "2 superseded", "3 rolled_back"])
        #expect(try message { _ = try host.rollback(id: "test.tile", to: first.sha256) }.contains("in use already"))
        let unknown = String(repeating: "0", count: 64)
        #expect(try message { _ = try host.rollback(id: "test.tile", to: unknown) }.contains("never had a generation"))
        #expect(try message { _ = try host.rollback(id: "test.none") } == "There is no plugin 'test.none'")
    }

    @Test func aRollbackToADamagedCopyIsRefused() throws {
        let (bench, host) = try host("1", "2")
        let first = try #require(host.plugin("test.tile")?.generations.first)
        let copy = "\(bench.root)/store/\(first.sha256).so"
        try bench.remove(copy)
        try Files.write([1, 2, 3], to: copy)
        #expect(try message { _ = try host.rollback(id: "test.tile") }.contains("damaged"))
        #expect(states(host) == ["1 superseded", "2 active"])
        #expect(host.tileType("test-step")?.version == "2")
    }

    @Test func aRollbackOutlivesARestart() throws {
        let (bench, host) = try host("1", "2")
        _ = try host.rollback(id: "test.tile")
        for _ in 1...2 {
            let next = bench.host()
            next.loadAll()
            #expect(next.tileType("test-step")?.version == "1")
            #expect(states(next) == ["1 active", "2 rolled_back"])
        }
        // An operator may come back to the file that lies there.
        let last = bench.host()
        last.loadAll()
        #expect(try last.reload(id: "test.tile").version == "2")
        #expect(states(last) == ["1 superseded", "2 active"])
    }

    @Test func aRetiredPluginIsGoneUntilAnOperatorAsks() throws {
        let (bench, host) = try host("1")
        let held = try bench.open(host, "advance")
        let plugin = try host.retire(id: "test.tile")
        #expect(plugin.state == .retired && plugin.generation == 0 && plugin.tileTypes == ["test-step"])
        #expect(host.tileTypes().isEmpty)
        #expect(throws: OpenFailure.self) { try bench.open(host, "advance") }
        // What still holds an instance may use it.
        let recorder = Recorder()
        held.run(Bench.members(2), bench.context(), sink: recorder)
        #expect(recorder.outcomes.count == 2)
        host.settle()
        #expect(host.tileTypes().isEmpty)
        #expect(try message { _ = try host.retire(id: "test.tile") } == "No plugin 'test.tile' is in use")
        // Nor is it taken at the next start.
        let next = bench.host()
        let reason = next.loadAll().first?.reason ?? ""
        #expect(reason.contains("was retired") && reason.contains("or by `tessera plugin load plugin.so`"), "\(reason)")
        #expect(next.tileTypes().isEmpty && next.plugin("test.tile")?.state == .retired)
        #expect(try host.reload(id: "test.tile").state == .active)
        #expect(try bench.open(host, "advance").generation == 1)
    }

    @Test func aRetiredTypeIsFreeForAnotherPlugin() throws {
        let (bench, host) = try host("1")
        let heir = try bench.build("tile", ["PLUGIN_ID": "\"test.heir\""], as: "heir.so")
        host.settle()
        #expect(host.list().contains { $0.path == heir && $0.reason.contains("already provided") })
        #expect(
            host.list().contains { $0.reason.hasSuffix("remove one of the two, then `tessera plugin load heir.so`") })
        _ = try host.retire(id: "test.tile")
        // It was refused for the surroundings: an operator asks for it.
        #expect(try host.load(file: "heir.so").id == "test.heir")
        #expect(host.tileType("test-step")?.pluginID == "test.heir")
        #expect(
            try message { _ = try host.reload(id: "test.tile") }.contains("already provided by the plugin 'test.heir'"))
    }

    @Test func loadAndReloadSayWhatIsMissing() throws {
        let (bench, host) = try host("1")
        #expect(try message { _ = try host.load(file: "none.so") }.contains("no file 'none.so'"))
        #expect(try message { _ = try host.reload(id: "test.none") } == "There is no plugin 'test.none'")
        _ = try host.retire(id: "test.tile")
        try bench.remove(bench.root + "/a/plugin.so")
        #expect(try message { _ = try host.reload(id: "test.tile") }.contains("put one there"))
        // One that is in use needs no file: nothing changes.
        try bench.buildVersion("2")
        host.settle()
        try bench.remove(bench.root + "/a/plugin.so")
        #expect(try host.reload(id: "test.tile").version == "2")
    }

    /// Its id was not known when it was refused; by now it is in use, and no bar is left.
    @Test func whatWasRefusedWithoutAnIDMayBeTakenLater() throws {
        let bench = try Bench()
        let path = try bench.buildVersion("1")
        let failing = bench.host(probe: ["/bin/sh", "-c", "exit 3", "probe"])
        #expect(failing.loadAll().map(\.state) == [.refused])
        bench.clock.advance(1_000_000)
        let host = bench.host()
        #expect(host.loadAll().first?.reason.contains("not tried again") == true)
        #expect(try host.load(file: "plugin.so").state == .active)
        let next = bench.host()
        let outcomes = next.loadAll()
        #expect(outcomes.map(\.state) == [.active] && outcomes.map(\.path) == [path])
        #expect(next.list().map(\.state) == [.active])
    }

    /// A change that can't be stored is not made: else a restart would undo it.
    @Test func whatCannotBeStoredIsNotDone() throws {
        let bench = try Bench()
        try bench.buildVersion("1")
        let memory = FailingMemory()
        let host = PluginHost(
            configuration: PluginHostConfiguration(
                directories: [bench.root + "/a"], storeDirectory: bench.root + "/store"),
            memory: memory, services: bench.services, clock: bench.clock, log: .silent)
        host.loadAll()
        memory.isFailing.withLock { $0 = true }
        try bench.buildVersion("2")
        #expect(host.settle().contains { $0.reason.contains("can't be stored: the disk is full") })
        #expect(host.tileType("test-step")?.version == "1")
        #expect(try message { _ = try host.retire(id: "test.tile") }.contains("can't be stored"))
        #expect(host.tileType("test-step")?.version == "1")
        memory.isFailing.withLock { $0 = false }
        #expect(try host.reload(id: "test.tile").version == "2")
    }
}

/// A memory whose disk may be full.
private final class FailingMemory: GenerationMemory {
    struct Full: Error, CustomStringConvertible { let description = "the disk is full" }
    let isFailing = Monitor(false)
    private let kept = ForgetfulMemory()

    func records() -> [GenerationRecord] { kept.records() }

    func remember(_ records: [GenerationRecord]) throws {
        if isFailing.withLock({ $0 }) { throw Full() }
        kept.remember(records)
    }
}
