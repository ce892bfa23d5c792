import Glibc
import Platform
import SQLite

@testable import Store

/// A member store in a directory of its own, removed with the fixture.
final class MemberFixture {
    let directory: String
    let clock = ManualClock()
    private(set) var store: MemberStore
    let journey: Int32

    var path: String { directory + "/members.db" }

    init(limits: MemberCheckpoints.Limits = .init()) throws {
        directory = "/tmp/tessera-members-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try Files.makeDirectory(directory)
        store = try MemberStore(
            path: directory + "/members.db", clock: clock, log: .silent, checkpointer: MemberCheckpointer(),
            limits: limits)
        journey = try store.journeyNumber("journey")
        _ = try store.tileNumbers(journey, tileIDs: ["entry", "wait", "sync"])
    }

    func reopen() throws {
        store.close()
        store = try MemberStore(path: path, clock: clock, log: .silent)
    }

    /// Every row of a journey, in key order.
    func all(_ journey: Int32? = nil) throws -> [Row] {
        try Array(repeating: UInt8(255), count: 64).withUnsafeBytes { last in
            try store.existing(
                journey ?? self.journey, from: UnsafeRawBufferPointer(start: nil, count: 0), through: last
            ).map { Row(read: $0) }
        }
    }

    /// The bytes of every path, in key order; nil for none.
    func paths() throws -> [[UInt8]?] {
        try store.read { database in
            let statement = try database.prepare("SELECT path FROM members WHERE journey = ? ORDER BY key")
            statement.bind(1, Int(journey))
            var paths: [[UInt8]?] = []
            while try statement.step() { paths.append(statement.isNull(0) ? nil : statement.blob(0)) }
            return paths
        }
    }

    /// Writes rows with the counters that they change; a test's own bookkeeping of who was where is not needed.
    func enter(_ rows: MemberRows, journey: Int32? = nil) throws {
        rows.isNew = true
        var commit = MemberCommit(journey: journey ?? self.journey, rows: [rows])
        for row in 0..<rows.count {
            commit.counters.count(tile: rows.tile[row], status: rows.status(row), state: rows.state(row), by: 1)
        }
        try store.commit(commit, durability: .normal)
    }

    deinit {
        store.close()
        for name in (try? Files.list(directory)) ?? [] { unlink("\(directory)/\(name)") }
        rmdir(directory)
    }
}

/// A member as a value, to compare.
struct Row: Equatable {
    var key: [UInt8]
    var entry: Int32 = 1
    var status = MemberStatus.active
    var tile: Int32 = 1
    var state = MemberState.none
    var arrivedAt: Int64 = 1000
    var wake = MemberRows.noTime
    var attempt: Int32 = 0
    var firstAttemptAt = MemberRows.noTime
    var generation: Int32 = 0
    var enteredAt: Int64 = 900
    var leftAt = MemberRows.noTime
    var reason = ExitReason.none

    var keyText: String { String(decoding: key, as: UTF8.self) }
}

extension Row {
    init(read cell: (rows: MemberRows, row: Int)) {
        let (rows, row) = cell
        self.init(
            key: rows.keyBytes(row), entry: rows.entry[row], status: rows.status(row), tile: rows.tile[row],
            state: rows.state(row), arrivedAt: rows.arrivedAt[row], wake: rows.wake[row], attempt: rows.attempt[row],
            firstAttemptAt: rows.firstAttemptAt[row], generation: rows.generation[row], enteredAt: rows.enteredAt[row],
            leftAt: rows.leftAt[row], reason: rows.reason(row))
    }
}

extension MemberRows {
    func map<Result>(_ body: ((rows: MemberRows, row: Int)) -> Result) -> [Result] {
        (0..<count).map { body((self, $0)) }
    }

    func add(_ row: Row) {
        row.key.withUnsafeBytes {
            append(
                key: $0, entry: row.entry, status: row.status, tile: row.tile, state: row.state,
                arrivedAt: row.arrivedAt, wake: row.wake, attempt: row.attempt, firstAttemptAt: row.firstAttemptAt,
                generation: row.generation, enteredAt: row.enteredAt, leftAt: row.leftAt, reason: row.reason)
        }
    }

    /// A row with what a test cares about.
    func add(
        _ key: String, status: MemberStatus = .active, tile: Int32 = 1, state: MemberState = .none,
        wake: Int64 = MemberRows.noTime
    ) {
        add(Row(key: Array(key.utf8), status: status, tile: tile, state: state, wake: wake))
    }

    var keyStrings: [String] { (0..<count).map(keyString) }
}

/// Calls `body` with the bytes of two texts.
func withBytes<Result>(
    _ first: String, _ last: String, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Result
) rethrows -> Result {
    try Array(first.utf8).withUnsafeBytes { first in try Array(last.utf8).withUnsafeBytes { try body(first, $0) } }
}
