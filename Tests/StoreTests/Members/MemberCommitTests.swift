import Glibc
import SQLite
import Testing

@testable import Store

@Suite struct MemberCommitTests {
    @Test func rowsComeBackAsWritten() throws {
        let fixture = try MemberFixture()
        let rows = MemberRows(isNew: true)
        let key = Array("käse".utf8)
        key.withUnsafeBytes {
            rows.append(
                key: $0, entry: 3, status: .exited, tile: 2, state: .waiting, arrivedAt: 1, wake: 2, attempt: 4,
                firstAttemptAt: 5, generation: 6, enteredAt: -7, leftAt: 8, reason: .tileRemoved)
        }
        rows.add("z")
        try fixture.store.commit(MemberCommit(journey: fixture.journey, rows: [rows]), durability: .full)
        try fixture.reopen()

        let member = try #require(try fixture.store.member(fixture.journey, key: key))
        #expect(member.keyBytes(0) == key && member.entry[0] == 3 && member.status(0) == .exited)
        #expect(member.tile[0] == 2 && member.state(0) == .waiting && member.arrivedAt[0] == 1 && member.wake[0] == 2)
        #expect(member.attempt[0] == 4 && member.firstAttemptAt[0] == 5 && member.generation[0] == 6)
        #expect(member.enteredAt[0] == -7 && member.leftAt[0] == 8 && member.reason(0) == .tileRemoved)
        let other = try #require(try fixture.store.member(fixture.journey, key: Array("z".utf8)))
        #expect(other.wake[0] == MemberRows.noTime && other.leftAt[0] == MemberRows.noTime && other.reason(0) == .none)
        #expect(try fixture.store.member(fixture.journey, key: Array("absent".utf8)) == nil)
        #expect(try fixture.store.member(fixture.journey + 1, key: key) == nil)
    }

    /// Columns alike in all rows are bound as parameters, others read from the virtual table: each way, and both statements.
    @Test(arguments: [true, false], Array(0..<8)) func everyStatementWritesEveryColumn(isNew: Bool, alike: Int) throws {
        let fixture = try MemberFixture()
        let rows = MemberRows(isNew: isNew)
        func steps(_ row: Int) -> [UInt8] { alike & 4 == 0 ? .init(repeating: 9, count: row) : [0, 200, 1] }
        for row in 0..<3 {
            let (a, b) = (Int32(alike & 1 == 0 ? row : 7), alike & 2 == 0 ? row : 1)
            withBytes("k\(row)", "") { key, _ in
                steps(row).withUnsafeBytes {
                    rows.append(
                        key: key, entry: 1 + a, status: b == 1 ? .completed : .active, tile: Int32(row),
                        state: .waiting,
                        arrivedAt: Int64(a) + 10, wake: Int64(row) - 50, attempt: 20 + a,
                        firstAttemptAt: a == 1 ? MemberRows.noTime : Int64(a), generation: 30 + a,
                        enteredAt: Int64(a) + 40,
                        leftAt: b == 1 ? 50 : MemberRows.noTime, reason: b == 1 ? .exitTile : .none,
                        steps: $0)
                }
            }
        }
        #expect(
            rows.withTable { MemberInsert.fitting(rows, $0.pointee).parameters.count } == [0, 6, 3, 9][alike & 3]
                + alike >> 2)
        try fixture.store.commit(MemberCommit(journey: fixture.journey, rows: [rows]), durability: .normal)
        let read = try fixture.all()
        #expect(read == rows.map { Row(read: $0) })
        #expect(try fixture.paths() == (0..<3).map { steps($0) })
    }

    @Test func keysOfAllSorts() throws {
        let fixture = try MemberFixture()
        let rows = MemberRows()
        // Empty, with a zero byte, long (the buffers must grow), not UTF-8, and two that Swift's == takes for one.
        let keys: [[UInt8]] = [
            [], [0], [0, 1], Array(repeating: 65, count: 5000), Array("e\u{301}".utf8), Array("\u{e9}".utf8),
            [0xC3, 0x28], [0xFF],
        ]
        for key in keys {
            key.withUnsafeBytes {
                rows.append(key: $0, entry: 1, status: .active, tile: 1, state: .none, arrivedAt: 0, enteredAt: 0)
            }
        }
        try fixture.store.commit(MemberCommit(journey: fixture.journey, rows: [rows]), durability: .normal)
        for key in keys {
            #expect(try fixture.store.member(fixture.journey, key: key)?.keyBytes(0) == key)
        }
        let sorted = rows.sortedByKey()
        #expect(try fixture.all().map { $0.key } == (0..<keys.count).map(sorted.keyBytes))
        #expect(
            try fixture.store.activeMatching(fixture.journey, keys: sorted.keys, count: sorted.count).count
                == keys.count)
        #expect(try fixture.store.setExited(fixture.journey, key: [0xC3, 0x28], reason: .removed))
        while try fixture.store.deleteJourney(fixture.journey, limit: 1) {}
        #expect(try fixture.all().isEmpty)
    }

    @Test func aNewRowThatExistsUndoesTheWholeCommit() throws {
        let fixture = try MemberFixture()
        let first = MemberRows(isNew: true)
        first.add("b")
        try fixture.store.commit(MemberCommit(journey: fixture.journey, rows: [first]), durability: .normal)
        let again = MemberRows(isNew: true)
        for key in ["a", "b", "c"] { again.add(key, tile: 2) }
        var commit = MemberCommit(
            journey: fixture.journey, rows: [again], progress: RunProgress(runID: "r", journey: fixture.journey))
        commit.counters.add(tile: 2, .active, by: 3)
        #expect(throws: StoreError.self) { try fixture.store.commit(commit, durability: .full) }
        #expect(try fixture.all().map(\.keyText) == ["b"] && fixture.all().map(\.tile) == [1])
        #expect(try fixture.store.runProgress("r") == nil && fixture.store.countActive(fixture.journey) == 0)

        again.isNew = false
        try fixture.store.commit(commit, durability: .full)
        #expect(try fixture.all().map(\.keyText) == ["a", "b", "c"] && fixture.all().map(\.tile) == [2, 2, 2])
        #expect(try fixture.store.countActive(fixture.journey) == 3)
    }

    @Test func laterRowsOfACommitWin() throws {
        let fixture = try MemberFixture()
        let (arrival, outcome) = (MemberRows(isNew: true), MemberRows())
        arrival.add("a", tile: 1)
        outcome.add("a", tile: 2)
        outcome.add("a", tile: 3)
        try fixture.store.commit(MemberCommit(journey: fixture.journey, rows: [arrival, outcome]), durability: .normal)
        #expect(try fixture.all().map(\.tile) == [3])
    }

    @Test func errorsComeAndGoWithTheirRows() throws {
        let fixture = try MemberFixture()
        let key = Array("a".utf8)
        let error = MemberError(
            code: "http_status", message: "503", httpStatus: 503,
            exchange: MemberExchange(request: "POST", response: nil), destinationID: "d", failedAt: 7)
        func commit(_ rows: MemberRows) throws {
            try fixture.store.commit(MemberCommit(journey: fixture.journey, rows: [rows]), durability: .normal)
        }
        let rows = MemberRows(isNew: true)
        rows.add("a", state: .retry, wake: 5)
        rows.setError(error)
        rows.add("b", state: .parked)
        rows.setError(MemberError(code: "refused", message: ""))
        try commit(rows)
        #expect(try fixture.store.member(fixture.journey, key: key)?.error(0) == error)

        // On its way to another attempt, and held back there: the last attempt's error stays.
        for state: MemberState in [.arrived, .retry] {
            let held = MemberRows()
            held.add(Row(key: key, state: state, wake: 6, attempt: 1))
            try commit(held)
        }
        #expect(try fixture.store.member(fixture.journey, key: key)?.error(0) == error)

        let again = MemberRows()
        again.add("a", state: .parked)
        again.setError(MemberError(code: "exhausted", message: "8 attempts"))
        try commit(again)
        let listed = try fixture.store.members(fixture.journey, failed: true, limit: 10).rows
        #expect(listed.keyStrings == ["a", "b"])
        #expect(listed.error(0)?.code == "exhausted" && listed.error(1)?.code == "refused")

        // Moved without an error: it is gone, that of the other row is not.
        let moved = MemberRows()
        moved.add("a", state: .parked)
        try commit(moved)
        #expect(try fixture.store.member(fixture.journey, key: key)?.error(0) == nil)
        #expect(try fixture.store.member(fixture.journey, key: Array("b".utf8))?.error(0)?.code == "refused")
    }

    @Test func progressIsReplacedAndForgotten() throws {
        let fixture = try MemberFixture()
        var progress = RunProgress(runID: "run", journey: fixture.journey, phase: 2, cursor: [0, 255])
        progress.counts.entered = 5
        progress.counts.skipped = 7
        progress.tiles[3] = RunTileCounts()
        progress.tiles[3]?.in = 4
        progress.tiles[3]?.generations = [1, 2]
        try fixture.store.commit(MemberCommit(journey: fixture.journey, progress: progress), durability: .full)
        try fixture.reopen()
        #expect(try fixture.store.runProgress("run") == progress)
        progress.cursor = nil
        progress.phase = 3
        try fixture.store.commit(MemberCommit(journey: fixture.journey, progress: progress), durability: .normal)
        #expect(try fixture.store.runProgress("run") == progress)
        try fixture.store.deleteRunProgress("run")
        #expect(try fixture.store.runProgress("run") == nil)
    }

    @Test func durabilityIsSetBeforeTheTransaction() throws {
        let fixture = try MemberFixture()
        for durability in [MemberCommit.Durability.full, .normal, .normal, .full] {
            let level = try fixture.store.write(durability) { database in
                let statement = try database.prepare("PRAGMA synchronous")
                _ = try statement.step()
                return statement.int(0)
            }
            #expect(level == (durability == .full ? 2 : 1))
        }
    }
}
