import Journeys
import Platform
import Testing
import TestSupport

@testable import Gateway

/// What an import looks at while others work, and what it tells whom.
@Suite struct ImportPlanTests {
    private static let fast = "https://example.com/fast"
    private static let slow = "https://example.com/slow"

    /// Of a journey that sends to these.
    private static func file(_ workspace: TestWorkspace, _ destinations: [String]) throws -> String {
        let tiles = destinations.enumerated().map { index, id in
            """
            {"id": "t\(index)", "type": "sync", "config": {"destination_id": "\(id)",
             "field_mapping": [{"source_column": "name", "destination_field": "Name"}]}}
            """
        }
        return try file(workspace, tiles: tiles)
    }

    private static func file(_ workspace: TestWorkspace, tiles: [String]) throws -> String {
        let journey = try workspace.make(
            "/journeys",
            """
            {"name": "J", "parent_model_id": "\(workspace.makeModel())", "edges": [],
             "tiles": [{"id": "in", "type": "entry"}, \(tiles.joined(separator: ","))]}
            """)
        let answer = try workspace.call("GET", "/journeys/\(journey)/export")
        guard answer.status == 200 else { throw Unexpected(answer: answer.text) }
        return answer.text
    }

    private static func buildHook(_ gateway: TestGateway, _ defines: [String: String]) throws {
        try CPlugin.build(
            "Tests/PluginHostTests/Fixtures/connector.c", defines: defines.merging(["NO_TRANSPORT": "1"]) { $1 },
            to: gateway.directory.path + "/plugins/hook.so")
    }

    /// Imports a file whose destination takes its time to open, and does `meanwhile`.
    private static func importing(
        _ query: String, meanwhile: (TestGateway, TestWorkspace) throws -> Void
    ) throws -> (answer: HTTPClient.Answer?, destinations: JSON) {
        let gateway = try TestGateway()
        defer { gateway.stop() }
        let gate = try TemporaryDirectory()
        try buildHook(gateway, ["GATE": CPlugin.string(gate.path)])
        try #require(try gateway.plugins("POST", "/load", #"{"file": "hook.so"}"#).status == 200)
        let (one, two) = (try gateway.makeWorkspace("One"), try gateway.makeWorkspace("Two"))
        let hook = try one.make(
            "/destinations", #"{"name": "Hook", "destination_type": "test-hook", "config": {"url": "\#(fast)"}}"#)
        let body = Array(try file(one, [hook]).replacing(fast, with: slow).utf8)
        try two.upload(TestWorkspace.customers)
        let (port, path, key) = (gateway.port, two.base + "/journeys/import" + query, two.key)
        let answer = Monitor<HTTPClient.Answer?>(nil)
        let thread = NativeThread(name: "import") {
            let headers = [("Authorization", "Bearer \(key)"), ("Content-Type", "application/json")]
            let given = try? HTTPClient(port: port, timeout: 60).request("POST", path, headers: headers, body: body)
            answer.update { $0 = given }
        }
        let done: Result<Void, any Error> = Result {
            try eventually(within: 60) { Files.exists(gate.path + "/entered") }
            try meanwhile(gateway, one)
            #expect(!Files.exists(gate.path + "/expired"), "it waited for the connector")
        }
        try Files.write([], to: gate.path + "/go")
        thread.join()
        try done.get()
        return (answer.withLock { $0 }, try two.json("GET", "/destinations"))
    }

    @Test(arguments: ["", "?dry_run=true"])
    func nobodyWaitsForItsConnectors(query: String) throws {
        let (answer, destinations) = try Self.importing(query) { _, other in
            let journey = try other.makeJourney(model: other.makeModel())
            try other.json("POST", "/journeys/\(journey)/activate")
            try other.json("POST", "/journeys/\(journey)/pause")
        }
        #expect(answer?.status == 200, "\(answer?.text ?? "none")")
        #expect(destinations.arrayValue?.count == (query.isEmpty ? 1 : 0))
    }

    /// What the plugin took that was there at first, and the present one does not take, is not written.
    @Test func aPluginThatChangesMeanwhileIsAskedAgain() throws {
        let (answer, destinations) = try Self.importing("") { gateway, _ in
            try Self.buildHook(gateway, ["NEEDED": CPlugin.string("fast")])
            let reload = try gateway.plugins("POST", "/test.connector/reload")
            #expect(reload.status == 200, "\(reload.json.text)")
        }
        #expect(
            answer?.status == 422 && answer?.text.contains("/destinations/Hook/config/url") == true,
            "\(answer?.text ?? "none")")
        #expect(destinations == [])
    }

    /// Who may not set secrets is not told whether one that he guesses is the stored one.
    @Test func aGuessedSecretIsNotConfirmed() throws {
        let gateway = try TestGateway()
        defer { gateway.stop() }
        let workspace = try gateway.makeWorkspace()
        let inbox = try workspace.make(
            "/destinations",
            """
            {"name": "Inbox", "destination_type": "webhook",
             "config": {"url": "http://127.0.0.1:9/", "authorization": "Bearer right"}}
            """)
        let file = try Self.file(workspace, [inbox])
        let editor = try workspace.json("POST", "/api-keys", #"{"name": "E", "role": "editor"}"#)["key"]?.stringValue
        func action(_ secret: String, _ key: String?) throws -> String? {
            let body = file.replacing("\"authorization\": null", with: "\"authorization\": \(secret)")
            let answer = try workspace.call("POST", "/journeys/import?dry_run=true", body, key: key)
            return try JSON.parse(answer.body)["destinations"]?[0]?["action"]?.stringValue
        }
        #expect(try action("\"Bearer right\"", editor) == "update")
        #expect(try action("\"Bearer wrong\"", editor) == "update")
        #expect(try action("null", editor) == "unchanged")
        #expect(try action("\"Bearer right\"", nil) == "unchanged")
        #expect(try action("\"Bearer wrong\"", nil) == "update")
    }

    /// What is exported can be imported: no more than that.
    @Test(.timeLimit(.minutes(2))) func aFileHasSoManyDestinations() throws {
        let most = JourneyFile.mostDestinations
        let gateway = try TestGateway()
        defer { gateway.stop() }
        try gateway.buildGate("1")
        try #require(try gateway.plugins("POST", "/load", #"{"file": "gate.so"}"#).status == 200)
        func file(_ workspace: TestWorkspace, _ destinations: [String]) throws -> String {
            let ids = destinations.map { "\"\($0)\"" }.joined(separator: ",")
            let tile = #"{"id": "t", "type": "gate", "config": {"path": "/dev", "also": [\#(ids)]}}"#
            return try Self.file(workspace, tiles: [tile])
        }
        let (one, two) = (try gateway.makeWorkspace("One"), try gateway.makeWorkspace("Two"))
        let destinations = try (0...most).map { _ in try one.makeDestination() }
        let full = try file(one, destinations.dropLast())
        #expect(full.contains("\"Inbox (\(most))\""))
        try two.upload(TestWorkspace.customers)
        let rehearsal = try two.json("POST", "/journeys/import?dry_run=true", full)
        #expect(rehearsal["problems"] == [] && rehearsal["destinations"]?.arrayValue?.count == most)
        let error = #expect(throws: Unexpected.self) { try file(one, destinations) }
        #expect(error?.answer.contains("more than \(most) destinations") == true, "\(error?.answer ?? "")")
    }

    @Test(.timeLimit(.minutes(1))) func manyOfOneNameAreNamedQuickly() {
        var names = LocalNames()
        #expect(names.add("a (3)", for: "0") == "a (3)")
        #expect((1...4).map { names.add("a", for: "\($0)") } == ["a", "a (2)", "a (4)", "a (5)"])
        #expect(names.add("a (3)", for: "5") == "a (3) (2)")
        for number in 6..<6_000 { _ = names.add("a", for: "\(number)") }
        #expect(names.add("a", for: "z") == "a (6000)" && names.name(of: "4") == "a (5)")
    }
}
