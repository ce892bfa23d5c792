import Journeys
import Testing
import TestSupport

/// A member's way over the API.
@Suite struct MemberPathTests {
    @Test func aMemberComesWithItsWay() throws {
        let gateway = try TestGateway()
        let workspace = try gateway.makeWorkspace()
        let model = try workspace.makeModel()
        func journey(_ path: Bool) throws -> String {
            let journey = try workspace.make(
                "/journeys",
                """
                {"name": "J \(path)", "parent_model_id": "\(model)",
                 "tiles": [{"id": "a", "type": "entry", "config": {"path": \(path), "reentry": {}}},
                    {"id": "few", "type": "filter", "config": {"type": "condition", "condition_type": "property",
                        "column": "orders", "operator": "less_than", "value": 2}},
                    {"id": "rest", "type": "wait", "config": {"duration": 3, "unit": "days"}}],
                 "edges": [{"from": "a", "to": "few"}, {"from": "few", "to": "rest", "branch": "yes"}]}
                """)
            try workspace.json("POST", "/journeys/\(journey)/activate")
            for _ in 1...2 {
                let run = try workspace.json("POST", "/journeys/\(journey)/trigger")
                let ended = try workspace.waitForRun(journey, run["id"]?.stringValue ?? "")
                #expect(ended["status"] == "completed", "\(ended.text)")
                // Who left in this run may enter in one that begins later.
                gateway.clock.advance(1_000_000)
            }
            return "/journeys/\(journey)/members"
        }
        let members = try journey(true)
        let waiting = try workspace.json("GET", "\(members)/00003")
        let path = waiting["path"]?.arrayValue ?? []
        #expect(path.compactMap { $0["tile"]?.stringValue } == ["a", "few", "rest"], "\(waiting.text)")
        #expect(path.map { $0["branch"] } == ["next", "yes", .null])
        #expect(path.map { $0["attempts"] } == [1, 1, 0])
        #expect(path.map { $0["generation"] } == [1, 1, 1])
        #expect(path.allSatisfy { $0["plugin"]?.stringValue?.isEmpty == false })
        #expect(path[0]["arrived_at"] == waiting["entered_at"] && path[2]["arrived_at"] == waiting["arrived_at"])
        #expect(path[1]["left_at"] == path[2]["arrived_at"] && path[2]["left_at"] == .null)
        #expect(waiting["past_entries"] == [])

        // Who ended enters again with the second run.
        let again = try workspace.json("GET", "\(members)/00001")
        #expect(again["path"]?.arrayValue?.map { $0["branch"] } == ["next", "no"], "\(again.text)")
        let past = try #require(again["past_entries"]?.arrayValue?.first)
        #expect(past["entry"] == 1 && past["status"] == "completed" && past["reason"] == .null, "\(past.text)")
        #expect(past["path"]?.arrayValue?.map { $0["tile"] } == ["a", "few"])
        #expect(past["entered_at"]?.stringValue?.isEmpty == false && past["left_at"]?.stringValue?.isEmpty == false)

        // Taken out, it left where it stood.
        try workspace.json("DELETE", "\(members)/00003")
        let removed = try workspace.json("GET", "\(members)/00003")
        #expect(removed["path"]?.arrayValue?.last?["left_at"] == removed["left_at"], "\(removed.text)")
        #expect(removed["reason"] == "removed" && removed["left_at"] != .null)
        // Lists stay short.
        #expect(try workspace.json("GET", members)["data"]?.arrayValue?.allSatisfy { $0["path"] == nil } == true)

        let silent = try workspace.json("GET", "\(try journey(false))/00001")
        #expect(silent["path"] == .null && silent["past_entries"] == [] && silent["entry"] == 2, "\(silent.text)")
    }
}
