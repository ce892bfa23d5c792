import Platform
import Testing
import TestSupport

@testable import Store

/// Copies of a journey's members in stores for a time.
@Suite struct ScratchTests {
    private func filled() throws -> MemberFixture {
        let fixture = try MemberFixture()
        let rows = MemberRows()
        for key in 0..<100 {
            rows.add("k\(1000 + key)", tile: Int32(1 + key % 3), state: key % 3 == 2 ? .parked : .waiting, wake: 77)
            if key % 3 == 2 {
                rows.setError(MemberError(code: "BAD_REQUEST", message: "refused", destinationID: "d", failedAt: 9))
            }
        }
        try fixture.enter(rows)
        return fixture
    }

    @Test(arguments: [1, 7, 1000]) func allMembersAreCopiedWithNumbersErrorsAndCounters(_ pageRows: Int) throws {
        let fixture = try filled()
        let folder = try TemporaryDirectory()
        let stores = MemberStores(dataDirectory: folder.path, clock: fixture.clock, log: .silent)
        try stores.withScratch(clock: fixture.clock) { copy in
            // The copy has numbers of its own for journeys.
            _ = try copy.journeyNumber("first")
            let journey = try copy.copyJourney("journey", from: fixture.store, pageRows: pageRows) { true }
            #expect(try copy.tiles(journey).map(\.id) == fixture.store.tiles(fixture.journey).map(\.id))
            let (there, here) = (
                try fixture.store.members(fixture.journey, limit: 200).rows, try copy.members(journey, limit: 200).rows
            )
            #expect(here.count == 100)
            for row in 0..<here.count {
                #expect(Row(read: (here, row)) == Row(read: (there, row)) && here.error(row) == there.error(row))
            }
            #expect(try copy.verifyCounters(journey).isEmpty)
            #expect(try copy.stats(journey).total == fixture.store.stats(fixture.journey).total)
        }
        #expect(try Files.list(folder.path + "/tmp").isEmpty)
    }

    @Test func oneMemberOrNobodyIsCopied() throws {
        let fixture = try filled()
        let folder = try TemporaryDirectory()
        let stores = MemberStores(dataDirectory: folder.path, clock: fixture.clock, log: .silent)
        try stores.withScratch(clock: fixture.clock) { copy in
            let journey = try copy.copyJourney("journey", from: fixture.store, key: Array("k1050".utf8)) { true }
            let rows = try copy.members(journey, limit: 10).rows
            #expect(rows.count == 1 && rows.keyString(0) == "k1050")
            #expect(try copy.verifyCounters(journey).isEmpty)
            // A journey that nobody has entered has no number there, and gets none.
            #expect(try copy.countActive(copy.copyJourney("unknown", from: fixture.store) { true }) == 0)
            #expect(try fixture.store.knownJourneyNumber("unknown") == nil)
        }
    }

    @Test func itEndsBetweenPagesWhenItIsTold() throws {
        let fixture = try filled()
        let folder = try TemporaryDirectory()
        let stores = MemberStores(dataDirectory: folder.path, clock: fixture.clock, log: .silent)
        try stores.withScratch(clock: fixture.clock) { copy in
            let journey = try copy.copyJourney("journey", from: fixture.store, pageRows: 10) { false }
            #expect(try copy.members(journey, limit: 200).rows.count == 10)
        }
    }
}
