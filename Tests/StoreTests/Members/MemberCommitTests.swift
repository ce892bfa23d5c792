import Glibc
import SQLite
import Store
import Testing

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
}
