import Glibc
import SQLite
import Testing

@testable import Store

@Suite struct MemberReadTests {
    private static func key(_ number: Int) -> String { "m\(10_000 + number)" }

    /// 300 members, every third of whom has left, and one of another journey between them.
    private func crowd() throws -> (MemberFixture, MemberRows) {
        let fixture = try MemberFixture()
        let rows = MemberRows()
        for number in 0..<300 { rows.add(Self.key(number), status: number % 3 == 0 ? .exited : .active) }
        for row in 0..<300 where row % 3 == 0 { rows.leftAt[row] = Int64(row) }
        try fixture.enter(rows)
        let other = try fixture.store.journeyNumber("other")
        let strangers = MemberRows()
        strangers.add(Self.key(20) + "x")
        try fixture.enter(strangers, journey: other)
        return (fixture, rows)
    }

    @Test func existingGivesARangeInPages() throws {
        let (fixture, rows) = try crowd()
        // The page's memory is reused while its own last key is where the next begins.
        let page = MemberRows()
        var found: [Row] = []
        try withBytes(Self.key(10), Self.key(250)) { first, last in
            var isFirst = true
            repeat {
                let from = isFirst ? first : page.key(page.count - 1)
                _ = try fixture.store.existing(
                    fixture.journey, from: from, through: last, excludingFirst: !isFirst, limit: 100, reusing: page)
                found += page.map { Row(read: $0) }
                isFirst = false
            } while page.count == 100
        }
        #expect(found.map(\.keyText) == (10...250).map(Self.key))
        let statuses: [MemberStatus] = (10...250).map { $0 % 3 == 0 ? .exited : .active }
        let left: [Int64] = (10...250).map { $0 % 3 == 0 ? Int64($0) : MemberRows.noTime }
        #expect(found.map(\.status) == statuses)
        #expect(found.map(\.leftAt) == left)
        #expect(found == (10...250).map { Row(read: (rows, $0)) })
    }

    @Test func keysComeAloneAndInPages() throws {
        let (fixture, rows) = try crowd()
        // Memory that held whole rows gives keys alone.
        let page = rows
        var found: [Row] = []
        var from = Array(Self.key(10).utf8)
        var isFirst = true
        repeat {
            _ = try fixture.store.keys(
                fixture.journey, from: from, excludingFirst: !isFirst, limit: 100, reusing: page)
            found += page.map { Row(read: $0) }
            if page.count > 0 { from = page.keyBytes(page.count - 1) }
            isFirst = false
        } while page.count == 100
        #expect(found.map(\.keyText) == (10..<300).map(Self.key))
        #expect(found.allSatisfy { $0.wake == MemberRows.noTime && $0.entry == 0 && $0.tile == 0 })
        #expect(found.allSatisfy { $0.leftAt == MemberRows.noTime && $0.status == .active })
    }

    @Test func existingWithoutAnybody() throws {
        let fixture = try MemberFixture()
        let rows = try withBytes("a", "z") { try fixture.store.existing(fixture.journey, from: $0, through: $1) }
        #expect(rows.isEmpty)
        let keys = try fixture.store.keys(fixture.journey, from: [], excludingFirst: false, limit: 10)
        #expect(keys.isEmpty)
    }

    @Test func dueGoesThroughWakeAndKey() throws {
        let fixture = try MemberFixture()
        let rows = MemberRows()
        // 50 members at each of four times, one time beyond what is asked, and members that wait for nothing.
        for number in 0..<250 {
            rows.add(Self.key(number), state: number % 2 == 0 ? .waiting : .retry, wake: Int64(number % 5) * 100)
        }
        for number in 250..<300 { rows.add(Self.key(number)) }
        try fixture.enter(rows)
        var met: [(Int64, String)] = []
        var cursor: MemberStore.DueCursor?
        repeat {
            let page = try fixture.store.due(fixture.journey, upTo: 300, after: cursor, limit: 37)
            #expect(page.rows.keyStrings == page.rows.keyStrings.sorted())
            met += page.rows.map { ($0.rows.wake[$0.row], $0.rows.keyString($0.row)) }
                .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
            cursor = page.next
        } while cursor != nil
        let expected = (0..<250).filter { $0 % 5 != 4 }.map { (Int64($0 % 5) * 100, Self.key($0)) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        #expect(met.map(\.0) == expected.map(\.0) && met.map(\.1) == expected.map(\.1))

        let retries = try fixture.store.due(fixture.journey, upTo: 300, states: [.init(.retry)], limit: 1000)
        #expect(retries.rows.count == 100 && retries.next == nil)
        #expect((0..<100).allSatisfy { retries.rows.state($0) == .retry })
        #expect(try fixture.store.due(fixture.journey, upTo: -1, limit: 10).rows.isEmpty)
    }

    @Test func nextTimes() throws {
        let fixture = try MemberFixture()
        #expect(try fixture.store.nextWake(fixture.journey) == nil && fixture.store.nextRetry(fixture.journey) == nil)
        let rows = MemberRows()
        rows.add("a", state: .waiting, wake: 5)
        rows.add("b", state: .retry, wake: 9)
        rows.add("c", state: .retry, wake: 7)
        rows.add("d", state: .arrived, wake: 0)
        try fixture.enter(rows)
        #expect(try fixture.store.nextWake(fixture.journey) == 5 && fixture.store.nextRetry(fixture.journey) == 7)
        #expect(try fixture.store.nextWake(fixture.journey + 1) == nil)
    }

    @Test func activeMatchingFindsThoseInside() throws {
        let fixture = try MemberFixture()
        let rows = MemberRows()
        for number in 0..<100 { rows.add(Self.key(number), status: number % 4 == 0 ? .completed : .active) }
        try fixture.enter(rows)
        let asked = MemberRows()
        for number in stride(from: 0, to: 200, by: 2) { asked.add(Self.key(number)) }
        let found = try fixture.store.activeMatching(fixture.journey, keys: asked.keys, count: asked.count)
        #expect(found.keyStrings == stride(from: 2, to: 100, by: 4).map(Self.key))
        #expect(try fixture.store.activeMatching(fixture.journey, keys: asked.keys, count: 0).isEmpty)
    }

    @Test func listsFilterAndPage() throws {
        let fixture = try MemberFixture()
        let rows = MemberRows()
        for number in 0..<60 {
            rows.add(
                Self.key(number), status: number % 6 == 0 ? .completed : .active, tile: Int32(number % 2 + 1),
                state: number % 6 == 1 ? .parked : .none)
        }
        try fixture.enter(rows)
        func list(
            _ status: MemberStatus? = nil, _ tile: Int32? = nil, _ failed: Bool? = nil, scanLimit: Int = 1000
        ) throws -> [String] {
            var (keys, cursor): ([String], [UInt8]?) = ([], nil)
            repeat {
                let page = try fixture.store.members(
                    fixture.journey, status: status, tiles: tile.map { [$0] }, failed: failed, after: cursor, limit: 7,
                    scanLimit: scanLimit)
                #expect(page.rows.count <= 7)
                keys += page.rows.keyStrings
                cursor = page.next
            } while cursor != nil
            return keys
        }
        func expected(_ isIn: (Int) -> Bool) -> [String] { (0..<60).filter(isIn).map(Self.key) }
        #expect(try list() == expected { _ in true })
        #expect(try list(.completed) == expected { $0 % 6 == 0 })
        #expect(try list(.active, 1) == expected { $0 % 6 != 0 && $0 % 2 == 0 })
        #expect(try list(nil, nil, true) == expected { $0 % 6 == 1 })
        #expect(try list(nil, 1, true).isEmpty)
        #expect(try list(nil, 2, false) == expected { $0 % 6 != 1 && $0 % 2 == 1 })
        // A page may end early, by what it looked at, and even be empty: nothing is lost.
        #expect(try list(.completed, scanLimit: 4) == expected { $0 % 6 == 0 })
    }

    /// The plans are what makes these reads fast: an index not used shows only at millions of rows.
    @Test(arguments: [
        (MemberStore.dueSQL, "SEARCH members USING INDEX members_wake (journey=? AND (wake,key)>(?,?) AND wake<?)"),
        (
            MemberStore.keysSQL(excludingFirst: true),
            "SEARCH members USING PRIMARY KEY (journey=? AND key>?)"
        ),
        (
            MemberStore.keysSQL(excludingFirst: false),
            "SEARCH members USING PRIMARY KEY (journey=? AND key>?)"
        ),
        (
            MemberStore.existingSQL(excludingFirst: false),
            "SEARCH members USING PRIMARY KEY (journey=? AND key>? AND key<?)"
        ),
        (
            MemberStore.activeMatchingSQL,
            "SCAN tessera_rows VIRTUAL TABLE INDEX 0: | SEARCH members USING PRIMARY KEY (journey=? AND key=?)"
        ),
        (MemberStore.nextRetrySQL, "SEARCH members USING INDEX members_retry (journey=?)"),
        (MemberStore.nextWakeSQL, "SEARCH members USING COVERING INDEX members_wake (journey=? AND wake>?)"),
        (MemberStore.parkedSQL, "SEARCH members USING INDEX members_parked (journey=? AND key>?)"),
        (
            MemberStore.deadLettersSQL,
            "SEARCH e USING INDEX member_errors_parked (failed_at>? AND (failed_at,journey,key)<(?,?,?)) | "
                + "SEARCH j USING INTEGER PRIMARY KEY (rowid=?) | "
                + "SEARCH t USING PRIMARY KEY (journey=? AND n=?) LEFT-JOIN"
        ),
        (MemberStore.listSQL, "SEARCH members USING PRIMARY KEY (journey=? AND key>?)"),
        (
            MemberStore.deleteErrorsSQL,
            "SEARCH member_errors USING PRIMARY KEY (journey=? AND key=?) | LIST SUBQUERY 2 | "
                + "SCAN tessera_rows VIRTUAL TABLE INDEX 0: | CORRELATED SCALAR SUBQUERY 1 | "
                + "SEARCH e USING PRIMARY KEY (journey=? AND key=?)"
        ),
    ]) func plans(sql: String, plan: String) throws {
        let fixture = try MemberFixture()
        try fixture.store.read { database in
            let statement = try database.prepare("EXPLAIN QUERY PLAN " + sql)
            var steps: [String] = []
            while try statement.step() { steps.append(statement.string(3)) }
            #expect(steps.joined(separator: " | ") == plan)
        }
    }
}
