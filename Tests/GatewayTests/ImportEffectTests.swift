import Journeys
import Platform
import TestSupport
import Testing

/// What an import writes, and whom it tells of as those who will feel it.
@Suite struct ImportEffectTests {
    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let model: String
    private let destination: String
    private let journey: String
    private let file: String

    init() throws {
        gateway = try TestGateway()
        workspace = try gateway.makeWorkspace()
        model = try workspace.makeModel()
        destination = try workspace.make(
            "/destinations",
            """
            {"name": "Inbox", "destination_type": "webhook", "limits": {"requests_per_second": 5},
             "config": {"url": "http://127.0.0.1:9/inbox", "authorization": "Bearer s3cret"}}
            """)
        journey = try workspace.makeDelivery(of: model, to: destination)
        file = try workspace.call("GET", "/journeys/\(journey)/export").text
    }

    /// The file with one place of it changed.
    private func file(_ change: (inout [String: JSON], _ name: String) -> Void) throws -> String {
        func changed(_ json: JSON, _ field: String) -> JSON {
            var members = json[field]?.objectValue ?? [:]
            for (name, object) in members {
                var object = object.objectValue ?? [:]
                change(&object, field)
                members[name] = .object(object)
            }
            return .object(members)
        }
        var members = try JSON.parse(Array(file.utf8)).objectValue ?? [:]
        let whole = JSON.object(members)
        for field in ["models", "destinations"] { members[field] = changed(whole, field) }
        return JSON.object(members).text
    }

    /// All that an import could leave behind.
    private func traces() throws -> [String] {
        let paths = ["/journeys/\(journey)", "/models/\(model)", "/destinations/\(destination)"]
        let objects = try paths.map { path in
            let answer = try workspace.call("GET", path)
            return "\(answer[header: "ETag"] ?? "") \(answer.text)"
        }
        let lists = ["/journeys", "/models", "/destinations", "/audit?limit=1000", "/journeys/\(journey)/versions"]
        return try objects + lists.map { try workspace.call("GET", $0).text }
    }

    @Test func whatIsAsTheFileSaysIsNotWritten() throws {
        let before = try traces()
        let files = try [
            file,
            // What POST would set by itself may be left out.
            file { object, field in
                if field == "models" {
                    for name in ["description", "columns", "model_type", "entity_type", "timestamp_column"] {
                        object[name] = nil
                    }
                }
            },
            // Fields with a null are as good as none.
            file { object, field in if field == "models" { object["timestamp_column"] = .null } },
            // The secret that is there.
            file { object, field in
                if field == "destinations" {
                    object["config"] = ["url": "http://127.0.0.1:9/inbox", "authorization": "Bearer s3cret"]
                }
            },
            // The same number, written otherwise.
            file.replacing("\"requests_per_second\": 5.0", with: "\"requests_per_second\": 5"),
        ]
        for file in files {
            gateway.clock.advance(1_000_000)
            let report = try workspace.json("POST", "/journeys/import", file)
            let steps =
                ["models", "sources", "destinations"].flatMap { report[$0]?.arrayValue ?? [] } + [
                    report["journey"] ?? .null
                ]
            #expect(steps.count == 4 && steps.allSatisfy { $0["action"] == "unchanged" }, "\(report.text)")
            let after = try traces()
            #expect(after == before)
        }
    }

    @Test func journeysAtWorkThatWillFeelItAreNamed() throws {
        let other = try workspace.makeDelivery(of: model, to: destination)
        try workspace.json("PUT", "/journeys/\(other)", #"{"name": "Other"}"#)
        let third = try workspace.makeDelivery(
            of: model,
            to: try workspace.make(
                "/destinations",
                #"{"name": "Second", "destination_type": "webhook", "config": {"url": "http://127.0.0.1:9/"}}"#))
        try workspace.json("PUT", "/journeys/\(third)", #"{"name": "Third"}"#)
        try workspace.json("POST", "/journeys/\(third)/pause")
        // Neither a draft nor one of another name that has ended.
        _ = try workspace.makeJourney(model: model, name: "Draft")
        try workspace.json("POST", "/journeys/\(journey)/pause")
        try workspace.json("POST", "/journeys/\(journey)/archive")

        let changed = try file { object, field in
            if field == "models" { object["description"] = "of all shops" }
            if field == "destinations" { object["limits"] = ["requests_per_second": 9] }
        }.replacing("\"name\":\"J\"", with: "\"name\":\"New\"")
        func users(_ step: JSON?) -> Set<String> {
            Set(
                (step?["in_use_by"]?.arrayValue ?? []).map {
                    "\($0["name"]?.stringValue ?? "") \($0["status"]?.stringValue ?? "")"
                })
        }
        let folder = try TemporaryDirectory()
        try Files.write(Array(changed.utf8), to: folder.path + "/file")
        try Files.write(Array(workspace.key.utf8), to: folder.path + "/key")
        let told = try GatewayProcess.run([
            "import", folder.path + "/file", "--dry-run", "--workspace", workspace.id, "--url",
            "http://127.0.0.1:\(gateway.port)", "--key-file", folder.path + "/key",
        ])
        #expect(told.status == 0 && told.output.contains(", in use by 'Other' (active)\n"), "\(told)")
        for query in ["?dry_run=true", ""] {
            let report = try workspace.json("POST", "/journeys/import\(query)", changed)
            #expect(users(report["models"]?[0]) == ["Other active", "Third paused"], "\(report.text)")
            #expect(users(report["destinations"]?[0]) == ["Other active"], "\(report.text)")
        }
        // Now that it is so nobody feels it.
        let again = try workspace.json("POST", "/journeys/import", changed)
        #expect(users(again["models"]?[0]).isEmpty && users(again["destinations"]?[0]).isEmpty, "\(again.text)")
    }
}
