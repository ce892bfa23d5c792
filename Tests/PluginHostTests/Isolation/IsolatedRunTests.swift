import CTessera
import Columns
import Foundation
import Journeys
import Platform
import PluginHost
import TestSupport
import Testing

/// A plugin in a process of its own behaves as one that is mapped: the same outcomes, problems, errors and records.
struct IsolatedRunTests {
    @Test func itRunsInAProcessOfItsOwn() throws {
        let bench = try Bench()
        try bench.build()
        let host = bench.isolatedHost()
        #expect(host.loadAll().map(\.state) == [.active])
        let info = try #require(host.list().first)
        #expect(info.isolation == "process")
        let tile = try bench.open(host, "advance")
        #expect(tile.branches == ["next"])
        #expect(tile.columns == ["$member"])
        let recorder = Recorder()
        #expect(tile.run(Bench.members(3), bench.context(), sink: recorder) == 0)
        #expect(recorder.ends == [.finished])
        #expect(recorder.outcomes.map(\.row) == [0, 1, 2])
        #expect(recorder.outcomes.allSatisfy { $0.kind == TESSERA_ADVANCE && $0.error == nil })
        // Never mapped here.
        let maps = String(decoding: try Files.read("/proc/self/maps"), as: UTF8.self)
        #expect(!maps.contains(bench.name))
    }

    @Test(arguments: [
        "advance", "wait", "past", "retry", "fail", "complete", "twice", "range", "never", "status", "kind",
        "small", "cancelled",
    ])
    func outcomesAreThoseOfAMappedPlugin(_ mode: String) throws {
        let bench = try Bench()
        try bench.build()
        let (mapped, isolated) = (bench.host(), bench.isolatedHost())
        mapped.loadAll()
        isolated.loadAll()
        let recorders = try [mapped, isolated].map { host in
            let recorder = Recorder()
            try bench.open(host, mode).run(Bench.members(9), bench.context(cancelled: { true }), sink: recorder)
            return recorder
        }
        #expect(recorders[0].outcomes == recorders[1].outcomes)
        #expect(recorders[0].ends == recorders[1].ends)
        let figures = [mapped, isolated].map { $0.list().first?.figures }
        #expect(figures[0]?.dropped == figures[1]?.dropped)
    }

    @Test func recordsOfADryRunComeBack() throws {
        let bench = try Bench()
        try bench.build("tile", ["FLAGS": "TESSERA_TILE_DRY_RUN"])
        let host = bench.isolatedHost()
        host.loadAll()
        let recorder = Recorder()
        try bench.open(host, "record").run(Bench.members(2), bench.context(dryRun: true), sink: recorder)
        #expect(recorder.state.withLock { $0.records } == [0: #"{"body":1}"#, 1: #"{"body":1}"#])
    }

    @Test func problemsOfAnOpenComeBack() throws {
        let bench = try Bench()
        try bench.build()
        let host = bench.isolatedHost()
        host.loadAll()
        let failure = #expect(throws: OpenFailure.self) { try bench.open(host, "unheard of") }
        #expect(failure?.problems.map(\.pointer) == ["/mode", ""])
        let schema = BatchSchema(columns: [Column(name: "age", type: .integer)])
        let config: JSON = ["mode": "advance", "x": "need_column"]
        #expect(throws: OpenFailure.self) {
            try host.openTile(type: "test-step", config: config, schema: nil, workspaceID: "w", journeyID: "j").get()
        }
        #expect(
            throws: Never.self,
            performing: {
                try host.openTile(
                    type: "test-step", config: config, schema: schema, workspaceID: "w", journeyID: "j"
                ).get()
            })
    }

    @Test func branchesOfItsOwnAndOddSizes() throws {
        let bench = try Bench()
        try bench.build("tile", ["BRANCHES": "two_branches", "FLAGS": "TESSERA_TILE_SIDE_EFFECTS"])
        let host = bench.isolatedHost()
        host.loadAll()
        let tile = try bench.open(host, "advance")
        #expect(tile.branches == ["left", "right", "failed"])
        for rows in [0, 1, 7, 8192, 20_000] {
            let recorder = Recorder()
            #expect(tile.run(Bench.members(rows), bench.context(), sink: recorder) == 0)
            #expect(recorder.outcomes.count == rows)
        }
    }

    @Test func whatItLogsAndClosesIsHeard() throws {
        let bench = try Bench()
        try bench.build()
        let host = bench.isolatedHost()
        host.loadAll()
        do { _ = try bench.open(host, "advance") }
        host.stop()
        bench.lines.wait("closed")
        bench.lines.wait("retired")
        #expect(bench.lines.count(#""plugin":"test.tile""#) >= 2)
    }

    @Test func anASYNCTileReportsLater() throws {
        let bench = try Bench()
        try bench.build("async")
        let host = bench.isolatedHost()
        #expect(host.loadAll().map(\.state) == [.active])
        let tile = try bench.open(host, "late", type: "test-async")
        let recorder = Recorder()
        #expect(tile.run(Bench.members(100), bench.context(), sink: recorder) == 0)
        #expect(recorder.end() == .finished)
        #expect(Set(recorder.outcomes.map(\.row)).count == 100)
    }
}
