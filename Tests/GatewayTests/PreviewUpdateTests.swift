import Journeys
import TestSupport
import Testing

/// `preview-update` over the API, with members inside.
@Suite struct PreviewUpdateTests {
    private static let tiles = """
        {"id": "in", "type": "entry"}, {"id": "a", "type": "wait", "config": {"duration": 3, "unit": "days"}},
        {"id": "b", "type": "wait", "config": {"duration": 1, "unit": "days"}}
        """
    private static let edges = #"[{"from": "in", "to": "a"}, {"from": "a", "to": "b"}]"#

    /// A body, and what it would do with the three members at `a`: effect, target, and the totals as stay, skip forward, leave.
    private static let cases: [(body: String, effect: String, to: JSON, totals: [JSON])] = [
        ("{}", "stay", .null, [3, 0, 0]),
        (#"{"name": "Another", "schedule": "@daily"}"#, "stay", .null, [3, 0, 0]),
        (
            """
            {"tiles": [{"id": "in", "type": "entry"}, {"id": "a", "type": "wait", "config": {"duration": 4, "unit": "days"}}],
             "edges": [{"from": "in", "to": "a"}]}
            """, "config_changed", .null, [3, 0, 0]
        ),
        (
            """
            {"tiles": [{"id": "in", "type": "entry"}, {"id": "b", "type": "wait", "config": {"duration": 1, "unit": "days"}}],
             "edges": [{"from": "in", "to": "b"}]}
            """, "skip_forward", "b", [0, 3, 0]
        ),
        (#"{"tiles": [{"id": "in", "type": "entry"}], "edges": []}"#, "leave", .null, [0, 0, 3]),
    ]

    @Test func itSaysWhatThePutDoes() throws {
        let gateway = try TestGateway()
        let workspace = try gateway.makeWorkspace()
        let model = try workspace.makeModel()
        for (body, effect, target, totals) in Self.cases {
            let id = try workspace.make(
                "/journeys",
                """
                {"name": "J", "parent_model_id": "\(model)", "tiles": [\(Self.tiles)], "edges": \(Self.edges)}
                """)
            let journey = "/journeys/\(id)"
            try workspace.json("POST", "\(journey)/activate")
            func run() throws {
                let run = try workspace.json("POST", "\(journey)/trigger")
                #expect(try workspace.waitForRun(id, run["id"]?.stringValue ?? "")["status"] == "completed")
            }
            try run()
            let before = try workspace.json("GET", journey)
            let preview = try workspace.json("POST", "\(journey)/preview-update", body)
            #expect(preview["valid"] == true && preview["errors"] == [], "\(preview.text)")
            #expect(
                preview["tiles"]?["a"] == ["members": 3, "effect": .string(effect), "to": target], "\(preview.text)")
            #expect(["stay", "skip_forward", "leave"].map { preview["totals"]?[$0] } == totals, "\(preview.text)")
            #expect(try workspace.json("GET", journey) == before)
            try workspace.json("PUT", journey, body)
            try run()
            let stats = try workspace.json("GET", "\(journey)/stats")
            #expect(stats["tiles"]?["a"]?["active"] == (target == .null && effect != "leave" ? 3 : 0), "\(stats.text)")
            #expect(stats["tiles"]?["b"]?["active"] ?? 0 == (effect == "skip_forward" ? 3 : 0), "\(stats.text)")
            #expect(stats["total"]?["exited"] == totals[2], "\(stats.text)")
        }
    }
}
