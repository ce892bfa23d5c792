import Journeys
import Testing

@testable import Store

struct JourneyJSONTests {
    @Test func showsTheContractsObject() throws {
        let fixture = try ControlFixture()
        let record = try fixture.addJourney(1)
        let (bytes, etag) = try #require(
            try fixture.store.read { try $0.journeyJSON(workspaceID: fixture.workspaceID, journeyID: record.id) })
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(
            text == """
                {"id":"00000000-0000-4000-8000-000000000001","workspace_id":"660e8400-e29b-41d4-a716-446655440000",\
                "parent_model_id":"770e8400-e29b-41d4-a716-446655440000","name":"Onboarding Flow",\
                "description":"Welcome series for new customers","entry_criteria":null,"exit_criteria":null,\
                "tiles":[{"id":"tile-1","type":"entry","position":{"x":0,"y":0}},\
                {"id":"tile-2","type":"sync",\
                "config":{"destination_id":"880E8400-e29b-41d4-a716-446655440000","field_mapping":[]},\
                "position":{"x":0,"y":200}},{"id":"tile-3","type":"wait","config":{"duration":3,"unit":"days"},\
                "position":{"x":0,"y":400}}],\
                "edges":[{"from":"tile-1","to":"tile-2"},{"from":"tile-2","to":"tile-3"}],"schedule":"0 */6 * * *",\
                "status":"draft","status_error":"","created_by":"880e8400-e29b-41d4-a716-446655440000",\
                "created_at":"2024-01-15T09:30:00Z","updated_at":"2024-01-15T09:30:00Z",\
                "last_run_id":null,"last_run_at":null}
                """)
        #expect(etag == "\"1.0\"")
        #expect(record.json == bytes)
        #expect(record.etag == etag)
    }

    /// The text is written by hand: it must say what the journey's own JSON says.
    @Test(arguments: [
        Journey(name: "", parentModelID: ""),
        Journey(
            name: "a \"b\" \\ \u{1} \u{2028} é 😀", description: "\n\t", parentModelID: "x",
            entryCriteria: ["type": "and", "children": []], exitCriteria: [:],
            tiles: [
                Tile(id: "\"", type: "a/b", config: .null, extra: ["z": 1, "a \"": .array([nil, 1.5, true])]),
                Tile(id: "2", type: "wait", config: ["n": -1e300, "t": .integer(.min)], position: .null),
            ],
            edges: [
                Edge(from: "\"", to: "2", branch: "y\"es", extra: ["label": ""]),
                Edge(from: "2", to: "3", extra: ["branch": .null]),
            ],
            schedule: "CRON_TZ=Europe/Stockholm 0 9 * * mon"),
    ])
    func textSaysWhatTheJourneySays(_ journey: Journey) throws {
        let text = JourneyText.definition(of: journey)
        let parsed = try JSON.parse(Array("{".utf8) + text + Array("}".utf8))
        #expect(parsed == .object(journey.toJSON()))
    }

    @Test func aDamagedDefinitionIsReported() throws {
        let fixture = try ControlFixture()
        let id = try fixture.addJourney(1).id
        try fixture.store.write { try $0.connection.run("UPDATE journey_versions SET definition = '\"name\":1'") }
        #expect(throws: StoreError.corrupt("the definition of journey \(id)")) {
            try fixture.store.read { try $0.journey(workspaceID: fixture.workspaceID, id: id) }
        }
    }
}
