import Journeys
import TestSupport
import Testing

/// A sync tile whose mapping names a field that its destination does not have is told of before anything is sent.
@Suite struct MappedFieldTests {
    private let directory: TemporaryDirectory
    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let model: String
    private let destination: String

    init() throws {
        directory = try TemporaryDirectory()
        gateway = try TestGateway(in: directory)
        workspace = try gateway.makeWorkspace()
        try workspace.upload("id,name\n1,Ann\n")
        model = try workspace.make(
            "/models",
            """
            {"source_id": "\(workspace.sourceID)", "name": "C", "sql_query": "SELECT * FROM customers",
             "entity_type": "parent", "primary_key_column": "id"}
            """)
        // Its templates name all fields that it has.
        destination = try workspace.make(
            "/destinations",
            """
            {"name": "API", "destination_type": "http",
             "config": {"url": "http://127.0.0.1:1/", "body": {"id": "{{email}}", "city": "{{address}}"}}}
            """)
    }

    private func journey(_ field: String, _ destination: String) throws -> String {
        try workspace.make(
            "/journeys",
            """
            {"name": "J", "parent_model_id": "\(model)",
             "tiles": [{"id": "a", "type": "entry"}, {"id": "b", "type": "sync", "config": {
                "destination_id": "\(destination)",
                "field_mapping": [{"source_column": "name", "destination_field": "email"},
                                  {"source_column": "name", "destination_field": "\(field)"}]}}],
             "edges": [{"from": "a", "to": "b"}]}
            """)
    }

    @Test func anUnknownFieldIsNamedWithTheNearestOne() throws {
        let id = try journey("adress", destination)
        let answer = try workspace.json("POST", "/journeys/\(id)/validate")
        #expect(answer["valid"] == false)
        let text = answer.text
        #expect(
            text.contains("Tile 'b': config/field_mapping/1/destination_field: the destination has no field 'adress'"))
        #expect(text.contains("address"))
        let refused = try workspace.call("POST", "/journeys/\(id)/activate")
        #expect(refused.status == 422)
    }

    @Test(arguments: ["address", "address.city"]) func aFieldOrOneWithinItIsTaken(_ field: String) throws {
        let id = try journey(field, destination)
        #expect(try workspace.json("POST", "/journeys/\(id)/validate")["valid"] == true)
    }

    @Test func aWebhookTakesAnyField() throws {
        let webhook = try workspace.make(
            "/destinations",
            #"{"name": "Inbox", "destination_type": "webhook", "config": {"url": "http://127.0.0.1:1/"}}"#)
        let id = try journey("adress", webhook)
        #expect(try workspace.json("POST", "/journeys/\(id)/validate")["valid"] == true)
    }
}
