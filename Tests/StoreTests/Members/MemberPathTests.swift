import SQLite
import TestSupport
import Testing

@testable import Store

/// The paths of members: their bytes, and what commits make of them.
@Suite struct MemberPathTests {
    private func encode(_ moves: [[EncodedStep]], enteredAt: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        for move in moves {
            for (index, step) in move.enumerated() {
                let room = UnsafeMutableRawPointer.allocate(byteCount: EncodedStep.maximumBytes, alignment: 1)
                defer { room.deallocate() }
                let origin = index == 0 ? enteredAt : move[index - 1].leftAt
                let count = step.write(to: room, since: origin, isFirst: index == 0)
                bytes += UnsafeRawBufferPointer(start: room, count: count)
            }
        }
        return bytes
    }

    @Test(arguments: 0..<40) func whatIsWrittenIsRead(seed: UInt64) throws {
        var numbers = SeededRandom(seed: seed)
        let edges: [Int64] = [0, 1, 63, 64, 8191, 8192, 259_200_000_000, .max / 2, .min / 2]
        for _ in 0..<50 {
            let enteredAt = Int64.random(in: 0...2_000_000_000_000_000, using: &numbers)
            var time = enteredAt
            let moves = (0..<Int.random(in: 0...5, using: &numbers)).map { _ in
                (0..<Int.random(in: 1...6, using: &numbers)).map { _ in
                    let pause = Int64.random(in: -100...10_000_000_000, using: &numbers)
                    time = Bool.random(using: &numbers) ? time &+ pause : edges.randomElement(using: &numbers) ?? 0
                    return EncodedStep(
                        kind: Int32.random(in: 1...(Bool.random(using: &numbers) ? 40 : .max), using: &numbers),
                        attempts: [1, 1, 0, 2, 8, .max].randomElement(using: &numbers) ?? 1, leftAt: time)
                }
            }
            let bytes = encode(moves, enteredAt: enteredAt)
            let steps = bytes.withUnsafeBytes { EncodedStep.decode($0, enteredAt: enteredAt) }
            #expect(steps == moves.flatMap { $0 }, "seed \(seed)")
            // A path that was cut gives the steps before the cut, and never more.
            for end in bytes.indices {
                let cut = bytes[..<end].withUnsafeBytes { EncodedStep.decode($0, enteredAt: enteredAt) }
                #expect(cut.count < max(steps.count, 1) && steps.starts(with: cut))
            }
        }
    }

    @Test func mostStepsAreTwoBytes() {
        let day: Int64 = 86_400_000_000
        let moves = [
            [EncodedStep(kind: 1, attempts: 1, leftAt: 0), EncodedStep(kind: 31, attempts: 1, leftAt: 0)],
            [EncodedStep(kind: 3, attempts: 1, leftAt: 3 * day), EncodedStep(kind: 4, attempts: 2, leftAt: 3 * day)],
        ]
        #expect(encode(moves, enteredAt: 0).count == 2 + 2 + 7 + 3)
    }

    private func write(
        _ fixture: MemberFixture, _ row: Row, _ steps: [EncodedStep] = [], keeps: Bool = true, isNew: Bool = false
    ) throws {
        let rows = MemberRows(isNew: isNew)
        rows.keepsPaths = keeps
        rows.reenters = row.entry > 1
        let bytes = encode([steps], enteredAt: row.enteredAt)
        row.key.withUnsafeBytes { key in
            bytes.withUnsafeBytes { bytes in
                rows.append(
                    key: key, entry: row.entry, status: row.status, tile: row.tile, state: row.state,
                    arrivedAt: row.arrivedAt, attempt: row.attempt, generation: row.generation,
                    enteredAt: row.enteredAt, leftAt: row.leftAt, reason: row.reason, steps: bytes)
            }
        }
        try fixture.store.commit(
            MemberCommit(
                journey: fixture.journey, rows: [rows],
                stepKinds: [
                    (1, StepKind(tile: 1, branch: "next", plugin: "p", generation: 4)),
                    (2, StepKind(tile: 2, branch: "übermorgen", plugin: "w", generation: 7)),
                ]), durability: .normal)
    }

    private let key = Array("a\u{0}b".utf8)

    @Test func stepsAreAppendedWithoutBeingRead() throws {
        let fixture = try MemberFixture()
        var row = Row(key: key, tile: 2, state: .waiting, generation: 7, enteredAt: 900)
        try write(fixture, row, [EncodedStep(kind: 1, attempts: 1, leftAt: 900)], isNew: true)
        row.tile = 3
        row.attempt = 2
        row.generation = 0
        // Time zero since the entry and kind 32: bytes that are zero must not end the path.
        try write(fixture, row, [EncodedStep(kind: 2, attempts: 3, leftAt: 1000)])
        try write(fixture, row)
        let history = try #require(try fixture.store.history(fixture.journey, key: key))
        #expect(
            history.present.path == [
                .init(
                    tile: 1, arrivedAt: 900, leftAt: 900, branch: "next", attempts: 1, plugin: "p", generation: 4),
                .init(
                    tile: 2, arrivedAt: 900, leftAt: 1000, branch: "übermorgen", attempts: 3, plugin: "w",
                    generation: 7),
                .init(tile: 3, arrivedAt: 1000, leftAt: nil, branch: nil, attempts: 2, plugin: nil, generation: 0),
            ])
        #expect(history.past.isEmpty && history.rows.keyBytes(0) == key)
        // Who is taken out left where it stood, with what it was on.
        #expect(try fixture.store.setExited(fixture.journey, key: key, reason: .removed))
        let after = try #require(try fixture.store.history(fixture.journey, key: key)).present
        #expect(after.reason == .removed && after.path?.count == 3)
        #expect(after.path?.last?.tile == 3 && after.path?.last?.leftAt == fixture.clock.now())
        #expect(try fixture.store.history(fixture.journey, key: [1]) == nil)
    }

    @Test func whoCompletesByABranchHasItsTileOnce() throws {
        let fixture = try MemberFixture()
        let step = EncodedStep(kind: 1, attempts: 1, leftAt: 950)
        try write(fixture, Row(key: key, status: .completed, tile: 1, leftAt: 950), [step], isNew: true)
        let path = try fixture.store.history(fixture.journey, key: key)?.present.path
        #expect(path?.map(\.tile) == [1] && path?.first?.branch == "next")
    }

    @Test func withoutPathsThereIsNoneUntilTheNextEntry() throws {
        let fixture = try MemberFixture()
        let step = EncodedStep(kind: 1, attempts: 1, leftAt: 950)
        var row = Row(key: key)
        try write(fixture, row, [step], keeps: false, isNew: true)
        #expect(try fixture.paths() == [nil])
        try write(fixture, row, [step])
        #expect(try fixture.store.history(fixture.journey, key: key)?.present.path == nil)
        row.entry = 2
        try write(fixture, row, [step])
        let history = try #require(try fixture.store.history(fixture.journey, key: key))
        #expect(history.present.path?.count == 2 && history.past.isEmpty)
        // Switched off, it ends with the next move.
        try write(fixture, row, keeps: false)
        #expect(try fixture.paths() == [nil])
    }

    @Test func pastEntriesMoveAsideAndTheOldestGo() throws {
        let fixture = try MemberFixture()
        let kept = MemberStore.pastEntriesKept
        try write(fixture, Row(key: Array("other".utf8)), isNew: true)
        for entry in 1...Int32(kept + 5) {
            var row = Row(key: key, entry: entry, status: .exited, tile: 2, leftAt: 5, reason: .exitCriteria)
            row.enteredAt = Int64(entry)
            try write(
                fixture, row, [EncodedStep(kind: 1, attempts: entry, leftAt: row.enteredAt)], isNew: entry == 1)
            // Another write of the same entry moves nothing aside.
            try write(fixture, row)
        }
        let history = try #require(try fixture.store.history(fixture.journey, key: key))
        #expect(history.past.map(\.entry) == (5..<Int32(kept + 5)).reversed())
        #expect(history.past.allSatisfy { $0.path?.first?.attempts == $0.entry && $0.path?.count == 2 })
        #expect(history.past.allSatisfy { $0.reason == .exitCriteria && $0.enteredAt == Int64($0.entry) })
        #expect(history.present.entry == Int32(kept + 5) && history.present.path?.count == 2)
        #expect(try fixture.store.history(fixture.journey, key: Array("other".utf8))?.past.isEmpty == true)
    }

    @Test func pathsGoWithTheJourney() throws {
        let fixture = try MemberFixture()
        let step = EncodedStep(kind: 1, attempts: 1, leftAt: 950)
        for entry in 1...3 as ClosedRange<Int32> {
            try write(fixture, Row(key: key, entry: entry), [step], isNew: entry == 1)
        }
        #expect(try fixture.store.stepKinds(fixture.journey).map(\.number) == [1, 2])
        while try fixture.store.deleteJourney(fixture.journey, limit: 1) {}
        try fixture.store.read { database in
            for table in ["members", "past_entries", "step_kinds"] {
                let statement = try database.prepare("SELECT count(*) FROM \(table)")
                #expect(try statement.step())
                #expect(statement.int(0) == 0, "\(table)")
            }
        }
    }

    @Test func noStatementScans() throws {
        let fixture = try MemberFixture()
        try fixture.store.write(.normal) { database in
            for sql in [MemberStore.keepPastSQL, MemberStore.forgetPastSQL] {
                let plan = try database.prepare("EXPLAIN QUERY PLAN \(sql)")
                var steps: [String] = []
                while try plan.step() { steps.append(plan.string(3)) }
                #expect(steps.contains { $0.hasPrefix("SEARCH") }, "\(steps)")
                #expect(!steps.contains { $0.hasPrefix("SCAN") && !$0.contains("tessera_rows") }, "\(steps)")
            }
        }
    }

    @Test func aFileOfTheReleaseBeforeIsTakenOver() throws {
        let fixture = try MemberFixture()
        fixture.store.close()
        let path = fixture.directory + "/old.db"
        let old = try Database(path: path)
        for migration in MemberSchema.migrations.prefix(2) { try old.execute(migration) }
        try old.execute(
            """
            PRAGMA user_version = 2; INSERT INTO journeys(id) VALUES('j'); INSERT INTO tiles VALUES(1, 1, 'in');
            INSERT INTO members(journey, key, status, entry, tile, state, entered_at, arrived_at, reason)
            VALUES(1, 'a', 0, 1, 1, 0, 5, 5, 0)
            """)
        let store = try MemberStore(path: path, clock: fixture.clock, log: .silent)
        defer { store.close() }
        let history = try #require(try store.history(1, key: Array("a".utf8)))
        #expect(history.present.path == nil && history.present.enteredAt == 5)
    }
}
