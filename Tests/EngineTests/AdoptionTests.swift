import Journeys
import Platform
import PluginHost
import Store
import TestSupport
import Testing

@testable import Engine

/// A plugin is swapped while a run is under way.
@Suite(.serialized) struct AdoptionTests {
    /// A run whose first batch stands in version 1 when version 2 comes; gives the run once it has ended.
    private func swapInMidRun(
        _ bench: Bench, first: [String: String] = [:], then second: [String: String]
    ) throws -> (journey: String, run: RunRecord) {
        try bench.load("id,age\na,1\nb,2\nc,3\n")
        try bench.loadGate("1", first)
        let journey = try bench.gateJourney(["wait": true])
        let run = try bench.trigger(journey)
        try bench.waitForGate("1")
        try bench.loadGate("2", second)
        try bench.openGate()
        return (journey, try bench.end(run))
    }

    @Test func theNextBatchGoesToTheNewOne() throws {
        let bench = try Bench(batchRows: 1)
        let (journey, run) = try swapInMidRun(bench, then: [:])
        #expect(run.status == .completed && run.counts.completed == 3)
        #expect(run.tiles["gate"]?.generations == [1, 2])
        // Each member's row names what moved it last: the exit, which is its plugin's first generation, came after the gate.
        #expect(try bench.generation(journey, "a") == 1)
        // The old one has let go: its run is not what keeps it.
        try eventually { bench.lines.withLock { $0.contains { $0.contains("gate 1 retired") } } }
    }

    @Test func aMembersRowNamesItsGeneration() throws {
        let bench = try Bench(batchRows: 1)
        try bench.load("id,age\na,1\nb,2\n")
        try bench.loadGate("1")
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "gate", "type": "gate", "config": ["path": .string(bench.directory), "wait": true]],
            ],
            "edges": [["from": "in", "to": "gate"]],
        ])
        let run = try bench.trigger(journey)
        try bench.waitForGate("1")
        try bench.loadGate("2")
        try bench.openGate()
        _ = try bench.end(run)
        #expect(try bench.generation(journey, "a") == 1)
        #expect(try bench.generation(journey, "b") == 2)
    }

    @Test(arguments: ["TESSERA_TILE_ASYNC", "TESSERA_TILE_SIDE_EFFECTS|TESSERA_TILE_ASYNC"])
    func callsWithACommitBeforeThemToo(_ flags: String) throws {
        let bench = try Bench(batchRows: 1)
        let (_, run) = try swapInMidRun(bench, first: ["FLAGS": "(\(flags))"], then: ["FLAGS": "(\(flags))"])
        #expect(run.status == .completed && run.counts.completed == 3)
        #expect(run.tiles["gate"]?.generations == [1, 2])
    }

    @Test func aSmallerBatchIsKeptTo() throws {
        let bench = try Bench(batchRows: 4)
        try bench.load("id,age\n" + (1...12).map { "k\($0),\($0)" }.joined(separator: "\n"))
        try bench.loadGate("1", ["FLAGS": "TESSERA_TILE_ASYNC"])
        let journey = try bench.gateJourney(["wait": true])
        let run = try bench.trigger(journey)
        try bench.waitForGate("1")
        try bench.loadGate("2", ["FLAGS": "TESSERA_TILE_ASYNC", "MAX_BATCH": "3"])
        try bench.openGate()
        #expect(try bench.end(run).counts.completed == 12)
        let sizes = String(decoding: try Files.read(bench.directory + "/entered.2"), as: UTF8.self)
            .split(separator: "\n").compactMap { Int($0) }
        #expect(!sizes.isEmpty && sizes.allSatisfy { $0 <= 3 }, "\(sizes)")
    }

    /// What the run has bound itself to must hold to its end; the next run takes the new one.
    @Test(arguments: [
        ["BRANCHES": #"{"next",4},{"other",5}"#], ["COLUMN": CPlugin.string("age")],
        ["FLAGS": "TESSERA_TILE_ASYNC"], ["FLAGS": "TESSERA_TILE_SIDE_EFFECTS"],
    ])
    func aRunThatItDoesNotFitEndsOnTheOldOne(_ defines: [String: String]) throws {
        let bench = try Bench(batchRows: 1)
        let (journey, run) = try swapInMidRun(bench, then: defines)
        #expect(run.status == .completed && run.counts.completed == 3)
        #expect(run.tiles["gate"]?.generations == [1])
        try bench.load("id,age\nd,4\n")
        let next = try bench.runOnce(journey)
        #expect(next.status == .completed, "\(next.error)")
        #expect(next.tiles["gate"]?.generations == [2])
    }
}
