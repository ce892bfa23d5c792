import Journeys
import Platform
import Testing
import TestSupport

/// Journeys as files: what one workspace gives, another takes.
struct ExchangeTests {
    private static func file(_ workspace: TestWorkspace, _ journey: String) throws -> String {
        let answer = try workspace.call("GET", "/journeys/\(journey)/export")
        guard answer.status == 200 else { throw Unexpected(answer: answer.text) }
        return answer.text
    }

    private static func actions(_ report: JSON) -> [String] {
        ["sources", "models", "destinations"].flatMap { report[$0]?.arrayValue ?? [] }
            .compactMap { $0["action"]?.stringValue } + [report["journey"]?["action"]?.stringValue ?? "none"]
    }

    private static func destination(_ name: String, secret: String? = nil) -> String {
        let authorization = secret.map { ", \"authorization\": \"\($0)\"" } ?? ""
        return """
            {"name": "\(name)", "destination_type": "webhook", "limits": {"requests_per_second": 5},
             "config": {"url": "http://127.0.0.1:9/\(name.utf8.count)"\(authorization)}}
            """
    }

    /// Any journey, whatever it has: the same bytes come out of another workspace, and nothing changes the second time.
    @Test func goesRound() throws {
        var random = SeededRandom(seed: 0xE4C4)
        let gateway = try TestGateway()
        defer { gateway.stop() }
        let (one, two) = (try gateway.makeWorkspace("One"), try gateway.makeWorkspace("Two"))
        let model = try one.makeModel()
        try two.upload(TestWorkspace.customers)
        var destinations: [String] = []
        // Two of one name, and names that need care.
        for (index, name) in ["Inbox", "Inbox", "a/b~c", "ü \\\" (2)"].enumerated() {
            destinations.append(
                try one.make("/destinations", Self.destination(name, secret: index == 1 ? nil : "s3cret-\(index)")))
        }
        for number in 0..<25 {
            let body = Self.journey(number, model, destinations, &random)
            let first = try Self.file(one, try one.make("/journeys", body.text))
            #expect(!first.contains("s3cret") && !first.contains(model) && !first.contains(one.id))
            #expect(!destinations.contains { first.contains($0) })
            let report = try two.json("POST", "/journeys/import", first)
            #expect(report["journey"]?["action"] == "create", "\(report.text)")
            let made = report["journey"]?["id"]?.stringValue ?? ""
            #expect(try Self.file(two, made) == first)
            let again = try two.json("POST", "/journeys/import", first)
            #expect(Set(Self.actions(again)) == ["unchanged"], "\(again.text)")
            // Home again: it is known there as well.
            let home = try one.json("POST", "/journeys/import", first)
            #expect(Set(Self.actions(home)) == ["unchanged"], "\(home.text)")
        }
        let versions = try two.json("GET", "/journeys")
        #expect(versions.arrayValue?.count == 25)
        #expect(try two.json("GET", "/models").arrayValue?.count == 1)
    }

    private static func journey(
        _ number: Int, _ model: String, _ destinations: [String], _ random: inout SeededRandom
    ) -> JSON {
        var tiles: [JSON] = [["id": "in", "type": "entry", "config": [:], "label": .string("\(number)")]]
        var edges: [JSON] = []
        for index in 0..<random.number(0...5) {
            var tile: [String: JSON] = ["id": .string("t\(index)")]
            switch random.number(0...3) {
            case 0:
                tile["type"] = "wait"
                tile["config"] = ["duration": .integer(Int64(random.number(1...9))), "unit": "days"]
            case 1:
                tile["type"] = "split"
                tile["config"] = ["variants": [["name": "a", "weight": 0.25], ["name": "b", "weight": 3]]]
            default:
                let id = random.pick(destinations)
                tile["type"] = "sync"
                tile["config"] = [
                    "destination_id": .string(random.chance(30) ? id.uppercased() : id),
                    "field_mapping": [["source_column": "name", "destination_field": "Name"]],
                ]
            }
            if random.chance(50) { tile["position"] = ["x": .number(Double(random.number(0...9)) / 4), "y": 0] }
            if random.chance(20) { tile["note"] = ["deep": [nil, true, "\u{0}\u{1f}é"]] }
            tiles.append(.object(tile))
            edges.append(["from": "in", "to": .string("t\(index)"), "colour": .bool(random.chance(50))])
        }
        let criterion: JSON = [
            "type": "condition", "condition_type": "property", "column": "orders", "operator": "greater_than",
            "value": 1.5,
        ]
        return [
            "name": .string("Journey \(number)"), "parent_model_id": .string(model), "tiles": .array(tiles),
            "edges": .array(edges), "description": .string(random.pick(["", "two\nlines", "ü"])),
            "entry_criteria": random.chance(50) ? criterion : nil, "exit_criteria": random.chance(30) ? criterion : nil,
            "schedule": random.chance(50) ? "0 */6 * * *" : nil,
        ]
    }

    private static func journey(_ model: String, _ destination: String, name: String = "J") -> String {
        """
        {"name": "\(name)", "parent_model_id": "\(model)", "tiles": [{"id": "a", "type": "entry"},
          {"id": "b", "type": "sync", "config": {"destination_id": "\(destination)",
            "field_mapping": [{"source_column": "name", "destination_field": "Name"}]}}], "edges": [{"from": "a", "to": "b"}]}
        """
    }

    /// A destination comes without its secret, says so, and is whole when it is set.
    @Test func namesTheSecretsToSet() throws {
        let gateway = try TestGateway()
        defer { gateway.stop() }
        let (one, two) = (try gateway.makeWorkspace("One"), try gateway.makeWorkspace("Two"))
        let inbox = try one.make("/destinations", Self.destination("Inbox", secret: "Bearer s3cret"))
        let journey = try one.make("/journeys", Self.journey(one.makeModel(), inbox))
        let file = try Self.file(one, journey)
        #expect(file.contains("\"authorization\": null") && !file.contains("s3cret"))
        try two.upload(TestWorkspace.customers)

        let rehearsal = try two.json("POST", "/journeys/import?dry_run=true", file)
        #expect(Self.actions(rehearsal) == ["unchanged", "create", "create", "create"], "\(rehearsal.text)")
        #expect(rehearsal["journey"]?["id"] == .some(.null) && rehearsal["problems"] == [])
        #expect(try two.json("GET", "/destinations") == [] && two.json("GET", "/models") == [])

        // An editor may not make destinations, and nothing of it is made.
        let editor = try two.json("POST", "/api-keys", #"{"name": "E", "role": "editor"}"#)["key"]?.stringValue
        #expect(try two.call("POST", "/journeys/import", file, key: editor).status == 403)
        #expect(try two.json("GET", "/models") == [])

        let report = try two.json("POST", "/journeys/import", file)
        #expect(report["destinations"]?[0]?["secrets_to_set"] == ["/config/authorization"], "\(report.text)")
        let made = report["destinations"]?[0]?["id"]?.stringValue ?? ""
        let shown = try two.json("GET", "/destinations/\(made)")
        #expect(shown["status"] == "error" && shown["status_error"]?.stringValue?.contains("/authorization") == true)
        // With all there, an editor may import.
        #expect(try two.call("POST", "/journeys/import", file, key: editor).status == 200)

        let set = try two.json(
            "PUT", "/destinations/\(made)",
            #"{"config": {"url": "http://127.0.0.1:9/5", "authorization": "Bearer other"}}"#)
        #expect(set["status"] == "connected")
        let again = try two.json("POST", "/journeys/import", file)
        #expect(Set(Self.actions(again)) == ["unchanged"] && again["destinations"]?[0]?["secrets_to_set"] == [])
        let id = report["journey"]?["id"]?.stringValue ?? ""
        #expect(try Self.file(two, id) == file)

        // What is not about the address keeps the secret; another address would take it along, and is refused.
        let slower = file.replacing("\"requests_per_second\": 5.0", with: "\"requests_per_second\": 2.5")
        #expect(try Self.actions(two.json("POST", "/journeys/import", slower)).contains("update"))
        let kept = try two.json("GET", "/destinations/\(made)")
        #expect(kept["config"]?["authorization"] == "********" && kept["limits"]?["requests_per_second"] == 2.5)
        let moved = slower.replacing("127.0.0.1:9/5", with: "127.0.0.2:9/5")
        let refused = try two.call("POST", "/journeys/import", moved)
        #expect(refused.status == 422 && refused.text.contains("/destinations/Inbox/config/authorization"))
    }

    /// What is wrong is told with its place, and nothing of the file is there afterwards.
    @Test func changesNothingWhenSomethingIsWrong() throws {
        let gateway = try TestGateway()
        defer { gateway.stop() }
        let (one, two) = (try gateway.makeWorkspace("One"), try gateway.makeWorkspace("Two"))
        let journey = try one.make(
            "/journeys", Self.journey(one.makeModel(), one.make("/destinations", Self.destination("In"))))
        let file = try Self.file(one, journey)

        // The tables are not in the file.
        let tables = try two.call("POST", "/journeys/import", file)
        #expect(tables.status == 422 && tables.text.contains("/models/Customers") && tables.text.contains("customers"))
        let rehearsal = try two.json("POST", "/journeys/import?dry_run=true", file)
        #expect(rehearsal["problems"]?.arrayValue?.count == 1 && rehearsal["journey"] == .some(.null))
        try two.upload(TestWorkspace.customers)

        let faults: [(String, String, Int, String)] = [
            ("\"name\": \"J\"", "\"name\": \"\"", 422, "/journey/name"),
            ("\"name\": \"J\"", "\"name\": \"J\", \"colour\": 1", 422, "/journey/colour"),
            (
                "\"destination_id\": \"In\"", "\"destination_id\": \"Out\"", 422,
                "'Out', which is not under /destinations"
            ),
            ("\"type\": \"sync\"", "\"type\": \"snyc\"", 422, "/journey/tiles/1/type"),
            (
                "\"destination_type\": \"webhook\"", "\"destination_type\": \"hook\"", 422,
                "/destinations/In/destination_type"
            ),
            ("\"url\": \"http", "\"url\": \"gopher", 422, "/destinations/In/config"),
            ("\"source\": \"embedded\"", "\"source\": \"lake\"", 422, "/models/Customers/source"),
            ("\"model\": \"Customers\"", "\"model\": \"Clients\"", 422, "/journey/model"),
            ("SELECT * FROM customers", "DELETE FROM customers", 422, "/models/Customers"),
            ("tessera.journey/1", "tessera.journey/2", 400, "/format"),
            ("\"models\":", "\"modules\":", 400, "/modules"),
        ]
        for (text, other, status, message) in faults {
            #expect(file.contains(text), "\(text) is not in \(file)")
            let answer = try two.call("POST", "/journeys/import", file.replacing(text, with: other))
            #expect(
                answer.status == status && answer.text.contains(message), "\(other): \(answer.status) \(answer.text)")
        }
        for path in ["/journeys", "/models", "/destinations"] { #expect(try two.json("GET", path) == []) }
    }

    /// The commands give and take the same file, and say what they did; an Idempotency-Key of a dry run is not the import's.
    @Test func theCommandsDoTheSame() throws {
        let gateway = try TestGateway()
        defer { gateway.stop() }
        let (one, two) = (try gateway.makeWorkspace("One"), try gateway.makeWorkspace("Two"))
        let inbox = try one.make("/destinations", Self.destination("Inbox", secret: "s3cret"))
        let journey = try one.make("/journeys", Self.journey(one.makeModel(), inbox))
        let file = try Self.file(one, journey)
        try two.upload(TestWorkspace.customers)
        let folder = try TemporaryDirectory()
        func tessera(_ arguments: [String], _ workspace: TestWorkspace) throws -> (
            Int32, output: String, errors: String
        ) {
            try Files.write(Array(workspace.key.utf8), to: folder.path + "/key")
            let result = try GatewayProcess.run(
                arguments + [
                    "--workspace", workspace.id, "--url", "http://127.0.0.1:\(gateway.port)", "--key-file",
                    folder.path + "/key",
                ])
            return (result.status, result.output, result.errors)
        }
        let export = try tessera(["export", journey], one)
        #expect(export.0 == 0 && export.output == file, "\(export)")
        try Files.write(Array(export.output.utf8), to: folder.path + "/f.json")
        let rehearsal = try tessera(["import", folder.path + "/f.json", "--dry-run"], two)
        #expect(rehearsal.0 == 0 && rehearsal.output.contains("create     journey      J\n"), "\(rehearsal)")
        let headers = [("Idempotency-Key", "once")]
        #expect(try two.call("POST", "/journeys/import?dry_run=true", file, headers: headers).status == 200)
        #expect(try two.call("POST", "/journeys/import", file, headers: headers).text.contains("\"dry_run\":false"))
        let again = try tessera(["import", folder.path + "/f.json"], two)
        #expect(again.0 == 0 && again.output.contains("unchanged  destination  Inbox ("), "\(again)")
        #expect(again.output.contains("set its secrets: /config/authorization"), "\(again)")
        try Files.write(Array(file.replacing("\"sync\"", with: "\"snyc\"").utf8), to: folder.path + "/f.json")
        let faulty = try tessera(["import", folder.path + "/f.json", "--dry-run"], two)
        #expect(faulty.0 == 1 && faulty.output.contains("missing    /journey/tiles/1/type"), "\(faulty)")
        #expect(try tessera(["import"], two).0 == 2 && tessera(["export"], two).0 == 2)
    }

    /// By several at the same moment: it is made, and made once.
    @Test func severalAtOnceMakeItOnce() throws {
        let gateway = try TestGateway()
        defer { gateway.stop() }
        let (one, two) = (try gateway.makeWorkspace("One"), try gateway.makeWorkspace("Two"))
        let inbox = try one.make("/destinations", Self.destination("Inbox"))
        let file = Array(try Self.file(one, one.make("/journeys", Self.journey(one.makeModel(), inbox))).utf8)
        try two.upload(TestWorkspace.customers)
        let (port, path, key) = (gateway.port, two.base + "/journeys/import", two.key)
        let statuses = Monitor<[Int]>([])
        let threads = (0..<4).map { _ in
            NativeThread(name: "import") {
                let headers = [("Authorization", "Bearer \(key)"), ("Content-Type", "application/json")]
                let answer = try? HTTPClient(port: port).request("POST", path, headers: headers, body: file)
                statuses.update { $0.append(answer?.status ?? 0) }
            }
        }
        for thread in threads { thread.join() }
        let all = statuses.withLock { $0 }
        #expect(all.contains(200) && all.allSatisfy { $0 == 200 || $0 == 409 }, "\(all)")
        for path in ["/journeys", "/models", "/destinations"] {
            #expect(try two.json("GET", path).arrayValue?.count == 1, "\(path)")
        }
    }

    @Test func bringsUpToDateByTheRulesOfPut() throws {
        let gateway = try TestGateway()
        defer { gateway.stop() }
        let workspace = try gateway.makeWorkspace()
        let inbox = try workspace.makeDestination()
        let journey = try workspace.make("/journeys", Self.journey(workspace.makeModel(), inbox))
        let file = try Self.file(workspace, journey)
        try workspace.json("POST", "/journeys/\(journey)/activate")

        // At work it must stay valid.
        let broken = file.replacing("\"type\": \"entry\"", with: "\"type\": \"exit\"")
        let refused = try workspace.call("POST", "/journeys/import", broken)
        #expect(refused.status == 422 && refused.text.contains("exactly one entry tile"), "\(refused.text)")
        let renamed = file.replacing("\"destination_field\": \"Name\"", with: "\"destination_field\": \"First\"")
        #expect(try Self.actions(workspace.json("POST", "/journeys/import", renamed)).last == "update")
        #expect(try workspace.json("GET", "/journeys/\(journey)/versions").arrayValue?.count == 2)
        #expect(try Self.file(workspace, journey) == renamed)
        // With what it uses only while it is paused.
        let both = file.replacing("\"description\": \"\"", with: "\"description\": \"x\"")
        let atWork = try workspace.call("POST", "/journeys/import", both)
        #expect(atWork.status == 422 && atWork.text.contains("pause it"), "\(atWork.text)")
        try workspace.json("POST", "/journeys/\(journey)/pause")
        #expect(
            try Self.actions(workspace.json("POST", "/journeys/import", both)) == [
                "unchanged", "update", "unchanged", "update",
            ])
        #expect(try Self.file(workspace, journey) == both)
        // A name that stands for two says nothing.
        _ = try workspace.make("/journeys", Self.journey(workspace.makeModel(), inbox, name: "J"))
        let second = try workspace.call("POST", "/journeys/import", renamed)
        #expect(second.status == 422 && second.text.contains("named 'J'"), "\(second.text)")
        try workspace.json("POST", "/journeys/\(journey)/archive")
    }
}
