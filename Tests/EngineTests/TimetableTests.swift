import Journeys
import Platform
import Testing

@testable import Engine

@Suite struct TimetableTests {
    /// A run that ends as its schedule's time comes plans from what was stored before the next run was.
    @Test func aPlanOfABygoneMomentDoesNotStartATimeTwice() throws {
        let minute: Int64 = 60_000_000
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
}
