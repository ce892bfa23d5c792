import Journeys
import Platform
import Testing

/// A gateway with two workspaces and something of everything in both, which no bad request may change.
final class BadInputFixture {
    let gateway: InstalledGateway
    let caller: Caller
    /// What the words in braces stand for.
    private(set) var words: [String: String] = [:]

    init() throws {
        gateway = try InstalledGateway()
        caller = try gateway.caller()
        let file = gateway.folder.path + "/people.csv"
        try Files.write(
            Array("id,name,age,joined\np1,Ann,31,2020-01-02\np2,Bob,47,2021-03-04\np3,Cid,,2022-05-06\n".utf8), to: file
        )
        try caller.upload(file, to: "people", key: "id", of: gateway)
        words["key"] = gateway.key
        words["source"] = gateway.sourceID
        let model = try caller.makeModel("SELECT * FROM people", key: "id", source: gateway.sourceID)
        words["model"] = model
        words["keyless"] = try caller.create(
            "models",
            ["source_id": .string(gateway.sourceID), "name": "Keyless", "sql_query": "SELECT name FROM people"])
        let destination = try caller.makeDestination("http://127.0.0.1:1/")
        words["destination"] = destination
        words["journey"] = try caller.create("journeys", ["name": "Draft", "parent_model_id": .string(model)])
        words["active"] = try caller.launch(
            Build.journey(
                "Active", model: model,
                tiles: [Build.tile("in", "entry"), Build.sync("send", to: destination, ["name"])],
                edges: [Build.edge("in", "send")]))
        for role in ["viewer", "editor"] {
            let made = try caller.call("POST", "api-keys", ["name": .string(role), "role": .string(role)])
            words[role] = try #require(made["key"]?.stringValue)
        }
        let revoked = try caller.call("POST", "api-keys", ["name": "Gone"])
        words["revoked"] = try #require(revoked["key"]?.stringValue)
        try caller.call("DELETE", "api-keys/\(revoked.id)")
        words["operator"] = try gateway.operatorCaller().key
        try addOther()
    }

    /// Another workspace, made beside the live gateway.
    private func addOther() throws {
        let text = try Command.succeed(
            Installed.program(), ["workspace", "create", "--data", gateway.data, "--name", "Other"])
        let made = try JSON.parse(text)
        let workspace = try #require(made["workspace_id"]?.stringValue)
        let source = try #require(made["embedded_source_id"]?.stringValue)
        let key = try #require(made["api_key"]?.stringValue)
        let other = try Caller(port: gateway.port, workspace: workspace, key: key)
        let model = try other.makeModel("SELECT 'a' AS id", key: "id", source: source)
        words["other"] = workspace
        words["other-key"] = key
        words["other-source"] = source
        words["other-model"] = model
        words["other-destination"] = try other.makeDestination("http://127.0.0.1:1/")
        words["other-journey"] = try other.create("journeys", ["name": "Theirs", "parent_model_id": .string(model)])
    }

    func filled(_ text: String) -> String {
        words.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    /// Everything that a bad request could have changed.
    func state() throws -> [String] {
        try ["journeys", "models", "destinations", "sources", "api-keys"].map {
            // That a key was used is told of refused requests too.
            try caller.call("GET", $0).text.replacing(/"last_used_at":("[^"]*"|null)/, with: "")
        }
    }

    func send(_ request: BadRequest) throws -> Caller.Answer {
        let headers = request.headers.map { $0.map { ($0.0, filled($0.1)) } }
        var bytes = request.body.map { Array(filled($0).utf8) }
        if request.name == "not UTF-8" { bytes = Array("{\"name\": \"".utf8) + [0xC3, 0x28] + Array("\"}".utf8) }
        return try caller.send(request.method, filled(request.path), headers: headers, bytes: bytes)
    }
}
