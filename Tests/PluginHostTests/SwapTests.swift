import CTessera
import Foundation
import Glibc
import Journeys
import Platform
import PluginHost
import Testing

/// A plugin is replaced while the host serves.
struct SwapTests {
    /// A host with version 1 loaded.
    private func loaded(_ defines: [String: String] = [:]) throws -> (Bench, PluginHost) {
        let bench = try Bench()
        try bench.buildVersion("1", defines)
        let host = bench.host()
        try #require(host.loadAll().map(\.state) == [.active])
        return (bench, host)
    }

    private func states(_ host: PluginHost) -> [String] {
        (host.plugin("test.tile")?.generations ?? []).map { "\($0.version) \($0.state.rawValue)" }
    }

    @Test func aChangedFileTakesTheOldOnesPlace() throws {
        let (bench, host) = try loaded()
        let old = try bench.open(host, "advance")
        let epoch = host.epoch
        try bench.buildVersion("2", ["BRANCHES": "two_branches"])
        #expect(host.settle().map(\.state) == [.active])
        #expect(host.epoch > epoch)
        #expect(host.tileType("test-step")?.version == "2")
        #expect(host.tileType("test-step")?.generation == 2)
        #expect(!host.isCurrent(old))
        let new = try bench.open(host, "advance")
        #expect(new.generation == 2 && new.branches == ["left", "right"])
        // Calls that were begun on the old one end there.
        let recorder = Recorder()
        old.run(Bench.members(3), bench.context(), sink: recorder)
        #expect(recorder.outcomes.count == 3)
        #expect(states(host) == ["1 superseded", "2 active"])
    }

    @Test func theOldOneRetiresWhenItsLastInstanceCloses() throws {
        let (bench, host) = try loaded()
        var old: TileInstance? = try bench.open(host, "advance")
        old?.run(Bench.members(5), bench.context(), sink: Recorder())
        try bench.buildVersion("2")
        host.settle()
        #expect(old != nil && bench.lines.count("retired") == 0)
        let draining = try #require(host.plugin("test.tile")?.generations.first)
        #expect(draining.isLive && draining.figures.rows == 5 && draining.figures.instances == 1)
        old = nil
        bench.lines.wait("retired")
        // What it did stays to be seen.
        let retired = try #require(host.plugin("test.tile")?.generations.first)
        #expect(!retired.isLive && retired.figures.rows == 5 && retired.figures.instances == 0)
        #expect(host.mappings >= 2)
    }

    @Test func nothingHappensWhileNothingChanges() throws {
        let (bench, host) = try loaded()
        let epoch = host.epoch
        for _ in 1...3 { #expect(host.settle().map(\.state) == [.active]) }
        #expect(host.epoch == epoch)
        #expect(bench.memory.records().count == 1)
    }

    @Test func contentsAreProbedOnce() throws {
        let bench = try Bench()
        let path = try bench.buildVersion("1")
        // Probed as a copy: what is mapped here must not be overwritten below.
        try FileManager.default.copyItem(atPath: path, toPath: bench.root + "/probed.so")
        let report = PluginProbe.run(bench.root + "/probed.so").json.text
        try Files.write(Array(report.utf8), to: bench.root + "/report.json")
        let host = bench.host(
            probe: ["/bin/sh", "-c", "echo x >> \(bench.root)/probes; cat \(bench.root)/report.json", "probe"])
        func probes() throws -> Int { try Files.read(bench.root + "/probes").count { $0 == UInt8(ascii: "x") } }
        host.loadAll()
        host.settle()
        #expect(try probes() == 1)
        // The same content under another name is no news either, and neither is a touched file.
        try FileManager.default.moveItem(atPath: path, toPath: bench.root + "/a/other.so")
        host.settle()
        try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: bench.root + "/a/other.so")
        #expect(host.settle().map(\.state) == [.active])
        #expect(try probes() == 1)
        try bench.buildVersion("2", as: "other.so")
        host.settle()
        #expect(try probes() == 2)
    }

    @Test func aBadFileIsRefusedAndTheOldOneServesOn() throws {
        let (bench, host) = try loaded()
        let path = try bench.buildVersion("2", ["START_STATUS": "3"])
        let outcomes = host.settle()
        #expect(outcomes.first { $0.path == path }?.state == .refused)
        #expect(host.tileType("test-step")?.version == "1")
        #expect(try bench.open(host, "advance").generation == 1)
        #expect(states(host) == ["1 active", "2 refused"])
        // Told where operators look for it, and not tried again.
        #expect(host.list().contains { $0.path == path && $0.reason.contains("start returned 3") })
        host.settle()
        #expect(bench.lines.count("this plugin will not start") == 1)
        // Nor is a file that is no plugin any more anything but refused.
        try Files.write(Array("garbage".utf8), to: path)
        #expect(host.settle().first { $0.path == path }?.reason == "not a shared object: the file is no ELF file")
        #expect(host.tileType("test-step")?.version == "1")
        try bench.buildVersion("3")
        host.settle()
        #expect(host.tileType("test-step")?.version == "3")
        #expect(host.list().map(\.state) == [.active])
    }

    @Test func aTypeOfAnotherPluginIsRefusedNamingItsOwner() throws {
        let (bench, host) = try loaded()
        try bench.build("async", as: "other.so")
        host.settle()
        let thief = try bench.build("tile", ["PLUGIN_ID": "\"test.async\"", "PLUGIN_VERSION": "\"9\""], as: "other.so")
        let outcome = host.settle().first { $0.path == thief }
        #expect(outcome?.reason.contains("'test-step' is already provided by the plugin 'test.tile'") == true)
        #expect(host.tileType("test-step")?.pluginID == "test.tile")
        #expect(host.tileType("test-async")?.version != "9")
    }

    /// Two writers within one tick of the kernel's clock leave files that `stat` can't tell apart.
    @Test func aChangeThatStatDoesNotShowIsSeen() throws {
        let (bench, host) = try loaded()
        let path = bench.root + "/a/plugin.so"
        // All of them in one moment, which has not passed yet.
        let moment = timespec(tv_sec: time(nil) + 3600, tv_nsec: 0)
        for version in ["2", "3", "2", "3"] {
            try bench.buildVersion(version)
            #expect(utimensat(AT_FDCWD, path, [moment, moment], 0) == 0)
            host.settle()
            #expect(host.tileType("test-step")?.version == version)
        }
    }

    @Test func aFileThatIsGoneChangesNothing() throws {
        let (bench, host) = try loaded()
        let newer = try bench.buildVersion("2", as: "newer.so", in: "b")
        host.settle()
        #expect(host.tileType("test-step")?.version == "2")
        try bench.remove(newer)
        // The older file wins now, but nobody has put it there since.
        host.settle()
        host.settle()
        #expect(host.tileType("test-step")?.version == "2")
        try bench.remove(bench.root + "/a/plugin.so")
        host.settle()
        #expect(host.tileType("test-step")?.version == "2")
        // A file that comes is taken, whatever was there before.
        try bench.buildVersion("1", as: "again.so")
        host.settle()
        #expect(host.tileType("test-step")?.version == "1")
    }

    @Test func theWinningFileOnlyCounts() throws {
        let (bench, host) = try loaded()
        try bench.buildVersion("2", in: "b")
        host.settle()
        let shadowed = try bench.buildVersion("3", as: "third.so", in: "a")
        let outcome = host.settle().first { $0.path == shadowed }
        #expect(outcome?.state == .shadowed && outcome?.reason.contains("/b/plugin.so is used") == true)
        #expect(host.tileType("test-step")?.version == "2")
        // An operator may want it all the same.
        #expect(try host.load(file: "third.so").version == "3")
        host.settle()
        #expect(host.tileType("test-step")?.version == "3")
    }

    /// A plugin is started and retired once in one mapping: a content that comes back gets another one.
    @Test func aContentThatComesBackStartsAfresh() throws {
        let (bench, host) = try loaded()
        let before = host.mappings
        for (swaps, version) in zip(1..., ["2", "1", "2", "1"]) {
            try bench.buildVersion(version)
            host.settle()
            bench.lines.wait("retired", swaps)
            #expect(try bench.open(host, "advance").type.version == version)
        }
        #expect(states(host) == ["1 active", "2 superseded"])
        #expect(host.mappings == before + 4)
    }

    /// While its old generation still has instances, the content is used again as it is.
    @Test func aDrainingGenerationIsUsedAgain() throws {
        let (bench, host) = try loaded()
        let held = try bench.open(host, "advance")
        try bench.buildVersion("2")
        host.settle()
        let mappings = host.mappings
        try bench.buildVersion("1")
        host.settle()
        #expect(host.isCurrent(held))
        #expect(host.mappings == mappings)
        bench.lines.wait("retired")
        #expect(bench.lines.count("retired") == 1)
    }

    @Test func aTransportIsSwappedToo() throws {
        let bench = try Bench()
        try bench.build("connector")
        let host = bench.host()
        host.loadAll()
        #expect(probe(host) == 1)
        try bench.build("connector", ["TYPE_ID": "\"test-hook-2\"", "PROBE_STATUS": "2"])
        host.settle()
        #expect(probe(host) == 2)
    }

    /// What the transport's probe of an empty destination gives.
    private func probe(_ host: PluginHost) -> Int32? {
        var destination = tessera_destination()
        var call = tessera_probe_call()
        call.size = UInt32(MemoryLayout<tessera_probe_call>.size)
        call.step = { _, _ in }
        return host.probe(&destination, &call)
    }
}
