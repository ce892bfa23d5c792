import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Engine

/// Runs over a real model, with real plugins, in the test's own time.
@Suite(.serialized) struct RunTests {
    static let people =
        "id,age,vip\n" + (1...500).map { "p\(1000 + $0),\($0 % 100),\($0 % 2 == 0)" }.joined(separator: "\n")

    static let condition: JSON = [
        "type": "condition", "condition_type": "property", "column": "age", "operator": "greater_than", "value": 49,
    ]

    @Test func membersGoThroughFilterAndWaitAndEnd() throws {
        let bench = try Bench()
        try bench.load(Self.people)
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry"], ["id": "old", "type": "filter", "config": Self.condition],
                ["id": "rest", "type": "wait", "config": ["duration": 1, "unit": "hours"]],
                ["id": "out", "type": "exit"],
            ],
            "edges": [
                ["from": "in", "to": "old"], ["from": "old", "to": "rest", "branch": "yes"],
                ["from": "old", "to": "out", "branch": "no"], ["from": "rest", "to": "out"],
            ],
        ])
        let first = try bench.runOnce(journey)
        #expect(first.status == .completed, "\(first.error)")
        #expect(first.counts.entered == 500 && first.counts.waiting == 250 && first.counts.completed == 250)
        #expect(first.tiles["old"]?.in == 500 && first.tiles["old"]?.out == 500)
        var stats = try bench.stats(journey)
        #expect(stats.tile("rest").active == 250 && stats.tile("out").completed == 250)
        #expect(stats.tile("old").branches.map(\.count).sorted() == [250, 250])

        // Nothing is due: nobody moves.
        let second = try bench.runOnce(journey)
        #expect(second.counts.entered == 0 && second.counts.moved == 0)

        bench.clock.advance(3600 * Bench.second)
        let third = try bench.runOnce(journey)
        #expect(third.counts.completed == 250 && third.counts.moved == 250)
        stats = try bench.stats(journey)
        #expect(stats.total.active == 0 && stats.total.completed == 500)
    }

    @Test func whoMatchesTheExitCriteriaLeavesBeforeAnythingIsSent() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,60\nc,70\n")
        let journey = try bench.journey([
            "exit_criteria": Self.condition,
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "send", "type": "test.recorder", "config": ["path": .string(bench.log)]],
                ["id": "rest", "type": "wait", "config": ["duration": 1, "unit": "days"]],
            ],
            "edges": [["from": "in", "to": "send"], ["from": "send", "to": "rest"]],
        ])
        let run = try bench.runOnce(journey)
        #expect(run.counts.entered == 3 && run.counts.exited == 2 && run.counts.delivered == 1)
        #expect(try bench.sent().map { $0.prefix(1) } == ["a"])
        // One who waits leaves too, once the row matches.
        try bench.load("id,age\na,99\nb,60\nc,70\n")
        let next = try bench.runOnce(journey)
        #expect(next.counts.exited == 1 && next.counts.moved == 0)
        #expect(try bench.stats(journey).total.exited == 3)
    }

    @Test func aMemberWhoseRowHasGoneLeavesWhenItsTimeHasCome() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "rest", "type": "wait", "config": ["duration": 1, "unit": "hours"]],
            ],
            "edges": [["from": "in", "to": "rest"]],
        ])
        try bench.runOnce(journey)
        try bench.load("id,age\na,1\n")
        let early = try bench.runOnce(journey)
        #expect(early.counts.exited == 0)
        bench.clock.advance(3600 * Bench.second)
        let late = try bench.runOnce(journey)
        #expect(late.counts.exited == 1 && late.counts.completed == 1)
    }

    @Test func retriesKeepTheirKeyAndEndParked() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journeyThatSends(answer: "retry")
        let run = try bench.trigger(journey)
        // The pauses are 1, 5 and 25 s give or take a tenth: the run holds for them, later ones wait for the timer.
        for count in 1...8 {
            try eventually { try bench.sent().count >= count }
            try eventually {
                try count == 8 ? bench.stats(journey).total.failed == 1 : bench.nextRetry(journey) != nil
            }
            bench.clock.advance(3600 * Bench.second)
        }
        _ = try bench.end(run)
        let sent = try bench.sent().map { $0.split(separator: " ") }
        #expect(sent.map { $0[2] } == ["1", "2", "3", "4", "5", "6", "7", "8"])
        #expect(Set(sent.map { $0[1] }).count == 1)
        #expect(try bench.stats(journey).tile("send").failed == 1)
        var key = DeliveryKey(workspaceID: bench.workspaceID, journeyID: journey, tileID: "send")
        #expect(String(sent[0][1]) == key.text(entry: 1, member: "a"))
    }

    @Test func theFailedBranchTakesWhoFailed() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "send", "type": "test.recorder", "config": ["path": .string(bench.log), "answer": "fail"]],
                ["id": "sorry", "type": "exit"],
            ],
            "edges": [["from": "in", "to": "send"], ["from": "send", "to": "sorry", "branch": "failed"]],
        ])
        let run = try bench.runOnce(journey)
        #expect(run.counts.failed == 2 && run.counts.completed == 2 && run.counts.delivered == 0)
        #expect(try bench.stats(journey).tile("sorry").completed == 2)
    }

    @Test func aRowNeverReportedIsTriedAgainUnderItsKey() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journeyThatSends(answer: "silent")
        let run = try bench.trigger(journey)
        try eventually { try bench.sent().count == 1 }
        try eventually { try bench.nextRetry(journey) }
        bench.clock.advance(2 * Bench.second)
        try eventually { try bench.sent().count == 2 }
        try bench.engine.cancelRun(workspaceID: bench.workspaceID, journeyID: journey, runID: run.id)
        #expect(try bench.end(run).status == .cancelled)
        let sent = try bench.sent().map { $0.split(separator: " ") }
        #expect(sent[0][1] == sent[1][1] && sent.map { $0[2] } == ["1", "2"])
    }

    /// The gateway died after a run's end was recorded and before its progress was forgotten.
    @Test func theNextRunForgetsTheProgressOfEndedOnes() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey(LifecycleTests.waiting)
        let store = try bench.members.store(bench.workspaceID)
        let (number, other) = (try store.journeyNumber(journey), try store.journeyNumber("other"))
        for progress in [RunProgress(runID: "mine", journey: number), RunProgress(runID: "others", journey: other)] {
            try store.commit(MemberCommit(journey: progress.journey, progress: progress), durability: .normal)
        }
        try bench.runOnce(journey)
        #expect(try store.runProgress("mine") == nil && store.runProgress("others") != nil)
    }

    @Test func membersEnterAgainOnlyAsTheEntryTileAllows() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey([
            "tiles": [
                [
                    "id": "in", "type": "entry",
                    "config": ["reentry": ["after": ["duration": 1, "unit": "hours"], "max_entries": 2]],
                ],
                ["id": "out", "type": "exit"],
            ],
            "edges": [["from": "in", "to": "out"]],
        ])
        #expect(try bench.runOnce(journey).counts.entered == 1)
        #expect(try bench.runOnce(journey).counts.entered == 0)
        bench.clock.advance(3600 * Bench.second)
        #expect(try bench.runOnce(journey).counts.entered == 1)
        bench.clock.advance(3600 * Bench.second)
        #expect(try bench.runOnce(journey).counts.entered == 0)
        let stats = try bench.stats(journey)
        #expect(stats.tile("out").completed == 1 && stats.tile("in").entered == 2)
    }

    @Test func whoLeavesInARunEntersAgainInTheNextAtTheEarliest() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry", "config": ["reentry": ["max_entries": 9]]],
                ["id": "rest", "type": "wait", "config": ["duration": 1, "unit": "hours"]],
            ],
            "edges": [["from": "in", "to": "rest"]],
        ])
        try bench.runOnce(journey)
        bench.clock.advance(3600 * Bench.second)
        let second = try bench.runOnce(journey).counts
        #expect(second.completed == 1 && second.entered == 0)
        bench.clock.advance(Bench.second)
        #expect(try bench.runOnce(journey).counts.entered == 1)
    }
}
