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

    init() throws {
        directory = "/tmp/tessera-members-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try Files.makeDirectory(directory)
        store = try MemberStore(path: directory + "/members.db", clock: clock, log: .silent)
        journey = try store.journeyNumber("journey")
        _ = try store.tileNumbers(journey, tileIDs: ["entry", "wait", "sync"])
    }

    func reopen() throws {
        store.close()
        store = try MemberStore(path: path, clock: clock, log: .silent)
    }

    deinit {
        store.close()
        for name in (try? Files.list(directory)) ?? [] { unlink("\(directory)/\(name)") }
        rmdir(directory)
    }
}

extension MemberRows {
    /// A row with what a test cares about.
    func add(
        _ key: String, status: MemberStatus = .active, tile: Int32 = 1, state: MemberState = .none,
        wake: Int64 = MemberRows.noTime, entry: Int32 = 1, leftAt: Int64 = MemberRows.noTime,
        reason: ExitReason = .none
    ) {
        var key = key
        key.withUTF8 {
            append(
                key: UnsafeRawBufferPointer($0), entry: entry, status: status, tile: tile, state: state,
                arrivedAt: 1000, wake: wake, enteredAt: 900, leftAt: leftAt, reason: reason)
        }
    }

    var keyStrings: [String] { (0..<count).map(keyString) }
}

/// Calls `body` with the bytes of two texts.
func withBytes<Result>(
    _ first: String, _ last: String, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Result
) rethrows -> Result {
    try Array(first.utf8).withUnsafeBytes { first in try Array(last.utf8).withUnsafeBytes { try body(first, $0) } }
}
