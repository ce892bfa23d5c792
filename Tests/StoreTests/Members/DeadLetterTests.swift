import Journeys
import Platform
import SQLite
import Testing
import TestSupport

@testable import Store

@Suite struct DeadLetterTests {
    private func count(_ fixture: MemberFixture, _ table: String) throws -> Int {
        try fixture.store.read { database in
            let statement = try database.prepare("SELECT count(*) FROM \(table)")
            _ = try statement.step()
            return statement.int(0)
        }
    }

    /// `count` members of a journey parked at a tile, those of one request sharing their exchange.
    private func park(
        _ fixture: MemberFixture, _ journey: Int32, _ keys: Range<Int>, tile: Int32 = 1, destination: String? = "d",
        code: String = "BAD_REQUEST", at time: Int64, state: MemberState = .parked
    ) throws {
        let rows = MemberRows()
        let exchange = MemberExchange(request: "POST /\(time)", response: "no")
        for key in keys {
            rows.add("k\(key)", tile: tile, state: state, wake: state == .parked ? MemberRows.noTime : 5)
            rows.setError(
                MemberError(
                    code: code, message: "refused", httpStatus: 400, exchange: exchange, destinationID: destination,
                    failedAt: time))
        }
        try fixture.enter(rows, journey: journey)
    }

    private func filled() throws -> (MemberFixture, other: Int32) {
        let fixture = try MemberFixture()
        let other = try fixture.store.journeyNumber("other")
        _ = try fixture.store.tileNumbers(other, tileIDs: ["entry", "wait", "sync"])
        try park(fixture, fixture.journey, 0..<10, at: 100)
        try park(fixture, fixture.journey, 10..<15, tile: 2, destination: "e", code: "RATE_LIMIT", at: 200)
        try park(fixture, other, 0..<5, at: 300)
        try park(fixture, other, 50..<60, at: 400, state: .retry)
        return (fixture, other)
    }

    private func keys(_ fixture: MemberFixture, _ change: (inout DeadLetterFilter) -> Void = { _ in }) throws
        -> [String]
    {
        var filter = DeadLetterFilter()
        change(&filter)
        var found: [String] = []
        var cursor: DeadLetterCursor?
        repeat {
            let page = try fixture.store.deadLetters(filter, after: cursor, limit: 4, scanLimit: 7)
            found += page.letters.map {
                "\($0.journeyID == "other" ? "o:" : "")\(String(decoding: $0.key, as: UTF8.self))"
            }
            cursor = page.next
        } while cursor != nil
        return found
    }

    @Test func theyAreListedNewestFirstWhateverTheJourney() throws {
        let (fixture, _) = try filled()
        let all = try keys(fixture)
        #expect(all.count == 20 && Set(all).count == 20)
        #expect(all.prefix(5).allSatisfy { $0.hasPrefix("o:") })
        #expect(Set(all[5..<10]) == Set((10..<15).map { "k\($0)" }))
        let page = try fixture.store.deadLetters(DeadLetterFilter(), limit: 1)
        let letter = try #require(page.letters.first)
        #expect(letter.tileID == "entry" && letter.destinationID == "d" && letter.code == "BAD_REQUEST")
        #expect(letter.httpStatus == 400 && letter.failedAt == 300 && letter.message == "refused")
        #expect(letter.entry == 1)
    }

    @Test func filtersNarrowThem() throws {
        let (fixture, _) = try filled()
        #expect(try keys(fixture) { $0.journeyID = "other" }.count == 5)
        #expect(try keys(fixture) { $0.tileID = "wait" }.count == 5)
        #expect(try keys(fixture) { $0.destinationID = "d" }.count == 15)
        #expect(try keys(fixture) { $0.code = "RATE_LIMIT" }.count == 5)
        #expect(try keys(fixture) { $0.since = 200 }.count == 10)
        #expect(try keys(fixture) { $0.until = 200 }.count == 10)
        #expect(try keys(fixture) { ($0.since, $0.until) = (100, 300) }.count == 15)
        #expect(try keys(fixture) { $0.keys = [Array("k3".utf8)] } == ["o:k3", "k3"])
        #expect(try keys(fixture) { $0.code = "OTHER" }.isEmpty)
    }

    @Test func anExchangeIsSharedAndGoesWithItsLastError() throws {
        let (fixture, other) = try filled()
        #expect(try count(fixture, "exchanges") == 4)
        let member = try #require(try fixture.store.member(fixture.journey, key: Array("k3".utf8)))
        #expect(member.error(0)?.exchange == MemberExchange(request: "POST /100", response: "no"))
        #expect(member.error(0)?.destinationID == "d" && member.error(0)?.failedAt == 100)
        let listed = try fixture.store.members(fixture.journey, failed: true, limit: 1).rows.error(0)
        #expect(listed?.code == "BAD_REQUEST" && listed?.exchange == nil, "a list has no large texts")
        for number in 0..<10 {
            #expect(try count(fixture, "exchanges") == 4)
            #expect(try fixture.store.remedy(.remove, fixture.journey, keys: [Array("k\(number)".utf8)]) == 1)
        }
        #expect(try count(fixture, "exchanges") == 3)
        // Another failure of the same members brings another exchange; the old one goes.
        let again = MemberRows()
        let other500 = MemberExchange(request: "r", response: nil)
        for key in 10..<15 {
            again.add("k\(key)", tile: 2, state: .parked)
            again.setError(MemberError(code: "X", message: "", exchange: other500))
        }
        try fixture.store.commit(MemberCommit(journey: fixture.journey, rows: [again]), durability: .normal)
        #expect(try count(fixture, "exchanges") == 3)
        _ = try fixture.store.exitAll(other, reason: .archived)
        #expect(try count(fixture, "exchanges") == 1)
        while try fixture.store.deleteJourney(fixture.journey, limit: 3) {}
        #expect(try count(fixture, "exchanges") == 0 && count(fixture, "member_errors") == 0)
    }

    @Test(arguments: [MemberStore.Remedy.retry, .skip, .remove]) func aRemedyIsExact(_ remedy: MemberStore.Remedy)
        throws
    {
        let (fixture, other) = try filled()
        fixture.clock.set(9_000)
        let wanted = ["k3", "k4", "k3", "k55", "nobody"].map { Array($0.utf8) }
        #expect(try fixture.store.remedy(remedy, fixture.journey, keys: wanted) == 2)
        #expect(try fixture.store.remedy(remedy, fixture.journey, keys: wanted) == 0)
        // k55 of the other journey waits for its retry: that is no dead letter.
        #expect(try fixture.store.remedy(remedy, other, keys: wanted) == 2)
        #expect(try fixture.store.verifyCounters(fixture.journey).isEmpty)
        #expect(try fixture.store.verifyCounters(other).isEmpty)
        let row = try #require(try fixture.store.member(fixture.journey, key: wanted[0]))
        #expect(row.error(0) == nil && row.entry[0] == 1)
        switch remedy {
        case .retry: #expect(row.state(0) == .retry && row.wake[0] == 9_000 && row.attempt[0] == 0)
        case .skip: #expect(row.state(0) == .retry && row.wake[0] == 9_000 && row.attempt[0] == MemberStore.skipsTile)
        case .remove: #expect(row.status(0) == .exited && row.reason(0) == .removed && row.leftAt[0] == 9_000)
        }
        #expect(try keys(fixture).count == 16)
    }

    /// A file as the first version left it.
    @Test func theFirstVersionsErrorsAreTakenOver() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/members.db"
        let database = try Database(path: path)
        try database.execute(MemberSchema.migrations[0])
        try database.execute(
            """
            INSERT INTO journeys(n, id) VALUES (1, 'j');
            INSERT INTO tiles VALUES (1, 1, 'send');
            INSERT INTO members(journey, key, status, entry, tile, state, wake, arrived_at, attempt, first_attempt_at)
            VALUES (1, 'a', 0, 1, 1, 3, NULL, 10, 8, 20), (1, 'b', 0, 1, 1, 3, NULL, 10, 1, 30),
                (1, 'c', 0, 1, 1, 2, 99, 10, 2, 40), (1, 'd', 0, 1, 1, 3, NULL, 10, 1, NULL);
            INSERT INTO member_errors VALUES (1, 'a', 'BAD_REQUEST', 'm', 400, 'POST', 'no'),
                (1, 'b', 'BAD_REQUEST', 'm', 400, 'POST', 'no'), (1, 'c', 'SERVER_ERROR', 'm', 500, NULL, 'oh'),
                (1, 'd', 'MISC_ERROR', 'm', NULL, NULL, NULL), (1, 'gone', 'MISC_ERROR', 'm', NULL, 'x', 'y');
            PRAGMA user_version = 1;
            """)
        try MemberSchema.migrate(database, path: path)
        let store = try MemberStore(path: path, clock: ManualClock(), log: .silent)
        let letters = try store.deadLetters(DeadLetterFilter(), limit: 10).letters
        #expect(letters.map { String(decoding: $0.key, as: UTF8.self) } == ["b", "a", "d"])
        #expect(letters.map(\.attempts) == [1, 8, 1] && letters.map(\.failedAt) == [30, 20, 10])
        #expect(letters.allSatisfy { $0.tileID == "send" && $0.destinationID == nil })
        let both = try ["a", "c", "d"].map { try #require(try store.member(1, key: Array($0.utf8))).error(0)?.exchange }
        #expect(both[0] == MemberExchange(request: "POST", response: "no"))
        #expect(both[1] == MemberExchange(request: nil, response: "oh") && both[2] == nil)
        let count = try database.prepare("SELECT count(*) FROM exchanges")
        _ = try count.step()
        #expect(count.int(0) == 2)
    }
}
