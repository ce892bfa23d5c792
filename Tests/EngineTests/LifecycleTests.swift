import Journeys
import Platform
import Store
import Testing

@testable import Engine

/// What a journey lives through, and how runs begin and end.
@Suite(.serialized) struct LifecycleTests {
    static let waiting: JSON = [
        "tiles": [
            ["id": "in", "type": "entry"], ["id": "rest", "type": "wait", "config": ["duration": 1, "unit": "hours"]],
        ],
        "edges": [["from": "in", "to": "rest"]],
    ]

    @Test func anInvalidJourneyIsNotActivatedAndSaysWhy() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey(
            [
                "entry_criteria": [
                    "type": "condition", "condition_type": "property", "column": "agee", "operator": "equals",
                    "value": 1,
                ],
                "tiles": [
                    ["id": "t1", "type": "wait", "config": ["duration": 0, "unit": "days"]],
                    ["id": "t2", "type": "nowhere"],
                ],
            ], activate: false)
        let messages = try bench.engine.validate(workspaceID: bench.workspaceID, journeyID: journey).map(\.message)
        #expect(messages.contains("Orchestration must have exactly one entry tile"))
        #expect(messages.contains { $0.hasPrefix("Tile 't1': config/duration: ") })
        #expect(messages.contains("Tile 't2' has type 'nowhere', which no loaded plugin provides"))
        #expect(messages.contains { $0.contains("entry_criteria") && $0.contains("agee") })
        #expect(throws: EngineError.self) {
            try bench.engine.change(.activate, workspaceID: bench.workspaceID, journeyID: journey)
        }
        #expect(try bench.status(journey) == .draft)
    }

    @Test func pausedJourneysDoNotRunAndDrainedOnesAreArchivedWhenEmpty() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey(Self.waiting)
        try bench.runOnce(journey)
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        #expect(throws: EngineError.self) { try bench.trigger(journey) }
        _ = try bench.engine.change(.drain, workspaceID: bench.workspaceID, journeyID: journey)
        #expect(try bench.status(journey) == .draining)
        try bench.load("id,age\na,1\nb,2\nc,3\n")
        bench.clock.advance(3600 * Bench.second)
        let run = try bench.runOnce(journey)
        #expect(run.counts.entered == 0 && run.counts.completed == 2)
        _ = try bench.eventually { try bench.status(journey) == .archived ? true : nil }
    }

    @Test func archivingLetsEverybodyOutAndDeletingForgetsThem() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey(Self.waiting)
        try bench.runOnce(journey)
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        _ = try bench.engine.change(.archive, workspaceID: bench.workspaceID, journeyID: journey)
        _ = try bench.eventually { try bench.stats(journey).total.exited == 2 ? true : nil }
        try bench.engine.delete(workspaceID: bench.workspaceID, journeyID: journey)
        #expect(throws: EngineError.self) { try bench.status(journey) }
        _ = try bench.eventually { () -> Bool? in
            try bench.members.store(bench.workspaceID).knownJourneyNumber(journey) == nil ? true : nil
        }
    }

    @Test func aThirdManualRunIsRefusedAndTheSecondWaits() throws {
        let bench = try Bench(batchRows: 1)
        try bench.load("id,age\n" + (1...2000).map { "k\($0),\($0)" }.joined(separator: "\n"))
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "send", "type": "test.recorder", "config": ["path": .string(bench.log), "answer": "silent"]],
            ],
            "edges": [["from": "in", "to": "send"]],
        ])
        let first = try bench.trigger(journey)
        _ = try bench.eventually { bench.engine.queue.running(journey) == nil ? nil : true }
        let second = try bench.trigger(journey)
        #expect(throws: EngineError.self) { try bench.trigger(journey) }
        try bench.engine.cancelRun(workspaceID: bench.workspaceID, journeyID: journey, runID: second.id)
        #expect(try bench.run(second).status == .cancelled)
        try bench.engine.cancelRun(workspaceID: bench.workspaceID, journeyID: journey, runID: first.id)
        #expect(try bench.end(first).status == .cancelled)
    }

    @Test func schedulesFireOnceForWhatTheyMissed() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        var definition = Self.waiting.objectValue ?? [:]
        definition["schedule"] = "0 * * * *"
        let journey = try bench.journey(.object(definition))
        bench.clock.advance(5 * 3600 * Bench.second)
        let runs = try bench.eventually { () -> [RunRecord]? in
            let runs = try bench.control.read {
                try $0.runs(workspaceID: bench.workspaceID, journeyID: journey)
            }
            return runs.first?.status == .completed ? runs : nil
        }
        #expect(runs.count == 1 && runs[0].trigger == .schedule && runs[0].counts.entered == 1)
    }

    @Test func aRunThatFailsPutsItsJourneyInErrorAndAGoodOneTakesItOut() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        try bench.load("id\nx\n", table: "other")
        let journey = try bench.journey(Self.waiting, sql: "SELECT p.* FROM people p JOIN other")
        try bench.warehouse.removeEmbedded(workspaceID: bench.workspaceID)
        let run = try bench.runOnce(journey)
        #expect(run.status == .failed && !run.error.isEmpty)
        #expect(try bench.status(journey) == .error)
        #expect(try !bench.engine.find(bench.workspaceID, journey).statusError.isEmpty)
        try bench.warehouse.createEmbedded(workspaceID: bench.workspaceID)
        try bench.load("id,age\na,1\n")
        try bench.load("id\nx\n", table: "other")
        #expect(try bench.runOnce(journey).status == .completed)
        #expect(try bench.status(journey) == .active)
    }

    @Test func membersAtARemovedTileLeaveAndThoseAtAChangedOneAreHandedOn() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey(Self.waiting)
        try bench.runOnce(journey)
        _ = try bench.engine.update(workspaceID: bench.workspaceID, journeyID: journey, by: "test") {
            var changed = $0
            changed.tiles[1].config = ["duration": 1, "unit": "seconds"]
            return changed
        }
        bench.clock.advance(2 * Bench.second)
        #expect(try bench.runOnce(journey).counts.completed == 2)

        let other = try bench.journey(Self.waiting)
        try bench.runOnce(other)
        _ = try bench.engine.update(workspaceID: bench.workspaceID, journeyID: other, by: "test") {
            var changed = $0
            changed.tiles[1].id = "another"
            changed.edges[0].to = "another"
            return changed
        }
        #expect(try bench.runOnce(other).counts.exited == 2)
    }

    @Test func aTriggerWhileATimersRunIsQueuedBecomesAnEvaluation() throws {
        let bench = try Bench(batchRows: 1)
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "send", "type": "test.recorder", "config": ["path": .string(bench.log), "answer": "silent"]],
            ],
            "edges": [["from": "in", "to": "send"]],
        ])
        let first = try bench.trigger(journey)
        _ = try bench.eventually { try bench.sent().count == 2 ? true : nil }
        bench.engine.startDue(
            Timetable.Due(workspaceID: bench.workspaceID, journeyID: journey, trigger: .timer))
        let queued = try #require(bench.engine.queue.waiting(journey))
        let second = try bench.trigger(journey)
        #expect(second.id == queued.runID && second.trigger == .manual)
        #expect(throws: EngineError.self) { try bench.trigger(journey) }
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        #expect(try bench.end(first).status == .cancelled)
        #expect(try bench.run(second).status == .cancelled)
    }
}
