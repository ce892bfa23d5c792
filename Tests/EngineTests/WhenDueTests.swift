import Glibc
import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Engine

/// Journeys whose waiting members move when they are due, by the timer.
@Suite(.serialized) struct WhenDueTests {
    private func sent(_ bench: Bench, _ count: Int) throws {
        try eventually(within: 10) { try bench.sent().count == count ? true : nil }
    }

    private func wait(_ bench: Bench, _ journey: String) throws {
        try eventually(within: 10) { bench.engine.queue.isIdle(journey) ? true : nil }
    }

    // MARK: What the entry tile says now

    @Test func anEditDuringARunCountsWhenItHasEnded() throws {
        let bench = try Bench(batchRows: 4)
        let journey = try bench.halfMinuteJourney(advance: "on_run")
        let run = try bench.trigger(journey)
        try sent(bench, 4)
        _ = try bench.engine.update(workspaceID: bench.workspaceID, journeyID: journey, by: "test") {
            var changed = $0
            changed.tiles[0].config = ["advance": "when_due"]
            return changed
        }
        try bench.letGo()
        _ = try bench.end(run)
        try bench.waitsMove(journey)
    }

    /// A plugin is missing at the start and comes later: the timer is there, and what has failed meanwhile is tried at once.
    @Test func aPluginThatComesLaterFindsTheTimer() throws {
        let bench = try Bench()
        try bench.load("id,n\na,1\n")
        try bench.loadGate("1")
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry", "config": ["advance": "when_due"]],
                ["id": "gate", "type": "gate", "config": ["path": .string(bench.directory)]],
                ["id": "rest", "type": "wait", "config": ["duration": 30, "unit": "seconds"]],
            ],
            "edges": [["from": "in", "to": "gate"], ["from": "gate", "to": "rest"]],
        ])
        try bench.runOnce(journey)
        try bench.restart { unlink("\(bench.own)/gate.so") }
        #expect(bench.plugins.tileType("gate") == nil && bench.plugins.tileType("wait") != nil)
        bench.clock.advance(31 * Bench.second)
        try eventually(within: 10) { try bench.status(journey) == .error ? true : nil }
        try wait(bench, journey)
        try bench.loadGate("2")
        try eventually(within: 10) { try bench.stats(journey).total.completed == 1 ? true : nil }
        try wait(bench, journey)
        #expect(try bench.status(journey) == .active)
    }

    // MARK: While a run lasts

    /// Calls that take their time hold up nobody who waits elsewhere.
    @Test func aLongDeliveryDoesNotHoldUpWhoIsDue() throws {
        let bench = try Bench(batchRows: 4)
        let journey = try bench.halfMinuteJourney()
        let run = try bench.trigger(journey)
        try sent(bench, 4)
        try bench.waitsMove(journey)
        #expect(try bench.run(run).status == .running && bench.stats(journey).total.completed == 4)
        try bench.letGo()
        #expect(try bench.end(run).counts.completed == 8)
    }

    /// The same where a run begins with calls that were in flight when the last one was stopped.
    @Test func callsThatAreMadeAgainDoNotHoldUpWhoIsDue() throws {
        let bench = try Bench(batchRows: 4)
        let journey = try bench.halfMinuteJourney(rows: 10...99)
        let run = try bench.trigger(journey)
        try sent(bench, 16)
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        try bench.engine.betweenBatches(of: journey) {}
        try bench.letGo()
        _ = try bench.end(run)
        unlink(bench.log + ".go")
        _ = try bench.engine.change(.resume, workspaceID: bench.workspaceID, journeyID: journey)
        _ = try bench.trigger(journey)
        try eventually(within: 10) { try bench.sent().count > 16 ? true : nil }
        try bench.waitsMove(journey)
        #expect(bench.engine.queue.running(journey) != nil)
        try bench.letGo()
        try wait(bench, journey)
    }

    /// A run that only waits for retries makes room for the next one of its journey.
    @Test func aRunThatWaitsForRetriesEndsForTheNextOne() throws {
        let bench = try Bench(batchRows: 4)
        let journey = try bench.halfMinuteJourney(advance: "on_run", answer: "retry")
        let first = try bench.trigger(journey)
        let number = try eventually(within: 10) {
            try bench.members.store(bench.workspaceID).knownJourneyNumber(journey)
        }
        try eventually(within: 10) { try bench.members.store(bench.workspaceID).nextRetry(number) }
        #expect(try bench.run(first).status == .running)
        let second = try bench.trigger(journey)
        try eventually(within: 10) { try bench.run(first).status == .completed ? true : nil }
        try eventually(within: 10) { try bench.run(second).status == .running ? true : nil }
        try bench.engine.cancelRun(workspaceID: bench.workspaceID, journeyID: journey, runID: second.id)
        _ = try bench.end(second)
    }

    /// While a run waits for retries, too.
    @Test func aRunThatWaitsForRetriesMovesWhoIsDue() throws {
        let bench = try Bench(batchRows: 4)
        let journey = try bench.halfMinuteJourney(answer: "retry")
        let run = try bench.trigger(journey)
        try eventually(within: 10) { try? bench.stats(journey).tile("rest").active == 4 ? true : nil }
        for _ in 0..<40 { bench.clock.advance(Bench.second) }
        try eventually(within: 10) { try bench.stats(journey).tile("rest").active == 0 ? true : nil }
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        _ = try bench.end(run)
        try wait(bench, journey)
    }

    // MARK: When the members can't be read

    /// Their file can't be opened at the start, and can again.
    @Test func aTimerThatCouldNotBePlannedIsPlannedSoon() throws {
        let bench = try Bench()
        let journey = try bench.halfMinuteJourney(answer: "advance")
        try bench.runOnce(journey)
        let path = "\(bench.directory)/members/\(bench.workspaceID).db"
        try bench.restart {
            rename(path, path + ".away")
            mkdir(path, 0o700)
        }
        // Nobody looks again at the start's leisure.
        bench.engine.housekeeper.stop()
        try bench.engine.planAfterStart(
            Housekeeper.Task(workspaceID: bench.workspaceID, journeyID: journey, kind: .plan))
        rmdir(path)
        rename(path + ".away", path)
        bench.clock.advance(10 * Bench.second)
        try eventually(within: 10) {
            try bench.control.read { try $0.runs(workspaceID: bench.workspaceID, journeyID: journey) }.count == 2
                ? true : nil
        }
        try wait(bench, journey)
        try bench.waitsMove(journey)
    }

    // MARK: Exit criteria

    /// A run of the timer judges those that it moves; another run judges all.
    @Test func aRunOfTheTimerJudgesWhoIsDue() throws {
        let bench = try Bench()
        try bench.load("id,due,gone\na,2023-11-15T00:00:00Z,0\nb,2023-11-16T00:00:00Z,0\n")
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry", "config": ["advance": "when_due"]],
                ["id": "rest", "type": "wait", "config": ["until": ["column": "due"]]],
            ],
            "edges": [["from": "in", "to": "rest"]],
            "exit_criteria": [
                "type": "condition", "condition_type": "property", "column": "gone", "operator": "equals", "value": 1,
            ],
        ])
        try bench.runOnce(journey)
        try bench.load("id,due,gone\na,2023-11-15T00:00:00Z,1\nb,2023-11-16T00:00:00Z,1\n")
        bench.clock.set(1_700_006_400_000_000)
        try eventually(within: 10) { try bench.stats(journey).total.exited > 0 ? true : nil }
        try wait(bench, journey)
        #expect(try bench.stats(journey).total.exited == 1 && bench.stats(journey).total.completed == 0)
        #expect(try bench.runOnce(journey).counts.exited == 1)
    }
}
