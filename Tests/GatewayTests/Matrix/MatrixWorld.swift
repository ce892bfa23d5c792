import HTTPServer
import Journeys
import Store
import TestSupport

/// A workspace with one of everything, each with a name that tells whose it is.
final class MatrixWorld {
    let workspace: TestWorkspace
    /// By path parameter; `{name}` in bodies is filled from here too.
    let names: [String: String]
    /// What no answer to another workspace's caller may hold.
    private(set) var canaries: [String]
    private var member = 3

    /// - Parameter tag: part of every name.
    init(_ gateway: TestGateway, _ tag: String) throws {
        workspace = try gateway.makeWorkspace("canary-\(tag)-workspace")
        let (id, source) = (workspace.id, workspace.sourceID)
        let rows = (1...40).map { "canary-\(tag)-\($0),canary-\(tag)-name,1" }
        try workspace.upload((["id,name,orders"] + rows).joined(separator: "\n") + "\n", table: "canary_\(tag)")
        let model = try workspace.make("/models", Self.model(tag, source: source))
        let destination = try workspace.make(
            "/destinations",
            """
            {"name": "canary-\(tag)-destination", "destination_type": "webhook",
             "config": {"url": "http://127.0.0.1:9/canary-\(tag)", "authorization": "canary-\(tag)-secret"}}
            """)
        let journey = try workspace.make("/journeys", Self.journey(tag, model: model))
        try workspace.json("POST", "/journeys/\(journey)/activate")
        let run = try workspace.json("POST", "/journeys/\(journey)/trigger")["id"]?.stringValue ?? ""
        let (made, path) = (workspace, "/journeys/\(journey)/runs/\(run)")
        try eventually { try made.json("GET", path)["status"] == "completed" }
        let key = try workspace.json("POST", "/api-keys", #"{"name": "canary-\#(tag)-key", "role": "editor"}"#)
        names = [
            "workspace": id, "id": id, "source": source, "model": model, "destination": destination, "journey": journey,
            "run": run, "member": "canary-\(tag)-1", "key": key["id"]?.stringValue ?? "", "schema": "main",
            "table": "canary_\(tag)", "plugin": "dev.tessera.wait", "tag": tag, "version": "1", "other": "1",
        ]
        canaries =
            [
                "canary-\(tag)", "canary_\(tag)", id, source, model, destination, journey, run, workspace.key,
                key["key"]?.stringValue ?? "", key["id"]?.stringValue ?? "",
            ]
    }

    /// The name of nothing, for a path parameter.
    static func nothing(_ parameter: String) -> String {
        switch parameter {
        case "member": "nobody"
        case "table": "no_such_table"
        case "schema": "no_such_schema"
        case "plugin": "com.example.nowhere"
        default: "11111111-2222-4333-8444-555555555555"
        }
    }

    static func model(_ tag: String, source: String) -> String {
        """
        {"source_id": "\(source)", "name": "canary-\(tag)-model", "sql_query": "SELECT * FROM canary_\(tag)",
         "entity_type": "parent", "primary_key_column": "id"}
        """
    }

    static func journey(_ tag: String, model: String) -> String {
        """
        {"name": "canary-\(tag)-journey", "parent_model_id": "\(model)",
         "tiles": [{"id": "canary-\(tag)-in", "type": "entry"},
                   {"id": "canary-\(tag)-wait", "type": "wait", "config": {"duration": 3, "unit": "days"}}],
         "edges": [{"from": "canary-\(tag)-in", "to": "canary-\(tag)-wait"}]}
        """
    }

    func fill(_ text: String) -> String { names.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) } }

    // MARK: What calls use up

    /// A journey that has gone through these calls.
    func makeJourney(_ calls: [String] = []) throws -> [String: String] {
        let id = try workspace.make("/journeys", fill(Self.journey("{tag}", model: "{model}")))
        for call in calls { try workspace.json("POST", "/journeys/\(id)/\(call)") }
        return ["journey": id]
    }

    func makeModel() throws -> [String: String] {
        ["model": try workspace.make("/models", fill(Self.model("{tag}", source: "{source}")))]
    }

    func makeDestination() throws -> [String: String] {
        [
            "destination": try workspace.make(
                "/destinations",
                fill(
                    #"{"name": "canary-{tag}", "destination_type": "webhook", "config": {"url": "http://127.0.0.1:9/"}}"#
                ))
        ]
    }

    func makeKey(_ fields: String = "") throws -> (id: String, text: String) {
        let key = try workspace.json("POST", "/api-keys", fill(#"{"name": "canary-{tag}-more"\#(fields)}"#))
        guard let id = key["id"]?.stringValue, let text = key["key"]?.stringValue else {
            throw Unexpected(answer: key.text)
        }
        canaries.append(text)
        return (id, text)
    }

    /// One whom no call has touched yet.
    func nextMember() -> [String: String] {
        member += 1
        return ["member": fill("canary-{tag}-\(member)")]
    }
}
