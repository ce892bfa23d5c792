import Journeys
import Platform
import Testing
import TestSupport

/// The API page that the user gave: its examples, with host, token, ids and the `[...]` replaced, get what it shows.
@Suite struct SeedPageTests {
    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let model: String
    private let journey: String

    init() throws {
        gateway = try TestGateway()
        workspace = try gateway.makeWorkspace()
        model = try workspace.makeModel()
        let destination = try workspace.makeDestination()
        journey = try workspace.make(
            "/journeys",
            """
            {"name": "Onboarding Flow", "description": "Welcome series for new customers",
             "parent_model_id": "\(model)", "schedule": "0 */6 * * *",
             "tiles": [
               {"id": "tile-1", "type": "entry", "position": {"x": 0, "y": 0}},
               {"id": "tile-2", "type": "sync", "config": {"destination_id": "\(destination)",
                 "field_mapping": [{"source_column": "name", "destination_field": "Name"}]},
                "position": {"x": 0, "y": 200}},
               {"id": "tile-3", "type": "wait", "config": {"duration": 3, "unit": "days"}, "position": {"x": 0, "y": 400}}
             ],
             "edges": [{"from": "tile-1", "to": "tile-2"}, {"from": "tile-2", "to": "tile-3"}]}
            """)
    }

    @Test func theObjectHasTheFieldsOfThePageAndNoOther() throws {
        let json = try workspace.json("GET", "/journeys/\(journey)")
        let fields: Set<String> = [
            "id", "workspace_id", "parent_model_id", "name", "description", "entry_criteria", "exit_criteria", "tiles",
            "edges", "schedule", "status", "status_error", "created_by", "created_at", "updated_at", "last_run_id",
            "last_run_at",
        ]
        #expect(json.objectValue.map { Set($0.keys) } == fields)
        #expect(json["created_at"] == "2024-01-15T09:29:59Z" && json["status"] == "draft" && json["status_error"] == "")
        // The first tile was given without a config and is shown without one.
        #expect(json["tiles"]?[0] == ["id": "tile-1", "type": "entry", "position": ["x": 0, "y": 0]])
        #expect(json["edges"] == [["from": "tile-1", "to": "tile-2"], ["from": "tile-2", "to": "tile-3"]])
    }

    @Test func itsExampleIsValidThoughItEndsOnAWait() throws {
        #expect(try workspace.json("POST", "/journeys/\(journey)/validate") == ["valid": true, "errors": []])
    }

    @Test func itsErrorsReadAsOnThePage() throws {
        let broken = try workspace.make(
            "/journeys",
            """
            {"name": "B", "parent_model_id": "\(model)",
             "tiles": [{"id": "tile-5", "type": "wait", "config": {"duration": 1, "unit": "days"}}]}
            """)
        let answer = try workspace.json("POST", "/journeys/\(broken)/validate")
        #expect(
            answer == [
                "valid": false,
                "errors": [
                    "Orchestration must have exactly one entry tile",
                    "Tile 'tile-5' has no incoming edges and is not an entry tile",
                ],
            ])
        let refused = try workspace.call("POST", "/journeys/\(broken)/activate")
        #expect(refused.status == 422)
        let json = try JSON.parse(refused.body)
        #expect(json["errors"] == answer["errors"] && json["code"] == "invalid_journey")
        #expect(json["problems"]?.arrayValue?.count == 2)
    }

    @Test func aRunIsSeenFromItsStartToItsEnd() throws {
        #expect(
            try workspace.json("GET", "/journeys/\(journey)/stats")["total"]
                == ["active": 0, "completed": 0, "exited": 0])
        let plain = try workspace.makeJourney(model: model)
        try workspace.json("POST", "/journeys/\(plain)/activate")
        let run = try workspace.json("POST", "/journeys/\(plain)/trigger")
        let id = try #require(run["id"]?.stringValue)
        #expect(run["status"] == "queued" && run["trigger"] == "manual")
        let ended = try workspace.waitForRun(plain, id)
        #expect(ended["status"] == "completed" && ended["counts"]?["entered"] == 3, "\(ended.text)")
        let object = try workspace.json("GET", "/journeys/\(plain)")
        #expect(object["last_run_id"] == .string(id) && object["last_run_at"] == ended["created_at"])
        let stats = try workspace.json("GET", "/journeys/\(plain)/stats")
        #expect(stats["total"] == ["active": 3, "completed": 0, "exited": 0])
        #expect(stats["tiles"]?["tile-1"]?["branches"] == ["next": 3])
        #expect(stats["tiles"]?["tile-2"]?["active"] == 3)
        // Over: it can't be cancelled any more.
        #expect(try workspace.call("POST", "/journeys/\(plain)/runs/\(id)/cancel").status == 409)
        let members = try workspace.json("GET", "/journeys/\(plain)/members?status=active&tile=tile-2&limit=2")
        #expect(members["data"]?.arrayValue?.compactMap { $0["key"]?.stringValue } == ["00001", "00002"])
        let cursor = try #require(members["next_cursor"]?.stringValue)
        let rest = try workspace.json("GET", "/journeys/\(plain)/members?cursor=\(cursor)")
        #expect(rest["data"]?.arrayValue?.compactMap { $0["key"]?.stringValue } == ["00003"])
        #expect(try workspace.json("DELETE", "/journeys/\(plain)/members/00001")["status"] == "exited")
        let gone = try workspace.json("GET", "/journeys/\(plain)/members/00001")
        #expect(gone["status"] == "exited" && gone["reason"] == "removed")
        #expect(try workspace.call("DELETE", "/journeys/\(plain)/members/00001").status == 409)
    }
}

extension TestWorkspace {
    /// Asks for a run until it is over. Real time passes.
    func waitForRun(_ journey: String, _ run: String) throws -> JSON {
        try eventually {
            let json = try json("GET", "/journeys/\(journey)/runs/\(run)")
            let status = json["status"]?.stringValue.flatMap(RunStatus.init(rawValue:))
            return status?.isFinal == true ? json : JSON?.none
        }
    }
}
