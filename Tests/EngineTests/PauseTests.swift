import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Engine

/// What a pause means for those who wait.
@Suite(.serialized) struct PauseTests {
    private static let hour = 3600 * Bench.second

    private static func waiting(_ config: JSON) -> JSON {
        [
            "tiles": [
                ["id": "in", "type": "entry", "config": config],
                ["id": "rest", "type": "wait", "config": ["duration": 10, "unit": "hours"]],
            ],
            "edges": [["from": "in", "to": "rest"]],
        ]
    }

    /// A journey in which `a` has waited for ten hours to come, from the start on.
    private func journey(_ bench: Bench, _ config: JSON) throws -> String {
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey(Self.waiting(config))
        try bench.runOnce(journey)
        return journey
    }

    private func change(_ bench: Bench, _ journey: String, _ call: JourneyCall) throws {
        _ = try bench.engine.change(call, workspaceID: bench.workspaceID, journeyID: journey)
    }

    /// Paused and resumed so many hours after the start.
    private func pause(_ bench: Bench, _ journey: String, _ from: Int64, _ to: Int64) throws {
        try go(bench, from)
        try change(bench, journey, .pause)
        try go(bench, to)
        try change(bench, journey, .resume)
    }

    private func go(_ bench: Bench, _ hours: Int64) throws {
        bench.clock.advance(Bench.start + hours * Self.hour - bench.clock.now())
    }

    /// When `a` has arrived and goes on, in hours after the start.
    private func times(_ bench: Bench, _ journey: String) throws -> [Int64] {
        let store = try bench.members.store(bench.workspaceID)
        let rows = try #require(try store.member(store.journeyNumber(journey), key: Array("a".utf8)))
        return withExtendedLifetime(rows) { [rows.arrivedAt[0], rows.wake[0]].map { ($0 - Bench.start) / Self.hour } }
    }

    private func waitsBecome(_ bench: Bench, _ journey: String, _ wanted: [Int64]) throws {
        try eventually { try times(bench, journey) == wanted }
    }

    private func completed(_ bench: Bench, _ journey: String, at hour: Int64) throws -> Int {
        try go(bench, hour)
        return try bench.runOnce(journey).counts.completed
    }

    @Test(
        arguments: [
            (["pause_clock": "keep_counting"], 0, 10), ([:], 0, 10), (["pause_clock": "restart"], 6, 16),
            (["pause_clock": "while_active"], 4, 14),
        ] as [(JSON, Int64, Int64)]) func aPauseInTheMiddleOfAWait(config: JSON, arrival: Int64, end: Int64) throws
    {
        let bench = try Bench()
        let journey = try journey(bench, config)
        try pause(bench, journey, 2, 6)
        try waitsBecome(bench, journey, [arrival, end])
        #expect(try completed(bench, journey, at: end - 1) == 0)
        #expect(try completed(bench, journey, at: end) == 1)
    }

    /// The tile does not count from the arrival, whatever the journey's clock.
    @Test(arguments: [JSON.string("restart"), "while_active"]) func aWaitUntilADateStays(clock: JSON) throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry", "config": ["pause_clock": clock]],
                ["id": "rest", "type": "wait", "config": ["until": "2023-11-15T00:00:00Z"]],
            ],
            "edges": [["from": "in", "to": "rest"]],
        ])
        try bench.runOnce(journey)
        let before = try times(bench, journey)
        #expect(before[0] == 0 && before[1] == 1)
        bench.clock.advance(60 * Bench.second)
        try change(bench, journey, .pause)
        try go(bench, 1)
        try change(bench, journey, .resume)
        try eventually { try !bench.engine.hasEndedPauses(bench.workspaceID, journey) }
        #expect(try times(bench, journey) == before)
    }

    @Test func pausesAddUp() throws {
        let bench = try Bench()
        let journey = try journey(bench, ["pause_clock": "while_active"])
        try pause(bench, journey, 1, 2)
        try pause(bench, journey, 3, 5)
        // At once, again and again, and the gateway restarts.
        for _ in 1...3 { try pause(bench, journey, 5, 5) }
        try change(bench, journey, .pause)
        try bench.restart()
        try go(bench, 6)
        try change(bench, journey, .resume)
        try bench.restart()
        try waitsBecome(bench, journey, [4, 14])
        #expect(try completed(bench, journey, at: 13) == 0)
        #expect(try completed(bench, journey, at: 14) == 1)
        #expect(try !bench.engine.hasEndedPauses(bench.workspaceID, journey))
    }

    /// A run that comes before the housekeeper moves the waits itself, before it moves anybody.
    @Test func theRunAfterAPauseSeesItsWaitsMoved() throws {
        let bench = try Bench()
        let journey = try journey(bench, ["pause_clock": "while_active"])
        for hour in stride(from: Int64(10), to: 40, by: 3) {
            // A wait of ten hours, which the pauses alone have reached.
            try pause(bench, journey, hour - 9, hour - 6)
            #expect(try bench.runOnce(journey).counts.completed == 0)
            let number = try bench.members.store(bench.workspaceID).journeyNumber(journey)
            #expect(try bench.members.store(bench.workspaceID).nextWake(number) == Bench.start + (hour + 3) * Self.hour)
        }
    }

    @Test(arguments: [JSON.string("restart"), "while_active"]) func aWaitThatWasOverIsOver(clock: JSON) throws {
        let bench = try Bench()
        let journey = try journey(bench, ["pause_clock": clock])
        try pause(bench, journey, 11, 12)
        #expect(try completed(bench, journey, at: 12) == 1)
    }

    @Test func theClockIsThatOfTheEndOfThePause() throws {
        let bench = try Bench()
        let journey = try journey(bench, [:])
        try go(bench, 2)
        try change(bench, journey, .pause)
        _ = try bench.engine.update(workspaceID: bench.workspaceID, journeyID: journey, by: "test") {
            var changed = $0
            changed.tiles[0].config = ["pause_clock": "restart"]
            return changed
        }
        try go(bench, 4)
        try change(bench, journey, .resume)
        try waitsBecome(bench, journey, [4, 14])
    }

    @Test func theTimerKnowsTheNewTimes() throws {
        let bench = try Bench()
        let journey = try journey(bench, ["pause_clock": "while_active", "advance": "when_due"])
        try go(bench, 2)
        try change(bench, journey, .pause)
        // A restart forgets nothing of it.
        try bench.restart()
        try go(bench, 6)
        try change(bench, journey, .resume)
        try waitsBecome(bench, journey, [4, 14])
        try eventually { try !bench.engine.hasEndedPauses(bench.workspaceID, journey) }
        try go(bench, 13)
        try go(bench, 14)
        try eventually { try bench.stats(journey).total.completed == 1 }
        let runs = try eventually {
            let runs = try bench.control.read { try $0.runs(workspaceID: bench.workspaceID, journeyID: journey) }
            return runs[0].status == .completed ? runs : nil
        }
        // One run of the timer let the member go: that of its time, or the one before it that had not ended by then. Should the timer have
        // looked while the waits were still to move, it moved nobody.
        let moving = runs.filter { $0.counts.completed > 0 }
        #expect(moving.map(\.trigger) == [.timer] && moving.map(\.counts.completed) == [1])
    }

    /// Drained after a pause, too; and an archived journey has no pauses left.
    @Test func drainingEndsAPauseAndArchivingForgetsIt() throws {
        let bench = try Bench()
        let journey = try journey(bench, ["pause_clock": "restart", "advance": "when_due"])
        try go(bench, 2)
        try change(bench, journey, .pause)
        try go(bench, 5)
        try change(bench, journey, .drain)
        try waitsBecome(bench, journey, [5, 15])
        try go(bench, 15)
        try eventually { try bench.status(journey) == .archived }
        #expect(try bench.stats(journey).total.completed == 1)

        let other = try bench.journey(Self.waiting(["pause_clock": "restart"]))
        try bench.runOnce(other)
        try change(bench, other, .pause)
        try change(bench, other, .archive)
        try eventually { try bench.stats(other).total.exited == 1 }
        #expect(try !bench.engine.hasEndedPauses(bench.workspaceID, other))
    }

    @Test func aPauseFromErrorCounts() throws {
        let bench = try Bench()
        let journey = try journey(bench, ["pause_clock": "while_active"])
        try bench.warehouse.removeEmbedded(workspaceID: bench.workspaceID)
        #expect(try bench.runOnce(journey).status == .failed)
        // In error waits go on.
        try go(bench, 3)
        try change(bench, journey, .pause)
        try bench.warehouse.createEmbedded(workspaceID: bench.workspaceID)
        try bench.load("id,age\na,1\n")
        try go(bench, 5)
        try change(bench, journey, .resume)
        try waitsBecome(bench, journey, [2, 12])
    }

    @Test func retriesAndParkedMembersAreNoWaits() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        func sender(_ answer: String) throws -> String {
            let config: JSON = [
                "path": .string(bench.log), "answer": .string(answer),
                "retry": [
                    "first_pause": ["duration": 1, "unit": "hours"], "window": ["duration": 10, "unit": "days"],
                ],
            ]
            let journey = try bench.journey([
                "tiles": [
                    ["id": "in", "type": "entry", "config": ["pause_clock": "while_active"]],
                    ["id": "send", "type": "test.recorder", "config": config],
                ],
                "edges": [["from": "in", "to": "send"]],
            ])
            try bench.runOnce(journey)
            return journey
        }
        let (retrying, failing) = (try sender("retry"), try sender("fail"))
        let due = try bench.members.store(bench.workspaceID).nextRetry(
            bench.members.store(bench.workspaceID).journeyNumber(retrying))
        for journey in [retrying, failing] { try change(bench, journey, .pause) }
        bench.clock.advance(60 * Bench.second)
        for journey in [retrying, failing] {
            try change(bench, journey, .resume)
            try eventually { try !bench.engine.hasEndedPauses(bench.workspaceID, journey) }
        }
        let store = try bench.members.store(bench.workspaceID)
        #expect(try due != nil && store.nextRetry(store.journeyNumber(retrying)) == due)
        #expect(try bench.stats(failing).tile("send").failed == 2)
    }

    @Test func aClockThatThereIsNotIsRefused() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey(Self.waiting(["pause_clock": "stop"]), activate: false)
        #expect(
            try bench.engine.validate(workspaceID: bench.workspaceID, journeyID: journey).map(\.message)
                == [#"Tile 'in': config/pause_clock: must be "keep_counting", "restart" or "while_active""#])
    }
}
