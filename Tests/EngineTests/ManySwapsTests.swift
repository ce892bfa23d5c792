import Foundation
import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Engine

/// Swap upon swap while runs follow one another: nobody is lost, no batch fails, nothing is left open. A hundred of them, under load, are
/// `scripts/prove swaps`.
@Suite(.serialized) struct ManySwapsTests {
    @Test(.timeLimit(.minutes(10)), arguments: [nil, BuiltProducts.pluginHost]) func runsGoOn(_ hostProgram: String?)
        throws
    {
        let bench = try Bench(batchRows: 256, hostProgram: hostProgram)
        let swaps = 8
        try bench.loadGate("0")
        try bench.load("id,age\n" + (1...5000).map { "k\($0),\($0)" }.joined(separator: "\n"))
        let journey = try bench.gateJourney()
        for number in 1...5 { _ = try bench.gateJourney(["number": .integer(Int64(number))]) }

        let isDone = Monitor(false)
        let failure = Monitor<String?>(nil)
        nonisolated(unsafe) let shared = bench
        var generations: Set<Int> = []
        var runs = 0
        func run() throws {
            // Everybody enters anew: each run has all members in hand.
            let people = (1...5000).map { "r\(runs)-\($0),\($0)" }.joined(separator: "\n")
            try bench.load("id,age\n" + people)
            let run = try bench.runOnce(journey)
            #expect(run.status == .completed && run.counts.completed == 5000 && run.counts.failed == 0, "\(run.error)")
            generations.formUnion(run.tiles["gate"]?.generations ?? [])
            runs += 1
        }
        try run()
        let swapper = NativeThread(name: "swapper") {
            for number in 1...swaps {
                do {
                    try shared.buildGate("\(number)")
                    shared.rescan()
                    guard shared.plugins.tileType("gate")?.version == "\(number)" else {
                        throw Failure("swap \(number): \(shared.plugins.list().map(\.reason))")
                    }
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
            }
            isDone.update { $0 = true }
        }
        while !isDone.withLock({ $0 }) { try run() }
        swapper.join()
        // With the last one, however quick the swaps were.
        try run()
        #expect(failure.withLock { $0 } == nil)
        #expect(generations.count > 1)
        // All but the last have retired.
        try eventually { bench.plugins.plugin("test.gate")?.generations.count(where: \.isLive) == 1 }
        let figures = try #require(bench.plugins.plugin("test.gate")).generations.map(\.figures)
        #expect(figures.reduce(0) { $0 + $1.rows } == runs * 5000)
        #expect(figures.allSatisfy { $0.failures == 0 && $0.timeouts == 0 && $0.restarts == 0 })
    }
}
