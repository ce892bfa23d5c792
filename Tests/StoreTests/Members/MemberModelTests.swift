import TestSupport
import Testing

@testable import Store

/// Random commits and administrative writes, against a dictionary.
@Suite struct MemberModelTests {
    private struct Model {
        var rows: [String: Row] = [:]
        var errors: [String: MemberError] = [:]
        var entered = [Int](repeating: 0, count: 4)
        var branches = [Int](repeating: 0, count: 4)

        var sorted: [Row] { rows.values.sorted { $0.key.lexicographicallyPrecedes($1.key) } }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6]) func randomCommitsMatchADictionary(seed: UInt64) throws {
        var numbers = SeededRandom(seed: seed)
        let fixture = try MemberFixture()
        var model = Model()
        for step in 0..<60 {
            switch Int.random(in: 0..<10, using: &numbers) {
            case 0:
                let cursor = try exitSome(fixture, &model, &numbers)
                #expect(cursor.map { $0 <= "m999" } ?? true)
            case 1: try changeOne(fixture, &model, &numbers)
            case 2: try fixture.reopen()
            default: try commit(fixture, &model, &numbers)
            }
            if step % 10 == 9 { try compare(fixture, model, &numbers) }
        }
    }

    private func commit(_ fixture: MemberFixture, _ model: inout Model, _ numbers: inout SeededRandom) throws {
        var commit = MemberCommit(journey: fixture.journey)
        let (new, moved) = (MemberRows(isNew: true), MemberRows())
        let keys = Set((0..<Int.random(in: 1...80, using: &numbers)).map { _ in Self.key(&numbers) }).sorted()
        let isUniform = Bool.random(using: &numbers)
        for key in keys {
            let old = model.rows[key]
            var row = isUniform ? Row(key: Array(key.utf8)) : Self.row(key, &numbers)
            row.tile = Int32.random(in: 1...3, using: &numbers)
            let rows = old == nil ? new : moved
            rows.add(row)
            // With another tile the error of the one before is over.
            let isTried =
                row.status == .active && (row.state == .retry || row.state == .arrived) && row.attempt > 0
                && row.tile == old?.tile
            if row.status == .active, row.state == .parked || row.state == .retry,
                row.state == .parked || Bool.random(using: &numbers)
            {
                let error = MemberError(code: "c\(row.attempt)", message: key, httpStatus: Int(row.attempt))
                rows.setError(error)
                model.errors[key] = error
            } else if !isTried {
                model.errors[key] = nil
            }
            if let old {
                commit.counters.count(tile: old.tile, status: old.status, state: old.state, by: -1)
                commit.counters.add(tile: old.tile, branch: "next")
                model.branches[Int(old.tile)] += 1
            }
            commit.counters.count(tile: row.tile, status: row.status, state: row.state, by: 1)
            commit.counters.add(tile: row.tile, .entered)
            model.entered[Int(row.tile)] += 1
            model.rows[key] = row
        }
        commit.rows = [new, moved]
        try fixture.store.commit(commit, durability: Bool.random(using: &numbers) ? .full : .normal)
    }

    private func exitSome(
        _ fixture: MemberFixture, _ model: inout Model, _ numbers: inout SeededRandom
    ) throws -> String? {
        let limit = Int.random(in: 1...40, using: &numbers)
        fixture.clock.advance(1)
        let step = try fixture.store.exitAll(fixture.journey, reason: .archived, limit: limit)
        var exited = 0
        for row in model.sorted.prefix(limit) where row.status == .active {
            leave(&model, row.keyText, .archived, at: fixture.clock.now())
            exited += 1
        }
        #expect(step.exited == exited)
        return step.next.map { String(decoding: $0, as: UTF8.self) }
    }

    private func changeOne(_ fixture: MemberFixture, _ model: inout Model, _ numbers: inout SeededRandom) throws {
        let key = Self.key(&numbers)
        let row = model.rows[key]
        if Bool.random(using: &numbers) {
            let left = try fixture.store.setExited(fixture.journey, key: Array(key.utf8), reason: .removed)
            #expect(left == (row?.status == .active))
            if left { leave(&model, key, .removed, at: fixture.clock.now()) }
        } else {
            let retried = try fixture.store.remedy(.retry, fixture.journey, keys: [Array(key.utf8)]) == 1
            #expect(retried == (row?.status == .active && row?.state == .parked))
            guard retried, var row else { return }
            row.state = .retry
            row.wake = fixture.clock.now()
            row.attempt = 0
            row.firstAttemptAt = MemberRows.noTime
            model.rows[key] = row
            model.errors[key] = nil
        }
    }

    private func leave(_ model: inout Model, _ key: String, _ reason: ExitReason, at time: Int64) {
        model.rows[key]?.status = .exited
        model.rows[key]?.state = .none
        model.rows[key]?.wake = MemberRows.noTime
        model.rows[key]?.leftAt = time
        model.rows[key]?.reason = reason
        model.errors[key] = nil
    }

    private func compare(_ fixture: MemberFixture, _ model: Model, _ numbers: inout SeededRandom) throws {
        let (store, journey) = (fixture.store, fixture.journey)
        let rows = model.sorted
        #expect(try fixture.all() == rows)

        #expect(try store.verifyCounters(journey).isEmpty)
        let stats = try store.stats(journey)
        #expect(stats.total.active == rows.count { $0.status == .active })
        #expect(try store.countActive(journey) == stats.total.active)
        #expect(stats.total.completed == rows.count { $0.status == .completed })
        #expect(stats.total.exited == rows.count { $0.status == .exited })
        #expect(stats.total.failed == rows.count { $0.status == .active && $0.state == .parked })
        for tile in stats.tiles {
            #expect(tile.active == rows.count { $0.tile == tile.tile && $0.status == .active })
            #expect(tile.entered == model.entered[Int(tile.tile)])
            #expect((tile.branches.first?.count ?? 0) == model.branches[Int(tile.tile)])
        }

        let time = Int64.random(in: 0...60, using: &numbers)
        let due = rows.filter { $0.wake != MemberRows.noTime && $0.wake <= time }
        var (met, cursor): ([Row], MemberStore.DueCursor?) = ([], nil)
        repeat {
            let page = try store.due(journey, upTo: time, after: cursor, limit: Int.random(in: 1...9, using: &numbers))
            met += page.rows.map { Row(read: $0) }
            cursor = page.next
        } while cursor != nil
        #expect(met.sorted { $0.key.lexicographicallyPrecedes($1.key) } == due)
        #expect(try store.nextWake(journey) == rows.map(\.wake).filter { $0 > 0 }.min())
        #expect(
            try store.nextRetry(journey)
                == rows.filter { $0.state == .retry }.map(\.wake).filter { $0 != MemberRows.noTime }.min())

        let listed = try store.members(journey, status: .active, limit: .max).rows
        #expect(listed.map { Row(read: $0) } == rows.filter { $0.status == .active })
        #expect(
            (0..<listed.count).allSatisfy { row in
                let isShown = listed.state(row) == .retry || listed.state(row) == .parked
                return listed.error(row) == (isShown ? model.errors[listed.keyString(row)] : nil)
            })
    }

    private static func key(_ numbers: inout SeededRandom) -> String {
        "m\(Int.random(in: 100...399, using: &numbers))"
    }

    private static func row(_ key: String, _ numbers: inout SeededRandom) -> Row {
        var row = Row(key: Array(key.utf8))
        row.entry = Int32.random(in: 1...300, using: &numbers)
        row.status = [.active, .active, .active, .completed, .exited].randomElement(using: &numbers) ?? .active
        row.attempt = Int32.random(in: 0...3, using: &numbers)
        row.generation = Int32.random(in: 0...2, using: &numbers)
        row.enteredAt = Int64.random(in: -5...5, using: &numbers)
        if row.status == .active {
            row.state = MemberState.allCases.randomElement(using: &numbers) ?? .none
            if row.state != .none, row.state != .parked { row.wake = Int64.random(in: 0...60, using: &numbers) }
            if row.state == .retry { row.firstAttemptAt = Int64.random(in: 0...9, using: &numbers) }
        } else {
            row.leftAt = Int64.random(in: 0...9, using: &numbers)
            row.reason = row.status == .exited ? .exitCriteria : .none
        }
        return row
    }
}
