import Glibc
import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Engine
@testable import PluginHost

/// Members who had arrived at a tile with side effects and were not sent when their run was stopped.
@Suite(.serialized) struct LeftInFlightTests {
    private func call(_ bench: Bench, _ journey: String, _ call: JourneyCall) throws {
        _ = try bench.engine.change(call, workspaceID: bench.workspaceID, journeyID: journey)
    }

    /// A run that is told to stop while four batches of four are in flight and others are staged.
    private func stop(_ bench: Bench, _ journey: String, _ stop: (RunRecord) throws -> Void) throws -> RunRecord {
        let run = try bench.trigger(journey)
        try eventually { try bench.sent().count == 16 }
        // Told earlier, it would have staged nobody but those.
        try eventually { try bench.stats(journey).tile("send").active > 16 }
        try stop(run)
        // The run has seen it, and calls nobody more.
        try bench.engine.betweenBatches(of: journey) {}
        try bench.letGo()
        return run
    }

    private func stopped(_ bench: Bench, _ journey: String, _ body: (RunRecord) throws -> Void) throws {
        #expect(try bench.end(stop(bench, journey, body)).status != .completed)
        #expect(try bench.sent().count == 16)
        #expect(try bench.stats(journey).tile("send").active > 0)
    }

    /// Nobody stands at the tile, and nobody was sent twice.
    private func allSent(_ bench: Bench, _ journey: String) throws {
        try eventually(within: 10) { try bench.stats(journey).tile("send").active == 0 ? true : nil }
        let keys = try bench.sent().map { $0.prefix { $0 != " " } }
        #expect(Set(keys).count == keys.count && keys.count > 16)
    }

    @Test(arguments: [JSON.string("when_due"), "on_run"]) func aResumedJourneySendsThemAtOnce(advance: JSON) throws {
        let bench = try Bench(batchRows: 4)
        let journey = try bench.halfMinuteJourney(advance: advance, rows: 10...99)
        try stopped(bench, journey) { _ in try call(bench, journey, .pause) }
        try call(bench, journey, .resume)
        try allSent(bench, journey)
        if advance == "when_due" { try bench.waitsMove(journey) }
    }

    /// Also when the run still winds down: it takes up what that one leaves.
    @Test func aJourneyThatIsResumedAtOnceSendsThem() throws {
        let bench = try Bench(batchRows: 4)
        let journey = try bench.halfMinuteJourney(advance: "on_run", rows: 10...99)
        let run = try stop(bench, journey) { _ in
            try call(bench, journey, .pause)
            try call(bench, journey, .resume)
        }
        try allSent(bench, journey)
        #expect(try bench.run(run).status == .cancelled)
    }

    @Test func aDrainingJourneySendsThemAndEnds() throws {
        let bench = try Bench(batchRows: 4)
        let journey = try bench.halfMinuteJourney(advance: "when_due", rows: 10...99)
        try stopped(bench, journey) { _ in try call(bench, journey, .pause) }
        try call(bench, journey, .drain)
        try allSent(bench, journey)
        try bench.waitsMove(journey)
        try eventually(within: 10) { try bench.status(journey) == .archived ? true : nil }
    }

    @Test func aQuarantineThatIsLiftedHasThemSent() throws {
        let bench = try Bench(batchRows: 4)
        let journey = try bench.halfMinuteJourney(advance: "when_due", rows: 10...99)
        try stopped(bench, journey) { _ in
            let sha256 = try #require(bench.plugins.plugin("test.recorder")).sha256
            bench.plugins.quarantine("test.recorder", sha256: sha256, reason: "it crashed")
        }
        _ = try bench.plugins.reload(id: "test.recorder")
        try allSent(bench, journey)
        try bench.waitsMove(journey)
    }

    /// Who is due moves by the timer whatever became of the last run.
    @Test func aCancelledRunDoesNotStopTheTimer() throws {
        let bench = try Bench(batchRows: 4)
        let journey = try bench.halfMinuteJourney(advance: "when_due", rows: 10...99)
        let run = try stop(bench, journey) { run in
            try bench.engine.cancelRun(workspaceID: bench.workspaceID, journeyID: journey, runID: run.id)
        }
        try allSent(bench, journey)
        #expect(try bench.run(run).status == .cancelled)
        try bench.waitsMove(journey)
    }

    /// Where members move on a run, who cancels one has them stay until the next.
    @Test func aCancelledRunIsNotTakenUpByItself() throws {
        let bench = try Bench(batchRows: 4)
        let journey = try bench.halfMinuteJourney(advance: "on_run", rows: 10...99)
        try stopped(bench, journey) { run in
            try bench.engine.cancelRun(workspaceID: bench.workspaceID, journeyID: journey, runID: run.id)
        }
        #expect(bench.engine.timetable.takeDue(.max).isEmpty)
        #expect(try bench.runOnce(journey).status == .completed)
        try allSent(bench, journey)
    }
}
