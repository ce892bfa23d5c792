import Crypto
import Foundation
import Journeys
import Platform
import PluginHost
import Testing

struct GenerationTests {
    @Test func aPluginIsCopiedUnderItsHash() throws {
        let bench = try Bench()
        let path = try bench.build()
        let host = bench.host()
        let outcome = try #require(host.loadAll().first)
        let bytes = try Files.read(path)
        #expect(outcome.sha256 == Crypto.hex(Crypto.sha256(bytes)))
        let copy = "\(bench.root)/store/\(outcome.sha256).so"
        #expect(try Files.read(copy) == bytes)
        let mode = try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int
        #expect(mode == 0o400)
        let info = try #require(host.list().first)
        #expect(info.id == "test.tile")
        #expect(info.state == .active)
        #expect(info.generation == 1)
        #expect(info.tileTypes == ["test-step"])
        #expect(info.generations.map(\.sha256) == [outcome.sha256])
        #expect(info.json["state"] == "active")
        // Outside any lock file: loaded all the same, with a warning.
        #expect(!info.isLocked)
        #expect(bench.lines.count("no plugins.lock allows") == 1)
    }

    @Test func aFileInTheLockLoadsWithoutAWarning() throws {
        let bench = try Bench()
        let path = try bench.build()
        let sha256 = Crypto.hex(Crypto.sha256(try Files.read(path)))
        let lock: JSON = [
            "plugins": [["file": "plugin.so", "sha256": .string(sha256), "isolation": "inproc", "secrets": true]]
        ]
        try Files.write(lock.serialized(), to: bench.root + "/a/plugins.lock")
        let host = bench.host()
        #expect(host.loadAll().map(\.state) == [.active])
        #expect(host.list().first?.isLocked == true)
        #expect(bench.lines.count("no plugins.lock allows") == 0)
    }

    @Test func aBrokenLockIsLoggedAndLocksNothing() throws {
        let bench = try Bench()
        try bench.build()
        try Files.write(Array(#"{"plugins":[{"sha256":"12"}]}"#.utf8), to: bench.root + "/a/plugins.lock")
        let host = bench.host()
        let outcomes = host.loadAll()
        #expect(outcomes.map(\.state) == [.active, .refused])
        #expect(outcomes.last?.path == bench.root + "/a/plugins.lock")
        #expect(bench.lines.count("plugins.lock is ignored") == 1)
        #expect(host.list().first?.isLocked == false)
    }

    @Test func theLaterDirectoryWinsThenTheNewestFile() throws {
        let bench = try Bench()
        try bench.build("tile", ["PLUGIN_VERSION": "\"1\""], as: "z.so", in: "a")
        let older = try bench.build("tile", ["PLUGIN_VERSION": "\"2\""], as: "y.so", in: "b")
        let newer = try bench.build("tile", ["PLUGIN_VERSION": "\"3\""], as: "x.so", in: "b")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1000)], ofItemAtPath: older)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 2000)], ofItemAtPath: newer)
        let host = bench.host()
        let outcomes = host.loadAll()
        #expect(outcomes.filter { $0.state == .active }.map(\.path) == [newer])
        #expect(outcomes.filter { $0.state == .shadowed }.count == 2)
        #expect(host.tileType("test-step")?.version == "3")
    }

    @Test func takenAwayTheTypeIsGoneAndNothingElse() throws {
        let bench = try Bench()
        let path = try bench.build(as: "step.so")
        try bench.build("async", as: "async.so")
        let first = bench.host()
        first.loadAll()
        #expect(first.tileTypes().map(\.id) == ["test-async", "test-step"])
        try bench.remove(path)
        // A live gateway goes on with what it has.
        first.loadAll()
        #expect(first.tileTypes().map(\.id) == ["test-async", "test-step"])
        let second = bench.host()
        second.loadAll()
        #expect(second.tileTypes().map(\.id) == ["test-async"])
        let failure = #expect(throws: OpenFailure.self) { try bench.open(second, "advance") }
        #expect(failure?.problems.first?.message == "no loaded plugin provides the tile type 'test-step'")
    }

    @Test func generationsAreNumberedPerPlugin() throws {
        let bench = try Bench()
        for version in ["1", "2", "1"] {
            try bench.build("tile", ["PLUGIN_VERSION": "\"\(version)\""])
            let host = bench.host()
            #expect(host.loadAll().map(\.state) == [.active])
            #expect(host.tileType("test-step")?.generation == Int(version))
        }
        let states = bench.memory.records().sorted { $0.number < $1.number }.map(\.state)
        #expect(states == [.active, .superseded])
    }

    @Test func aRefusedContentIsNotTriedAgainAndTheLastGoodOneGoesOn() throws {
        let bench = try Bench()
        try bench.build("tile", ["PLUGIN_VERSION": "\"1\""])
        bench.host().loadAll()
        try bench.build("tile", ["PLUGIN_VERSION": "\"2\"", "START_STATUS": "3"])
        for attempt in 1...2 {
            let host = bench.host()
            let outcomes = host.loadAll()
            #expect(outcomes.map(\.state).contains(.refused))
            #expect(host.tileType("test-step")?.version == "1")
            #expect(host.tileType("test-step")?.generation == 1)
            // The second time its code does not run any more.
            #expect(bench.lines.count("this plugin will not start") == 1)
            let refused = try #require(outcomes.first { $0.state == .refused })
            #expect(refused.reason.contains("not tried again") == (attempt == 2))
        }
        let records = bench.memory.records().sorted { $0.number < $1.number }
        #expect(records.map(\.state) == [.active, .refused])
        #expect(records.last?.reason.contains("start returned 3") == true)

        // An operator may ask for it again; new content is tried by itself.
        let host = bench.host()
        host.loadAll()
        let again = #expect(throws: PluginError.self) { try host.load(file: "plugin.so") }
        #expect(again?.message.contains("start returned 3") == true)
        #expect(bench.lines.count("this plugin will not start") == 2)
        #expect(host.tileType("test-step")?.version == "1")
        try bench.build("tile", ["PLUGIN_VERSION": "\"3\""])
        let next = bench.host()
        #expect(next.loadAll().map(\.state) == [.active])
        #expect(next.tileType("test-step")?.version == "3")
        #expect(next.tileType("test-step")?.generation == 3)
    }

    @Test func anOperatorsLoadRunsTheContentAgain() throws {
        let bench = try Bench()
        let path = try bench.build("tile", ["START_STATUS": "3"])
        let host = bench.host()
        for _ in 1...3 {
            #expect(host.loadAll().map(\.state) == [.refused])
            // It is tried once, and told once.
            #expect(bench.lines.count("this plugin will not start") == 1)
            #expect(bench.lines.count("plugin refused") == 1)
        }
        let error = #expect(throws: PluginError.self) { try host.load(file: "plugin.so") }
        #expect(error?.message.contains("start returned 3") == true)
        #expect(bench.lines.count("this plugin will not start") == 2)
        #expect(host.list().map(\.path) == [path])
    }

    @Test func aDamagedCopyIsMadeAnew() throws {
        let bench = try Bench()
        try bench.build()
        let sha256 = try #require(bench.host().loadAll().first?.sha256)
        let copy = "\(bench.root)/store/\(sha256).so"
        try bench.remove(copy)
        try Files.write([1, 2, 3], to: copy)
        let host = bench.host()
        #expect(host.loadAll().map(\.state) == [.active])
        #expect(Crypto.hex(Crypto.sha256(try Files.read(copy))) == sha256)
    }

    @Test func twoGenerationsLiveSideBySide() throws {
        let bench = try Bench()
        try bench.build("tile", ["PLUGIN_VERSION": "\"1\""])
        let first = bench.host()
        first.loadAll()
        let old = try bench.open(first, "advance")
        try bench.build("tile", ["PLUGIN_VERSION": "\"2\"", "BRANCHES": "two_branches"])
        let second = bench.host()
        second.loadAll()
        let new = try bench.open(second, "advance")
        #expect(old.branches == ["next"])
        #expect(new.branches == ["left", "right"])
    }
}
