import Testing

@testable import Store

@Suite struct MemberRowsTests {
    @Test func rowsGrowSortAndAreFound() {
        let rows = MemberRows()
        for number in (0..<2000).reversed() {
            rows.add("key-\(10_000 + number)", tile: Int32(number))
            if number == 1500 { rows.setError(MemberError(code: "c", message: "m")) }
        }
        let sorted = rows.sortedByKey()
        #expect(sorted !== rows && sorted.sortedByKey() === sorted)
        #expect(Array(sorted.tile) == (0..<2000).map(Int32.init))
        #expect(sorted.error(1500)?.code == "c" && sorted.error(0) == nil)
        for number in [0, 1, 999, 1999] {
            withBytes("key-\(10_000 + number)", "key-1000") { present, absent in
                #expect(sorted.index(ofKey: present) == number && sorted.index(ofKey: absent) == nil)
            }
        }
        #expect(MemberRows().index(ofKey: sorted.key(0)) == nil)
        rows.removeAll()
        #expect(rows.isEmpty && rows.errors.isEmpty)
        rows.append(7, of: sorted)
        #expect(rows.count == 1 && Row(read: (rows, 0)) == Row(read: (sorted, 7)))
    }

    @Test func orderIsThatOfBytes() {
        withBytes("a", "ab") { a, ab in #expect(MemberRows.compare(a, ab) < 0 && MemberRows.compare(ab, a) > 0) }
        withBytes("Z", "a") { upper, lower in #expect(MemberRows.compare(upper, lower) < 0) }
        withBytes("z", "ä") { ascii, more in #expect(MemberRows.compare(ascii, more) < 0) }
        withBytes("", "") { a, b in #expect(MemberRows.compare(a, b) == 0) }
    }

    @Test func deltasAddUp() {
        var (sum, part) = (CounterDeltas(), CounterDeltas())
        #expect(sum.isEmpty)
        part.add(tile: 5, .entered, by: 3)
        part.add(tile: 5, branch: "yes", by: 2)
        part.count(tile: 1, status: .active, state: .parked, by: 1)
        sum.add(part)
        sum.add(part)
        #expect(
            sum.value(tile: 5, .entered) == 6 && sum.value(tile: 1, .active) == 2 && sum.value(tile: 1, .failed) == 2)
        #expect(sum.value(tile: 9, .active) == 0 && !sum.isEmpty)
        #expect(sum.branches.map(\.count) == [4])
        sum.add(tile: 5, branch: "yes", by: -4)
        sum.add(tile: 5, .entered, by: -6)
        sum.count(tile: 1, status: .active, state: .parked, by: -2)
        #expect(sum.isEmpty)
    }

    @Test func wordsOfTheAPI() {
        #expect(MemberStatus(name: "completed") == .completed && MemberStatus(name: "Completed") == nil)
        #expect(ExitReason.notInModel.name == "not_in_model" && ExitReason.none.name == nil)
        let counts = RunCounts(json: ["entered": 3, "delivered": 2])
        #expect(counts.entered == 3 && counts.delivered == 2 && RunCounts(json: counts.json) == counts)
    }
}
