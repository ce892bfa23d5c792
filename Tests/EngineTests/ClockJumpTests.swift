import Journeys
import Store
import TestSupport
import Testing

@testable import Engine

/// The clock is set forward or back under a live engine, or between two of its lives.
struct ClockJumpTests {
    private static let year: Int64 = 365 * 86_400 * Bench.second
    private static let hour: Int64 = 3600 * Bench.second

    /// entry → wait an hour → exit, at each full hour.
    private static let hourly: JSON = [
        "tiles": [
            ["id": "in", "type": "entry"],
            ["id": "hold", "type": "wait", "config": ["duration": 1, "unit": "hours"]],
            ["id": "out", "type": "exit"],
        ],
        "edges": [["from": "in", "to": "hold"], ["from": "hold", "to": "out"]],
        "schedule": "0 * * * *",
    ]

    @Test func aJumpForwardFiresAScheduleOnceAndMovesWhoIsDue() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey(Self.hourly)
        try bench.runOnce(journey)
        bench.clock.advance(Self.year)
        try eventuallyCompleted(bench, journey, 2)
        let runs = try bench.control.read { try $0.runs(workspaceID: bench.workspaceID, journeyID: journey) }
        #expect(runs.count == 2 && runs.first?.trigger == .schedule)
    }

    @Test func whoCameWhileTheClockWasAheadWaitsNoLongerThanMeant() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey(Self.hourly)
        bench.clock.set(Bench.start + Self.year)
        try waitForRuns(bench, journey, 1)
        #expect(try bench.stats(journey).total.active == 2)

        bench.clock.set(Bench.start)
        try pulledBack(bench, journey)
        try completeLongBeforeThat(bench, journey)
    }

    @Test func aClockThatWasSetRightWhileNobodyLookedIsFoundAtTheStart() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey(Self.hourly)
        bench.clock.set(Bench.start + Self.year)
        try waitForRuns(bench, journey, 1)
        try bench.restart { bench.clock.set(Bench.start) }
        try pulledBack(bench, journey)
        try completeLongBeforeThat(bench, journey)
    }

    /// Nobody looks at a paused journey at the start but for this.
    @Test func aPausedJourneyIsPutRightAtTheStartToo() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        var definition = Self.hourly.objectValue ?? [:]
        definition["tiles"] = [
            ["id": "in", "type": "entry", "config": ["pause_clock": "while_active"]],
            ["id": "hold", "type": "wait", "config": ["duration": 1, "unit": "hours"]], ["id": "out", "type": "exit"],
        ]
        let journey = try bench.journey(.object(definition))
        bench.clock.set(Bench.start + Self.year)
        try waitForRuns(bench, journey, 1)
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        try bench.restart { bench.clock.set(Bench.start) }
        try pulledBack(bench, journey)
        // It is paused from now on at the latest: the time does not count.
        bench.clock.advance(20 * Self.hour)
        _ = try bench.engine.change(.resume, workspaceID: bench.workspaceID, journeyID: journey)
        #expect(try bench.runOnce(journey).counts.completed == 0)
        try pulledBack(bench, journey)
        try completeLongBeforeThat(bench, journey)
    }

    /// It was ahead when the journey went on, and was set right when half of the waits had moved.
    @Test func waitsThatAPauseIsStillMovingAreTakenBackToo() throws {
        let bench = try Bench()
        try bench.load("id,age\n" + (1...6).map { "k\($0),\($0)\n" }.joined())
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry", "config": ["pause_clock": "while_active"]],
                ["id": "hold", "type": "wait", "config": ["duration": 10, "unit": "hours"]],
            ],
            "edges": [["from": "in", "to": "hold"]],
        ])
        try bench.runOnce(journey)
        let number = try bench.members.store(bench.workspaceID).journeyNumber(journey)
        bench.clock.advance(Self.hour)
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        bench.clock.set(Bench.start + Self.year)
        var left: Result<Void, any Error>?
        try bench.restart {
            left = Result { try self.leaveHalfMoved(bench, journey, number) }
            bench.clock.set(Bench.start + 2 * Self.hour)
        }
        try left?.get()
        let store = try bench.members.store(bench.workspaceID)
        try eventually {
            let rows = try store.members(number, limit: 10).rows
            let isRight = (0..<rows.count).allSatisfy {
                rows.arrivedAt[$0] == Bench.start + 2 * Self.hour && rows.wake[$0] == Bench.start + 12 * Self.hour
            }
            return rows.count == 6 && isRight
        }
        #expect(try bench.runOnce(journey).counts.completed == 0)
        bench.clock.set(Bench.start + 12 * Self.hour)
        #expect(try bench.runOnce(journey).counts.completed == 6)
    }

    /// As a gateway leaves a journey that was killed while its waits moved after a pause.
    private func leaveHalfMoved(_ bench: Bench, _ journey: String, _ number: Int32) throws {
        let control = try ControlStore(dataDirectory: bench.directory, clock: bench.clock, log: .silent)
        let stores = MemberStores(dataDirectory: bench.directory, clock: bench.clock, log: .silent)
        defer {
            stores.closeAll()
            control.close()
        }
        let (workspaceID, now) = (bench.workspaceID, bench.clock.now())
        try control.write {
            try $0.setJourneyStatus(
                workspaceID: workspaceID, id: journey, from: [.paused], to: .active, at: now)
            try $0.endPause(workspaceID: workspaceID, journeyID: journey, clock: .whileActive, at: now)
        }
        let pause = try #require(
            try control.read { try $0.endedPauses(workspaceID: workspaceID, journeyID: journey) }.first)
        #expect(try stores.store(workspaceID).shiftWaits(number, over: pause, limit: 3))
    }

    @Test func retriesOfAClockThatWasAheadComeSoon() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journeyThatSends(answer: "retry")
        bench.clock.set(Bench.start + Self.year)
        let run = try bench.trigger(journey)
        try eventually { try bench.sent().count == 1 }
        bench.clock.set(Bench.start)
        try longBeforeThat(bench, 10 * Bench.second) { try bench.sent().count >= 2 }
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        _ = try bench.end(run)
    }

    // MARK: Parts

    private func waitForRuns(_ bench: Bench, _ journey: String, _ count: Int) throws {
        try eventually {
            let runs = try bench.control.read { try $0.runs(workspaceID: bench.workspaceID, journeyID: journey) }
            return runs.count == count && runs.allSatisfy(\.status.isFinal) && bench.engine.queue.isIdle(journey)
        }
    }

    private func pulledBack(_ bench: Bench, _ journey: String) throws {
        let store = try bench.members.store(bench.workspaceID)
        let number = try #require(try store.knownJourneyNumber(journey))
        let latest = bench.clock.now() + Self.hour
        try eventually {
            let rows = try store.member(number, key: Array("a".utf8))
            return rows.map { $0.arrivedAt[0] <= bench.clock.now() && $0.wake[0] <= latest } == true
        }
    }

    private func completeLongBeforeThat(_ bench: Bench, _ journey: String) throws {
        try longBeforeThat(bench, Self.hour / 6) { try bench.stats(journey).total.completed == 2 }
    }

    /// Hours pass faster than the engine plans. Half a year is more than can pass here while a busy machine is slow to plan, and not what
    /// the clock was ahead.
    private func longBeforeThat(_ bench: Bench, _ step: Int64, _ isSo: () throws -> Bool) throws {
        try eventually {
            if try isSo() { return true }
            if bench.clock.now() < Bench.start + Self.year / 2 { bench.clock.advance(step) }
            return false
        }
    }

    private func eventuallyCompleted(_ bench: Bench, _ journey: String, _ count: Int) throws {
        try eventually { try bench.stats(journey).total.completed == count }
    }
}
