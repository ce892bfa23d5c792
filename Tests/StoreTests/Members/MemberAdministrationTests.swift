import Glibc
import Testing

@testable import Store

@Suite struct MemberAdministrationTests {
    /// 40 members: every fourth has left, every fifth of the others is parked with an error; and a second journey.
    private func filled() throws -> (fixture: MemberFixture, other: Int32) {
        let fixture = try MemberFixture()
        let other = try fixture.store.journeyNumber("other")
        for journey in [fixture.journey, other] {
            let rows = MemberRows()
            for number in 0..<40 {
                let isOut = number % 4 == 0
                rows.add(
                    "m\(100 + number)", status: isOut ? .completed : .active, tile: Int32(1 + number % 3),
                    state: isOut ? .none : number % 5 == 0 ? .parked : .waiting,
                    wake: isOut || number % 5 == 0 ? MemberRows.noTime : 77)
                if rows.state(number) == .parked { rows.setError(MemberError(code: "x", message: "y")) }
            }
            try fixture.enter(rows, journey: journey)
        }
        return (fixture, other)
    }

    private func errors(_ fixture: MemberFixture, _ journey: Int32) throws -> Int {
        try fixture.store.read { database in
            let statement = try database.prepare("SELECT count(*) FROM member_errors WHERE journey = ?")
            _ = try statement.bind(1, Int(journey)).step()
            return statement.int(0)
        }
    }

    @Test func exitAllGoesInStepsAndKeepsCountersRight() throws {
        let (fixture, other) = try filled()
        let before = try fixture.all(other)
        fixture.clock.set(5_000_000)
        var (exited, steps, cursor): (Int, Int, [UInt8]?) = (0, 0, nil)
        repeat {
            let step = try fixture.store.exitAll(fixture.journey, reason: .archived, after: cursor, limit: 7)
            #expect(step.exited <= 7)
            #expect(try fixture.store.verifyCounters(fixture.journey).isEmpty)
            exited += step.exited
            steps += 1
            cursor = step.next
        } while cursor != nil
        #expect(exited == 30 && steps == 6)
        #expect(try fixture.store.countActive(fixture.journey) == 0)
        for row in try fixture.all() {
            if row.status == .completed {
                #expect(row.leftAt == MemberRows.noTime && row.reason == .none)
            } else {
                #expect(row.status == .exited && row.state == .none && row.wake == MemberRows.noTime)
                #expect(row.leftAt == 5_000_000 && row.reason == .archived)
            }
        }
        #expect(try errors(fixture, fixture.journey) == 0 && errors(fixture, other) == 6)
        #expect(try fixture.all(other) == before && fixture.store.verifyCounters(other).isEmpty)
        let again = try fixture.store.exitAll(fixture.journey, reason: .archived)
        #expect(again.exited == 0 && again.next == nil)
    }

    @Test func oneMemberLeaves() throws {
        let (fixture, _) = try filled()
        fixture.clock.set(9)
        let parked = Array("m105".utf8)
        #expect(try fixture.store.setExited(fixture.journey, key: parked, reason: .removed))
        let row = try #require(try fixture.store.member(fixture.journey, key: parked))
        #expect(row.status(0) == .exited && row.reason(0) == .removed && row.leftAt[0] == 9 && row.error(0) == nil)
        #expect(try fixture.store.verifyCounters(fixture.journey).isEmpty)
        let failed = try fixture.store.stats(fixture.journey).total.failed
        #expect(failed == 5)
        // Not twice, not one that has completed, nobody unknown.
        for key in ["m105", "m100", "nobody"] {
            #expect(try !fixture.store.setExited(fixture.journey, key: Array(key.utf8), reason: .removed))
        }
        #expect(try errors(fixture, fixture.journey) == 5)
    }

    @Test func aParkedMemberIsTriedAgain() throws {
        let (fixture, _) = try filled()
        fixture.clock.set(1234)
        #expect(try fixture.store.remedy(.retry, fixture.journey, keys: [Array("m105".utf8)]) == 1)
        let row = try #require(try fixture.store.member(fixture.journey, key: Array("m105".utf8)))
        #expect(row.state(0) == .retry && row.wake[0] == 1234 && row.attempt[0] == 0 && row.entry[0] == 1)
        #expect(row.firstAttemptAt[0] == MemberRows.noTime && row.error(0) == nil)
        #expect(try fixture.store.nextRetry(fixture.journey) == 1234)
        #expect(try fixture.store.stats(fixture.journey).total.failed == 5)
        #expect(try fixture.store.verifyCounters(fixture.journey).isEmpty)
        for key in ["m105", "m101", "m100", "nobody"] {
            #expect(try fixture.store.remedy(.retry, fixture.journey, keys: [Array(key.utf8)]) == 0)
        }
    }

    @Test func aJourneyIsDeletedInBoundedSteps() throws {
        let (fixture, other) = try filled()
        let before = try fixture.all(other)
        let progress = RunProgress(runID: "run", journey: fixture.journey)
        try fixture.store.commit(MemberCommit(journey: fixture.journey, progress: progress), durability: .normal)
        var left = 40
        while try fixture.store.deleteJourney(fixture.journey, limit: 9) {
            let rows = try fixture.all()
            #expect(rows.count == left - 9)
            left = rows.count
            #expect(try fixture.store.verifyCounters(fixture.journey).isEmpty)
        }
        #expect(left == 4)
        #expect(try fixture.all().isEmpty && fixture.store.stats(fixture.journey).tiles.isEmpty)
        #expect(try fixture.store.runProgress("run") == nil && errors(fixture, fixture.journey) == 0)
        #expect(try fixture.store.knownJourneyNumber("journey") == nil)
        #expect(try fixture.all(other) == before && fixture.store.verifyCounters(other).isEmpty)
        #expect(try fixture.store.journeyNumber("journey") > other)
    }
}
