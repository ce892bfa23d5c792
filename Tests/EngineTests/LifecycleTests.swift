import Journeys
import Platform
import Store
import TestSupport
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
                    ["id": "t2", "type": "nowhere"], ["id": "t3", "type": "wiat"],
                ],
            ], activate: false)
        let messages = try bench.engine.validate(workspaceID: bench.workspaceID, journeyID: journey).map(\.message)
        #expect(messages.contains("Orchestration must have exactly one entry tile"))
        #expect(messages.contains { $0.hasPrefix("Tile 't1': config/duration: ") })
        #expect(messages.contains("Tile 't2' has type 'nowhere', which no loaded plugin provides"))
        #expect(
            messages.contains("Tile 't3' has type 'wiat', which no loaded plugin provides: did you mean 'wait'?"))
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
        try eventually { try bench.status(journey) == .archived }
    }

    @Test func archivingLetsEverybodyOutAndDeletingForgetsThem() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey(Self.waiting)
        try bench.runOnce(journey)
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        _ = try bench.engine.change(.archive, workspaceID: bench.workspaceID, journeyID: journey)
        try eventually { try bench.stats(journey).total.exited == 2 }
        try bench.engine.delete(workspaceID: bench.workspaceID, journeyID: journey)
        #expect(throws: EngineError.self) { try bench.status(journey) }
        try eventually { try bench.members.store(bench.workspaceID).knownJourneyNumber(journey) == nil }
    }

    @Test func aThirdManualRunIsRefusedAndTheSecondWaits() throws {
        let bench = try Bench(batchRows: 1)
        try bench.load("id,age\n" + (1...2000).map { "k\($0),\($0)" }.joined(separator: "\n"))
        let journey = try bench.journeyThatSends(answer: "silent")
        let first = try bench.trigger(journey)
        try eventually { bench.engine.queue.running(journey) != nil }
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
        let runs = try eventually { () -> [RunRecord]? in
            let runs = try bench.control.read {
                try $0.runs(workspaceID: bench.workspaceID, journeyID: journey)
            }
            return runs.first?.status == .completed ? runs : nil
        }
        #expect(runs.count == 1 && runs[0].trigger == .schedule && runs[0].counts.entered == 1)
    }

    /// Runs of one journey never overlap: times that come while one delivers are one run behind it.
    @Test func timesOfTheScheduleWaitTogetherForTheRunAtWork() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey([
            "schedule": "* * * * *",
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "send", "type": "test.recorder", "config": ["path": .string(bench.log), "answer": "hang"]],
            ],
            "edges": [["from": "in", "to": "send"]],
        ])
        func runs() throws -> [RunRecord] {
            try bench.control.read { try $0.runs(workspaceID: bench.workspaceID, journeyID: journey) }
        }
        let first = try bench.trigger(journey)
        try eventually { try bench.sent().count == 1 }
        // A full minute; the call in flight has twenty seconds left.
        bench.clock.advance(40 * Bench.second)
        try eventually { bench.engine.queue.waiting(journey) != nil }
        for _ in 1...2 {
            bench.engine.startDue(
                Timetable.Due(workspaceID: bench.workspaceID, journeyID: journey, trigger: .schedule))
        }
        #expect(try runs().map(\.status) == [.queued, .running])
        try bench.load("id,age\na,1\nb,2\n")
        try Files.write([], to: bench.log + ".go")
        #expect(try bench.end(first).counts.entered == 1)
        let ended = try runs()
        #expect(ended.map(\.trigger) == [.schedule, .manual] && ended.allSatisfy { $0.status == .completed })
        #expect(ended[0].createdAt == bench.clock.now() && ended[0].counts.entered == 1)
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

    @Test func whoHasLeftEntersAgainAfterTheGapAndNoMoreThanItMay() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,60\n")
        let journey = try bench.journey([
            "tiles": [
                [
                    "id": "in", "type": "entry",
                    "config": ["reentry": ["after": ["duration": 2, "unit": "hours"], "max_entries": 3]],
                ],
                ["id": "out", "type": "exit"],
            ],
            "edges": [["from": "in", "to": "out"]],
        ])
        let hour = 3600 * Bench.second
        var entered: [Int] = []
        for step in [0, hour, hour - 1, 1, 2 * hour, 100 * hour] {
            bench.clock.advance(step)
            entered.append(try bench.runOnce(journey).counts.entered)
        }
        // The first time, too soon twice, exactly then, and after the third entry never again.
        #expect(entered == [2, 0, 0, 2, 2, 0])
        let store = try bench.members.store(bench.workspaceID)
        #expect(try store.verifyCounters(store.journeyNumber(journey)).isEmpty)
        #expect(try bench.stats(journey).tile("in").entered == 6)
    }

    /// Its due members move by the timer, and when the last has left the journey is archived; a restart between changes nothing.
    @Test func aDrainingJourneyComesToItsEndByItself() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        var definition = Self.waiting.objectValue ?? [:]
        definition["tiles"] = .array(
            [["id": "in", "type": "entry", "config": ["advance": "when_due"]]]
                + (Self.waiting["tiles"]?.arrayValue ?? [])[1...])
        let journey = try bench.journey(.object(definition))
        try bench.runOnce(journey)
        _ = try bench.engine.change(.drain, workspaceID: bench.workspaceID, journeyID: journey)
        try bench.restart()
        #expect(try bench.status(journey) == .draining)
        bench.clock.advance(3600 * Bench.second)
        try eventually { try bench.status(journey) == .archived }
        #expect(try bench.stats(journey).total.completed == 2)
        // Nobody inside: at once.
        let empty = try bench.journey(Self.waiting)
        _ = try bench.engine.change(.drain, workspaceID: bench.workspaceID, journeyID: empty)
        try eventually { try bench.status(empty) == .archived }
    }

    /// More members than one step takes, and the gateway stops before they are out.
    @Test func everybodyLeavesAnArchivedJourneyStepByStep() throws {
        let bench = try Bench(batchRows: 4096)
        try bench.load("id,age\n" + (1...12_000).map { "k\($0),\($0)" }.joined(separator: "\n"))
        let journey = try bench.journey(Self.waiting)
        try bench.runOnce(journey)
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        _ = try bench.engine.change(.archive, workspaceID: bench.workspaceID, journeyID: journey)
        try bench.restart()
        try eventually { try bench.stats(journey).total.exited == 12_000 }
        let store = try bench.members.store(bench.workspaceID)
        let number = try store.journeyNumber(journey)
        #expect(try store.verifyCounters(number).isEmpty)
        let rows = try store.members(number, status: .exited, limit: 20_000).rows
        #expect(rows.count == 12_000)
        #expect(withExtendedLifetime(rows) { (0..<rows.count).allSatisfy { rows.reason($0) == .archived } })
    }

    /// Each failure doubles the pause before the schedule may try again; a good run ends it, and a person has it tried at once.
    @Test func aJourneyInErrorIsTriedAgainWithLongerAndLongerPauses() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        var definition = Self.waiting.objectValue ?? [:]
        definition["schedule"] = "* * * * *"
        let journey = try bench.journey(.object(definition))
        func runs() throws -> [RunRecord] {
            try bench.control.read { try $0.runs(workspaceID: bench.workspaceID, journeyID: journey) }
        }
        func minutes(_ count: Int64, runs wanted: Int) throws {
            bench.clock.advance(count * 60 * Bench.second)
            try eventually {
                let runs = try runs()
                return runs.count == wanted && runs[0].status.isFinal && bench.engine.queue.isIdle(journey)
            }
        }
        try bench.warehouse.removeEmbedded(workspaceID: bench.workspaceID)
        // Pauses of 30 s, 1, 2 and 4 minutes: runs after 1, 2, 3 and 5 minutes, and the next after 9.
        for count in 1...3 { try minutes(1, runs: count) }
        try minutes(2, runs: 4)
        #expect(try runs().allSatisfy { $0.status == .failed } && bench.status(journey) == .error)
        try bench.warehouse.createEmbedded(workspaceID: bench.workspaceID)
        try bench.load("id,age\na,1\n")
        bench.clock.advance(3 * 60 * Bench.second)
        #expect(try bench.engine.failures.withLock { $0[journey]?.count } == 4 && runs().count == 4)
        try minutes(1, runs: 5)
        #expect(try runs()[0].status == .completed && bench.status(journey) == .active)
        #expect(try bench.engine.find(bench.workspaceID, journey).statusError.isEmpty)

        try bench.warehouse.removeEmbedded(workspaceID: bench.workspaceID)
        for count in 6...7 { try minutes(1, runs: count) }
        try bench.warehouse.createEmbedded(workspaceID: bench.workspaceID)
        try bench.load("id,age\na,1\n")
        _ = try bench.engine.change(.resume, workspaceID: bench.workspaceID, journeyID: journey)
        try minutes(0, runs: 8)
        #expect(try runs()[0].status == .completed && bench.status(journey) == .active)
        #expect(bench.engine.failures.withLock { $0[journey] } == nil)
    }

    /// It is tried again first: to make room is for a run that only waits.
    @Test func aRetryThatIsDueAsAnotherRunComesToWaitIsMade() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journeyThatSends(answer: "retry")
        let first = try bench.trigger(journey)
        let store = try bench.members.store(bench.workspaceID)
        try eventually { try store.knownJourneyNumber(journey).flatMap(store.nextRetry) != nil }
        // On the run's own thread, so that it meets both at once: its retry is due, and somebody waits for its end.
        let control = try #require(bench.engine.queue.running(journey))
        nonisolated(unsafe) let shared = bench
        let met = control.perform(patience: 60_000_000) {
            shared.clock.advance(2 * Bench.second)
            shared.engine.startDue(
                Timetable.Due(workspaceID: shared.workspaceID, journeyID: journey, trigger: .schedule))
        }
        guard case .done = met else { throw Failure("the run has done nothing") }
        try eventually { try bench.sent().count == 2 }
        try eventually { try bench.run(first).status == .completed }
        // It leaves the queue after its end is stored.
        try eventually { bench.engine.queue.running(journey)?.runID != first.id }
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
    }

    @Test func aTriggerWhileATimersRunIsQueuedBecomesAnEvaluation() throws {
        let bench = try Bench(batchRows: 1)
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journeyThatSends(answer: "hang")
        let first = try bench.trigger(journey)
        try eventually { try bench.sent().count == 2 }
        bench.engine.startDue(
            Timetable.Due(workspaceID: bench.workspaceID, journeyID: journey, trigger: .timer))
        let queued = try #require(bench.engine.queue.waiting(journey))
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let second = try bench.engine.trigger(
            workspaceID: bench.workspaceID, journeyID: journey, by: "key",
            traceparent: "00-\(trace)-00f067aa0ba902b7-01")
        #expect(second.id == queued.runID && second.trigger == .manual)
        // What it sends belongs to the trace of who asked for it, under a span of the run's.
        #expect(second.traceID == trace && second.traceparent.hasSuffix("-01"))
        #expect(!second.traceparent.contains("00f067aa0ba902b7"))
        #expect(throws: EngineError.self) { try bench.trigger(journey) }
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        try Files.write([], to: bench.log + ".go")
        #expect(try bench.end(first).status == .cancelled)
        #expect(try bench.run(second).status == .cancelled)
    }
}
