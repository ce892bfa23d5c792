import Journeys
import Testing
import TestSupport

/// What is deleted is gone, with what hung on it, and can be made anew.
@Suite struct SourceLifeTests {
    private let gateway: TestGateway
    private let workspace: TestWorkspace

    init() throws {
        gateway = try TestGateway()
        workspace = try gateway.makeWorkspace()
    }

    @Test func aDeletedSourceTakesItsRowsAlong() throws {
        let model = try workspace.makeModel()
        #expect(try workspace.json("DELETE", "/sources/\(workspace.sourceID)") == ["status": "deleted"])
        #expect(try workspace.json("GET", "/models/\(model)")["status"] == "error")
        #expect(try workspace.call("GET", "/sources/\(workspace.sourceID)").status == 404)
        let source = try workspace.make("/sources", #"{"name": "Again", "source_type": "embedded"}"#)
        #expect(try workspace.json("GET", "/sources/\(source)/schemas/main/tables") == [])
    }

    @Test func modelsAndDestinationsOfFinishedJourneysCanGo() throws {
        let model = try workspace.makeModel()
        let destination = try workspace.makeDestination()
        let journey = try workspace.make(
            "/journeys",
            """
            {"name": "J", "parent_model_id": "\(model)",
             "tiles": [{"id": "a", "type": "entry"}, {"id": "b", "type": "sync", "config": {
                "destination_id": "\(destination.uppercased())",
                "field_mapping": [{"source_column": "name", "destination_field": "Name"}]}}],
             "edges": [{"from": "a", "to": "b"}]}
            """)
        try workspace.json("POST", "/journeys/\(journey)/activate")
        try workspace.json("POST", "/journeys/\(journey)/pause")
        for path in ["/models/\(model)", "/destinations/\(destination)"] {
            let answer = try workspace.call("DELETE", path)
            #expect(answer.status == 409 && answer.text.contains(journey), "\(answer.text)")
        }
        try workspace.json("POST", "/journeys/\(journey)/archive")
        for path in ["/models/\(model)", "/destinations/\(destination)"] {
            #expect(try workspace.json("DELETE", path) == ["status": "deleted"])
            #expect(try workspace.call("GET", path).status == 404)
        }
    }

    @Test func aModelThatWasReadCanBePutBackWithOtherSQL() throws {
        let model = try workspace.makeModel()
        let shown = try workspace.call("GET", "/models/\(model)").text
        let changed = shown.replacing("SELECT * FROM customers", with: "SELECT id, name FROM customers")
        let answer = try workspace.call("PUT", "/models/\(model)", changed)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try JSON.parse(answer.body)["columns"]?.arrayValue?.count == 2)
    }

    @Test func whatAJourneyShowsCanBePutBack() throws {
        let journey = try workspace.makeJourney(model: workspace.makeModel())
        let shown = try workspace.call("GET", "/journeys/\(journey)")
        let answer = try workspace.call("PUT", "/journeys/\(journey)", shown.text)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try JSON.parse(answer.body)["tiles"] == JSON.parse(shown.body)["tiles"])
    }
}
