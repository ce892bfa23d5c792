import Journeys
import SQLite
import Testing

@testable import Store

/// Waits after a pause, in the store: each moves once, whatever the steps and wherever they end.
@Suite struct MemberPauseTests {
    private static func pause(_ clock: PauseClock, _ number: Int64 = 1, from: Int64 = 2000, to: Int64 = 2500)
        -> PauseRecord
    {
        PauseRecord(number: number, pausedAt: from, resumedAt: to, clock: clock)
    }

    /// Members who wait since 1000 until different times, some of them alike, and others that do not wait.
    private func waiting(_ fixture: MemberFixture) throws -> [Row] {
        let rows = MemberRows()
        for number in 0..<40 {
            let key = Array("w\(number / 10)\(number % 10)".utf8)
            rows.add(Row(key: key, tile: 2, state: .waiting, wake: Int64(2400 + 100 * (number / 4))))
        }
        rows.add(Row(key: Array("x-due".utf8), tile: 2, state: .waiting, wake: 1900))
        rows.add(Row(key: Array("x-ever".utf8), tile: 2, state: .waiting, wake: .max))
        rows.add(Row(key: Array("x-late".utf8), tile: 2, state: .waiting, arrivedAt: 2300, wake: 2700))
        rows.add(Row(key: Array("y-parked".utf8), tile: 3, state: .parked))
        rows.add(Row(key: Array("y-retry".utf8), tile: 3, state: .retry, wake: 2600, attempt: 1))
        rows.add(Row(key: Array("z-flight".utf8), tile: 3, state: .arrived, wake: 0))
        try fixture.enter(rows)
        return try fixture.all()
    }

    private func shifted(_ rows: [Row], _ shift: (Row) -> Int64) -> [Row] {
        rows.map { row in
            guard row.state == .waiting, row.wake > 2000 else { return row }
            var row = row
            let time = shift(row)
            row.arrivedAt += time
            row.wake += min(time, .max - row.wake)
            return row
        }
    }

    private func shiftAll(
        _ fixture: MemberFixture, _ pause: PauseRecord, limit: Int, reopening: Bool = false
    ) throws -> Int {
        var steps = 1
        while try fixture.store.shiftWaits(fixture.journey, over: pause, limit: limit) {
            steps += 1
            if reopening { try fixture.reopen() }
        }
        return steps
    }

    @Test(arguments: [1, 3, 7, 46, 1000]) func theTimePausedDoesNotCount(limit: Int) throws {
        let fixture = try MemberFixture()
        let before = try waiting(fixture)
        let steps = try shiftAll(fixture, Self.pause(.whileActive), limit: limit)
        #expect(steps >= before.count { $0.wake != MemberRows.noTime } / limit)
        // Who came by a run that wound down waits from then.
        let wanted = shifted(before) { $0.keyText == "x-late" ? 200 : 500 }
        #expect(try fixture.all() == wanted)
        #expect(try fixture.store.verifyCounters(fixture.journey).isEmpty)
    }

    @Test(arguments: [1, 3, 1000]) func waitsBeginAnew(limit: Int) throws {
        let fixture = try MemberFixture()
        let before = try waiting(fixture)
        _ = try shiftAll(fixture, Self.pause(.restart), limit: limit)
        #expect(try fixture.all() == shifted(before) { 2500 - $0.arrivedAt })
        #expect(
            try fixture.all().filter { $0.state == .waiting && $0.keyText != "x-due" }.allSatisfy {
                $0.arrivedAt == 2500
            })
    }

    /// The process dies between any two steps.
    @Test(arguments: [PauseClock.restart, .whileActive]) func nobodyIsMovedTwiceOrLeftOut(clock: PauseClock) throws {
        let (fixture, other) = (try MemberFixture(), try MemberFixture())
        _ = (try waiting(fixture), try waiting(other))
        _ = try shiftAll(fixture, Self.pause(clock), limit: 2, reopening: true)
        _ = try shiftAll(other, Self.pause(clock), limit: 1000)
        #expect(try fixture.all() == other.all())
    }

    @Test func aPauseThatIsDoneMovesNobodyAgain() throws {
        let fixture = try MemberFixture()
        let before = try waiting(fixture)
        _ = try shiftAll(fixture, Self.pause(.whileActive, 3), limit: 10)
        let once = try fixture.all()
        #expect(once != before)
        #expect(try fixture.store.shiftWaits(fixture.journey, over: Self.pause(.whileActive, 3)) == false)
        // Nor one from before it, of which another thread had heard.
        #expect(try fixture.store.shiftWaits(fixture.journey, over: Self.pause(.whileActive, 2)) == false)
        #expect(try fixture.all() == once)
        _ = try shiftAll(fixture, Self.pause(.whileActive, 4, from: 2600, to: 2700), limit: 10)
        #expect(try fixture.all().first { $0.keyText == "w39" }?.wake == 2400 + 900 + 500 + 100)
        // With the journey its pauses are gone.
        while try fixture.store.deleteJourney(fixture.journey) {}
        let left = try fixture.store.read { database in
            let statement = try database.prepare("SELECT count(*) FROM pauses")
            _ = try statement.step()
            return statement.int(0)
        }
        #expect(left == 0)
    }

    /// Until tiles have been asked about the waits that the last pause moved.
    @Test func whatAPauseMovedIsKnownUntilTilesWereAsked() throws {
        let fixture = try MemberFixture()
        _ = try waiting(fixture)
        #expect(try fixture.store.movedBy(fixture.journey) == nil)
        _ = try shiftAll(fixture, Self.pause(.whileActive, 3), limit: 10)
        #expect(try fixture.store.movedBy(fixture.journey) == 3)
        _ = try shiftAll(fixture, Self.pause(.whileActive, 4, from: 2600, to: 2700), limit: 10)
        // By a run that knew of the first one only.
        try fixture.store.noteAsked(fixture.journey, after: 3)
        try fixture.reopen()
        #expect(try fixture.store.movedBy(fixture.journey) == 4)
        try fixture.store.noteAsked(fixture.journey, after: 4)
        try fixture.store.noteAsked(fixture.journey, after: 3)
        #expect(try fixture.store.movedBy(fixture.journey) == nil)
        _ = try shiftAll(fixture, Self.pause(.restart, 5, from: 2800, to: 2900), limit: 10)
        #expect(try fixture.store.movedBy(fixture.journey) == 5)
    }

    @Test func aClockThatWentBackAndTilesWithTimesOfTheirOwnMoveNobody() throws {
        let fixture = try MemberFixture()
        let before = try waiting(fixture)
        _ = try shiftAll(fixture, Self.pause(.whileActive, 1, from: 2000, to: 900), limit: 3)
        #expect(try fixture.all() == before)
        #expect(try fixture.store.shiftWaits(fixture.journey, over: Self.pause(.restart, 2), except: [2, 7]) == false)
        #expect(try fixture.all() == before)
    }

    /// A step costs what waits, not what is there.
    @Test(arguments: [
        (
            MemberStore.startSQL,
            "SEARCH members USING COVERING INDEX members_wake (journey=? AND wake>? AND (wake,key)<(?,?))"
        ),
        (
            MemberStore.shiftSQL(.restart, except: [1]),
            "SEARCH members USING INDEX members_wake (journey=? AND (wake,key)>(?,?) AND (wake,key)<(?,?))"
        ),
    ]) func plans(sql: String, plan: String) throws {
        let fixture = try MemberFixture()
        try fixture.store.write(.normal) { database in
            let statement = try database.prepare("EXPLAIN QUERY PLAN " + sql)
            var steps: [String] = []
            while try statement.step() { steps.append(statement.string(3)) }
            #expect(steps.joined(separator: " | ") == plan)
        }
    }
}
