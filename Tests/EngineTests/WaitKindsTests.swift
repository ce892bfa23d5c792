import Journeys
import Store
import TestSupport
import Testing

@testable import Engine

/// Each kind of wait, moved by the one timer when it is due, or by a run.
@Suite(.serialized) struct WaitKindsTests {
    /// Bench.start is 2023-11-14T22:13:20Z, a Tuesday. All of these end on Wednesday at 08:00 UTC.
    private static let due: Int64 = 1_700_035_200_000_000
    static let kinds: [JSON] = [
        ["duration": 35_200, "unit": "seconds"],
        ["until": "2023-11-15T08:00:00Z"],
        ["until": ["column": "renewal", "offset": ["duration": -2, "unit": "hours"]]],
        ["time_of_day": "09:00", "weekdays": ["wed"], "time_zone": "Europe/Berlin"],
        ["duration": 2, "unit": "hours", "time_of_day": "09:00", "time_zone": "Europe/Berlin"],
    ]

    private func definition(_ wait: JSON, entry: JSON) -> JSON {
        [
            "tiles": [
                ["id": "in", "type": "entry", "config": entry], ["id": "rest", "type": "wait", "config": wait],
                ["id": "more", "type": "wait", "config": ["duration": 1, "unit": "hours"]],
            ],
            "edges": [["from": "in", "to": "rest"], ["from": "rest", "to": "more"]],
        ]
    }

    private func runs(_ bench: Bench, _ journey: String) throws -> [RunRecord] {
        try bench.control.read { try $0.runs(workspaceID: bench.workspaceID, journeyID: journey) }
    }

    /// The runs of a journey, once there are so many and all have ended; newest first.
    private func ended(_ bench: Bench, _ journey: String, _ count: Int) throws -> [RunRecord] {
        try eventually {
            let runs = try self.runs(bench, journey)
            return runs.count >= count && runs.allSatisfy(\.status.isFinal) && bench.engine.queue.isIdle(journey)
                ? runs : nil
        }
    }

    private static let people = "id,renewal\na,2023-11-15T10:00:00Z\nb,2023-11-15T10:00:00Z\n"

    @Test(arguments: kinds)
    func oneTimerMovesWhoIsDueWhereTheEntryTileSaysSo(wait: JSON) throws {
        let bench = try Bench()
        try bench.load(Self.people)
        let timed = try bench.journey(definition(wait, entry: ["advance": "when_due"]))
        let plain = try bench.journey(definition(wait, entry: [:]))
        #expect(try bench.runOnce(timed).counts.waiting == 2)
        #expect(try bench.runOnce(plain).counts.waiting == 2)
        try bench.load(Self.people + "c,2023-11-15T10:00:00Z\n")

        bench.clock.set(Self.due)
        let first = try ended(bench, timed, 2)[0]
        #expect(first.trigger == .timer && first.status == .completed)
        #expect(first.counts.moved == 2 && first.counts.entered == 0 && first.counts.waiting == 2)
        // The timer fires in order: what else was due at that time has had its start when this one comes.
        bench.clock.advance(3600 * Bench.second)
        let second = try ended(bench, timed, 3)
        #expect(second.count == 3 && second[0].trigger == .timer && second[0].counts.completed == 2)
        #expect(try runs(bench, plain).count == 1)
        let run = try bench.runOnce(plain)
        #expect(run.trigger == .manual && run.counts.entered == 1 && run.counts.moved >= 2)
    }

    @Test func aColumnThatSaysSomethingElseCountsWhenTheWaitIsCalledAgain() throws {
        let bench = try Bench()
        try bench.load(Self.people)
        let journey = try bench.journey(definition(Self.kinds[2], entry: ["advance": "when_due"]))
        try bench.runOnce(journey)
        try bench.load("id,renewal\na,2023-11-15T13:00:00Z\nb,2023-11-15T10:00:00Z\n")
        bench.clock.set(Self.due)
        let first = try ended(bench, journey, 2)[0]
        #expect(first.counts.moved == 1 && first.counts.waiting == 2)
        // a waits until 11:00 now; b is at the next tile until 09:00.
        bench.clock.advance(3600 * Bench.second)
        #expect(try ended(bench, journey, 3)[0].counts.completed == 1)
        bench.clock.advance(2 * 3600 * Bench.second)
        #expect(try ended(bench, journey, 4)[0].counts.moved == 1)
    }
}
