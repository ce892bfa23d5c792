import Journeys
import Store
import Testing

@testable import Engine

/// Journeys whose runs stand still are listed under the status that they are shown in.
@Suite struct StalledListTests {
    private static let tiles: JSON = ["tiles": [["id": "in", "type": "entry"]], "edges": []]

    @Test func theFilterIsByTheStatusThatIsShown() throws {
        let bench = try Bench()
        try bench.load("id,n\na,1\n")
        let active = try bench.journey(Self.tiles)
        let stalled = try bench.journey(Self.tiles)
        let paused = try bench.journey(Self.tiles)
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: paused)
        // As when control.db does not take the status either.
        bench.engine.stalled.update { $0 = [stalled: "the disk is full", paused: "the disk is full"] }

        func list(_ statuses: Set<String>, page: Page? = nil) throws -> Listing<JourneyRecord> {
            var query = ListQuery(page: page)
            query.statuses = statuses
            return try bench.engine.shownJourneys(workspaceID: bench.workspaceID, query)
        }
        for (statuses, expected) in [
            (["active"], [active]), (["error"], [stalled]), (["paused"], [paused]), (["draft"], []),
            (["active", "error"], [active, stalled]), ([], [active, stalled, paused]),
        ] as [(Set<String>, [String])] {
            let found = try list(statuses)
            #expect(found.items.map(\.id) == expected, "\(statuses)")
            #expect(found.items.allSatisfy { statuses.isEmpty || statuses.contains($0.status.rawValue) })
            #expect(try list(statuses, page: Page(size: 1)).total == expected.count, "\(statuses)")
        }
        #expect(try list(["error"]).items.first?.statusError == "the disk is full")

        bench.engine.stalled.update { $0 = [:] }
        #expect(try list(["active"]).items.map(\.id) == [active, stalled])
        #expect(try list(["error"]).items.isEmpty)
    }
}
