import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Engine

/// Pauses of journeys whose waits do not simply last so long from the arrival: what their tile says counts.
///
/// `a` arrives on a Tuesday, 2023-11-14, at 22:13:20 UTC.
@Suite(.serialized) struct PauseTimeOfDayTests {
    private static let hour = 3600 * Bench.second
    private static let day = 24 * hour
    /// The Wednesday after.
    private static let wednesday = Bench.start / day * day + day

    private static func definition(_ entry: JSON, _ wait: JSON) -> JSON {
        [
            "tiles": [
                ["id": "in", "type": "entry", "config": entry], ["id": "rest", "type": "wait", "config": wait],
            ],
            "edges": [["from": "in", "to": "rest"]],
        ]
    }

    private func journey(_ bench: Bench, _ entry: JSON, _ wait: JSON) throws -> String {
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey(Self.definition(entry, wait))
        try bench.runOnce(journey)
        return journey
    }

    private func change(_ bench: Bench, _ journey: String, _ call: JourneyCall) throws {
        _ = try bench.engine.change(call, workspaceID: bench.workspaceID, journeyID: journey)
    }

    /// Paused an hour after the arrival, for some hours; and the waits have moved.
    private func pause(
        _ bench: Bench, _ journey: String, hours: Int64, then call: JourneyCall = .resume,
        meanwhile: () throws -> Void = {}
    ) throws {
        bench.clock.set(Bench.start + Self.hour)
        try change(bench, journey, .pause)
        try meanwhile()
        bench.clock.advance(hours * Self.hour)
        try change(bench, journey, call)
        try bench.engine.shiftWaits(
            Housekeeper.Task(workspaceID: bench.workspaceID, journeyID: journey, kind: .shiftWaits))
    }

    private func wake(_ bench: Bench, _ journey: String) throws -> Int64 {
        let store = try bench.members.store(bench.workspaceID)
        let rows = try #require(try store.member(store.journeyNumber(journey), key: Array("a".utf8)))
        return withExtendedLifetime(rows) { rows.wake[0] }
    }

    /// The first run after the pause asks the tile anew, once.
    private func ends(_ bench: Bench, _ journey: String, at time: Int64) throws {
        #expect(try bench.runOnce(journey).counts.waiting == 1)
        #expect(try wake(bench, journey) == time)
        let next = try bench.runOnce(journey)
        #expect(next.counts.waiting == 0 && next.counts.moved == 0)
        bench.clock.set(time - 1)
        #expect(try bench.runOnce(journey).counts.completed == 0)
        bench.clock.set(time)
        #expect(try bench.runOnce(journey).counts.completed == 1)
    }

    @Test(arguments: [JSON.string("restart"), "while_active"]) func aTimeOfDayStaysOne(clock: JSON) throws {
        let bench = try Bench()
        let journey = try journey(bench, ["pause_clock": clock], ["time_of_day": "09:00"])
        #expect(try wake(bench, journey) == Self.wednesday + 9 * Self.hour)
        try pause(bench, journey, hours: 2)
        try ends(bench, journey, at: Self.wednesday + 9 * Self.hour)
    }

    /// Its hours end at 06:13, or at 08:13 with the pause: at nine in any case. Eight hours of pause make it the day after.
    @Test(arguments: [(2, 0), (8, 1)] as [(Int64, Int64)]) func hoursAndThenATimeOfDay(hours: Int64, later: Int64)
        throws
    {
        let bench = try Bench()
        let journey = try journey(
            bench, ["pause_clock": "while_active"], ["duration": 8, "unit": "hours", "time_of_day": "09:00"])
        try pause(bench, journey, hours: hours)
        try ends(bench, journey, at: Self.wednesday + 9 * Self.hour + later * Self.day)
    }

    @Test(arguments: [JSON.string("restart"), "while_active"]) func aDateWithATimeOfDayStays(clock: JSON) throws {
        let bench = try Bench()
        let journey = try journey(
            bench, ["pause_clock": clock], ["until": "2023-12-24", "time_of_day": "09:00"])
        let before = try wake(bench, journey)
        #expect(before == Self.wednesday + 39 * Self.day + 9 * Self.hour)
        try pause(bench, journey, hours: 240)
        try ends(bench, journey, at: before)
    }

    /// Nobody has to ask for it.
    @Test func theTimerMovesThemAtThatTime() throws {
        let bench = try Bench()
        let journey = try journey(
            bench, ["pause_clock": "while_active", "advance": "when_due"], ["time_of_day": "09:00"])
        try pause(bench, journey, hours: 2)
        // The tile is asked at once.
        try eventually { try wake(bench, journey) == Self.wednesday + 9 * Self.hour }
        let runs = try eventually {
            let runs = try bench.control.read { try $0.runs(workspaceID: bench.workspaceID, journeyID: journey) }
            return runs[0].status == .completed && bench.engine.queue.isIdle(journey) ? runs : nil
        }
        #expect(runs[0].trigger == .timer && runs.allSatisfy { $0.counts.completed == 0 })
        bench.clock.set(Self.wednesday + 9 * Self.hour)
        try eventually { try bench.stats(journey).total.completed == 1 }
    }

    /// The pause before the second one moved no wait for good yet.
    @Test func pausesWithNoRunBetweenThem() throws {
        let bench = try Bench()
        let journey = try journey(
            bench, ["pause_clock": "while_active"], ["duration": 8, "unit": "hours", "time_of_day": "09:00"])
        try pause(bench, journey, hours: 2)
        try change(bench, journey, .pause)
        bench.clock.advance(6 * Self.hour)
        try change(bench, journey, .resume)
        try ends(bench, journey, at: Self.wednesday + Self.day + 9 * Self.hour)
    }

    /// Without its tiles nobody knows which waits count from the arrival: all of it is done once they are there again.
    @Test func drainingAJourneyThatIsNotValidMovesNobody() throws {
        let bench = try Bench()
        let wait: JSON = ["until": "2023-12-24"]
        let journey = try journey(bench, ["pause_clock": "while_active"], wait)
        let before = try wake(bench, journey)
        func put(_ definition: JSON) throws {
            _ = try bench.engine.update(workspaceID: bench.workspaceID, journeyID: journey, by: "test") {
                try JourneyParser.update($0, with: definition)
            }
        }
        try pause(bench, journey, hours: 2, then: .drain) {
            try put(["tiles": [["id": "in", "type": "entry"], ["id": "rest", "type": "nothing"]]])
        }
        #expect(try wake(bench, journey) == before)
        try put(Self.definition(["pause_clock": "while_active"], wait))
        #expect(try bench.runOnce(journey).counts.completed == 0)
        #expect(try wake(bench, journey) == before)
        bench.clock.set(before)
        #expect(try bench.runOnce(journey).counts.completed == 1)
    }
}
