import Journeys
import Platform
import Testing

@testable import Engine

@Suite struct TimetableTests {
    private static let second: Int64 = 1_000_000

    /// A run that ends as its schedule's time comes plans from what was stored before the next run was.
    @Test func aPlanOfABygoneMomentDoesNotStartATimeTwice() throws {
        let minute = 60 * Self.second
        let timetable = Timetable(clock: ManualClock(0))
        let stale = Timetable.Plan(workspaceID: "w", cron: try Cron(parsing: "* * * * *"), scheduled: minute)
        timetable.set("j", stale)
        #expect(timetable.takeDue(minute - 1).isEmpty)
        #expect(timetable.takeDue(minute).map(\.trigger) == [.schedule])
        timetable.set("j", stale)
        #expect(timetable.takeDue(minute + 1).isEmpty)
        #expect(timetable.takeDue(2 * minute).map(\.trigger) == [.schedule])
        // What a journey that is gone has had does not count for one that comes back.
        timetable.remove("j")
        timetable.set("j", stale)
        #expect(timetable.takeDue(2 * minute).map(\.trigger) == [.schedule])
    }

    /// Waits that end one after the other go together.
    @Test func theTimerFiresAtMostOnceASecond() {
        let timetable = Timetable(clock: ManualClock(0))
        func due(_ timer: Int64, at now: Int64) -> [RunTrigger] {
            timetable.set("j", Timetable.Plan(workspaceID: "w", timer: timer))
            return timetable.takeDue(now).map(\.trigger)
        }
        #expect(due(100, at: 100) == [.timer])
        #expect(due(200, at: 200).isEmpty)
        #expect(due(200, at: Self.second + 99).isEmpty)
        #expect(due(200, at: Self.second + 100) == [.timer])
        // Another journey's are its own; and who was asleep longer is not held back.
        timetable.set("other", Timetable.Plan(workspaceID: "w", timer: 300))
        #expect(timetable.takeDue(Self.second + 101).map(\.journeyID) == ["other"])
        #expect(due(3 * Self.second, at: 3 * Self.second) == [.timer])
    }

    /// Journeys fire each at its own time, whatever was planned and changed before.
    @Test func thousandsOfPlansFireEachOnceAndInOrder() {
        let timetable = Timetable(clock: ManualClock(0))
        var state: UInt64 = 42
        var expected: [String: Int64] = [:]
        for step in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let id = "j\(state >> 33 % 5000)"
            if step % 7 == 0 {
                timetable.remove(id)
                expected[id] = nil
            } else {
                let time = Int64(state >> 40 % 1000)
                timetable.set(id, Timetable.Plan(workspaceID: "w", timer: time))
                expected[id] = time
            }
        }
        for now in Int64(0)..<1000 {
            let due = Set(timetable.takeDue(now).map(\.journeyID))
            #expect(due == Set(expected.filter { $0.value == now }.keys))
        }
        #expect(timetable.takeDue(.max).isEmpty)
    }
}
