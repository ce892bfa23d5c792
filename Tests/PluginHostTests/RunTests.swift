import CTessera
import Columns
import Foundation
import Journeys
import Platform
import PluginHost
import Testing

/// Calls of tiles that report before they return.
struct RunTests {
    private func loaded(_ defines: [String: String] = [:]) throws -> (Bench, PluginHost) {
        let bench = try Bench()
        try bench.build("tile", defines)
        let host = bench.host()
        try #require(host.loadAll().map(\.state) == [.active])
        return (bench, host)
    }

    private func run(
        _ mode: String, rows: Int = 8, _ defines: [String: String] = [:], dryRun: Bool = false
    ) throws -> (Recorder, Int32, PluginInfo.Figures, Int64) {
        let (bench, host) = try loaded(defines)
        let tile = try bench.open(host, mode)
        let recorder = Recorder()
        let status = tile.run(Bench.members(rows), bench.context(dryRun: dryRun), sink: recorder)
        let figures = try #require(host.list().first?.figures)
        return (recorder, status, figures, bench.clock.now())
    }

    @Test func outcomesReachTheSink() throws {
        let (recorder, status, figures, now) = try run("advance")
        #expect(status == 0)
        #expect(recorder.outcomes == (0..<8).map { Recorder.Outcome(row: $0, kind: TESSERA_ADVANCE) })
        #expect(recorder.ends == [.finished])
        #expect(figures.calls == 1)
        #expect(figures.rows == 8)
        #expect(figures.dropped == 0)

        #expect(
            try run("wait").0.outcomes.first == Recorder.Outcome(row: 0, kind: TESSERA_WAIT, time: now + 5))
        #expect(
            try run("retry").0.outcomes.first
                == Recorder.Outcome(row: 0, kind: TESSERA_RETRY, time: now + 9, flags: 1))
        #expect(try run("complete").0.outcomes.last == Recorder.Outcome(row: 7, kind: TESSERA_COMPLETE))
        let error = OutcomeError(
            httpStatus: 503, code: "SERVER_ERROR", message: "it said no", request: "POST /", response: "busy")
        #expect(
            try run("fail").0.outcomes.first == Recorder.Outcome(row: 0, kind: TESSERA_FAIL, error: error))
    }

    @Test func anErrorThatLiesAboutItsSizeSaysNothing() throws {
        let outcome = try #require(try run("small").0.outcomes.first)
        #expect(outcome.error == .unspecified)
    }

    @Test func rowsAndBranchesOutOfRangeAreDroppedAndCounted() throws {
        let (recorder, _, figures, _) = try run("range")
        #expect(recorder.outcomes.map(\.row) == [0, 4])
        #expect(figures.dropped == 6)
        #expect(recorder.ends == [.finished])
    }

    @Test func unknownKindsAndWaitsInThePastAreDropped() throws {
        let (kinds, _, kindFigures, _) = try run("kind")
        #expect(kinds.outcomes.isEmpty)
        #expect(kindFigures.dropped == 8)
        let (past, _, pastFigures, _) = try run("past")
        #expect(past.outcomes.isEmpty)
        #expect(pastFigures.dropped == 8)
    }

    @Test func theFirstReportOfARowWins() throws {
        let (recorder, _, figures, _) = try run("twice", rows: 100)
        #expect(recorder.outcomes.map(\.row) == Array(0..<100))
        #expect(recorder.outcomes.allSatisfy { $0.kind == TESSERA_ADVANCE })
        #expect(figures.dropped == 0)
    }

    @Test func rowsNeverReportedStayUnknown() throws {
        let (recorder, status, _, _) = try run("never")
        #expect(status == 0)
        #expect(recorder.outcomes.isEmpty)
        #expect(recorder.ends == [.finished])
    }

    @Test func aFailedCallKeepsWhatWasReported() throws {
        let (recorder, status, figures, _) = try run("status")
        #expect(status == 42)
        #expect(recorder.outcomes.count == 8)
        #expect(recorder.ends == [.failed(42)])
        #expect(figures.failures == 1)
    }

    @Test func anEmptyBatchIsFine() throws {
        let (recorder, status, _, _) = try run("advance", rows: 0)
        #expect(status == 0)
        #expect(recorder.outcomes.isEmpty)
        #expect(recorder.ends == [.finished])
    }

    @Test func dryRunRecordsReachTheSinkInRangeOnly() throws {
        let (recorder, _, figures, _) = try run("record", rows: 2, dryRun: true)
        #expect(recorder.state.withLock { $0.records } == [0: #"{"body":1}"#, 1: #"{"body":1}"#])
        #expect(figures.dropped == 2)
        let (wet, _, _, _) = try run("record", rows: 2, dryRun: false)
        #expect(wet.state.withLock { $0.records }.isEmpty)
    }

    @Test func aTileHearsOfCancellation() throws {
        let (bench, host) = try loaded()
        let tile = try bench.open(host, "cancelled")
        let asked = Monitor(0)
        let recorder = Recorder()
        let context = bench.context(cancelled: {
            asked.withLock { asked in
                asked += 1
                return asked > 3
            }
        })
        tile.run(Bench.members(8), context, sink: recorder)
        #expect(recorder.outcomes.count == 3)
    }

    @Test func callMemoryIsUsedAgainAndAgain() throws {
        let (bench, host) = try loaded()
        let tile = try bench.open(host, "advance")
        for round in 1...300 {
            let recorder = Recorder()
            tile.run(Bench.members(round), bench.context(), sink: recorder)
            #expect(recorder.outcomes.count == round)
        }
        #expect(host.list().first?.figures.calls == 300)
    }

    @Test func oneInstanceServesManyThreads() throws {
        let (bench, host) = try loaded(["FLAGS": "TESSERA_TILE_CONCURRENT"])
        let tile = try bench.open(host, "twice")
        let recorders = (0..<8).map { _ in Recorder() }
        let context = bench.context()
        let threads = recorders.map { recorder in
            NativeThread(name: "runner") { tile.run(Bench.members(500), context, sink: recorder) }
        }
        threads.forEach { $0.join() }
        for recorder in recorders {
            #expect(recorder.outcomes.count == 500)
            #expect(recorder.ends == [.finished])
        }
    }

    @Test func afterTheDeadlineACallNoLongerGetsItsTurn() throws {
        let (bench, host) = try loaded()
        let tile = try bench.open(host, "advance")
        var context = bench.context()
        context.deadlineUs = bench.clock.now() - 1
        let recorder = Recorder()
        // The watchdog may end it before or while it runs, but it does end it.
        tile.run(Bench.members(4), context, sink: recorder)
        #expect(recorder.state.withLock { $0.ends.count } == 1)
    }

    @Test func branchesFollowRoleFlagsAndPlugin() throws {
        let step = try loaded()
        #expect(try step.0.open(step.1, "advance").branches == ["next"])
        #expect(try step.0.open(step.1, "advance").columns == ["$member"])
        let effects = try loaded(["FLAGS": "TESSERA_TILE_SIDE_EFFECTS", "BRANCHES": "two_branches"])
        let shape = try effects.0.open(effects.1, "advance").shape
        #expect(shape == TileShape(role: .step, branches: ["left", "right", "failed"], sideEffects: true))
        let exit = try loaded(["ROLE": "TESSERA_ROLE_EXIT"])
        #expect(try exit.0.open(exit.1, "complete").branches == [])
        let bad = try loaded(["FLAGS": "TESSERA_TILE_SIDE_EFFECTS", "BRANCHES": "failed_branch"])
        #expect(throws: OpenFailure.self) { try bad.0.open(bad.1, "advance") }
        let same = try loaded(["BRANCHES": "same_branches"])
        let failure = #expect(throws: OpenFailure.self) { try same.0.open(same.1, "advance") }
        #expect(failure?.description.contains("'left' twice") == true)
    }

    @Test func failedIsNoBranchToAdvanceBy() throws {
        let (bench, host) = try loaded(["FLAGS": "TESSERA_TILE_SIDE_EFFECTS"])
        let tile = try bench.open(host, "range")
        let recorder = Recorder()
        tile.run(Bench.members(4), bench.context(), sink: recorder)
        #expect(recorder.outcomes.map(\.branch) == [0])
    }
}
