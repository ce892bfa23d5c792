import Journeys
import Platform
import TestSupport
import Testing

/// `tessera config`, and what `serve` does with a configuration.
@Suite struct ConfigCommandTests {
    @Test func itShowsEachSettingAndWhereItIsFrom() throws {
        let directory = try TemporaryDirectory()
        try Files.write(Array(#"{"max_edges": 3, "log_level": "error"}"#.utf8), to: directory.path + "/tessera.json")
        let arguments = ["config", "--data", directory.path, "--log-level", "debug", "--setting", "acme.token=hunter2"]
        let shown = try GatewayProcess.run(arguments)
        #expect(shown.status == 0, "\(shown.errors)")
        let lines = shown.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.contains(["max_edges", "3", directory.path + "/tessera.json", "2000"]))
        #expect(lines.contains(["log_level", "debug", "flag", "info"]))
        #expect(lines.contains(["max_tiles", "500", "default", "500"]))
        #expect(lines.contains(["setting", "acme.token=********", "flag", "-"]))
        let json = try GatewayProcess.run(arguments + ["--json"])
        let entries = try #require(try JSON.parse(json.output).arrayValue)
        let edges = try #require(entries.first { $0["name"] == "max_edges" })
        #expect(edges["value"] == 3 && edges["default"] == 2000 && edges["flag"] == "--max-edges")
        #expect(edges["variable"] == "TESSERA_MAX_EDGES" && edges["meaning"]?.stringValue?.isEmpty == false)
        #expect(!shown.output.contains("hunter2") && !json.output.contains("hunter2"))
    }

    @Test func secretsAreNeverShown() throws {
        let key = String(repeating: "5e", count: 32)
        for arguments in [["config"], ["config", "--json"]] {
            let directory = try TemporaryDirectory()
            let output = directory.path + "/output"
            let pid = try ChildProcess.spawn(
                ["/usr/bin/env", "TESSERA_SECRET_KEY=\(key)", BuiltProducts.tessera] + arguments, output: output,
                errors: output)
            #expect(ChildProcess.wait(pid) == 0)
            let shown = String(decoding: try Files.read(output), as: UTF8.self)
            #expect(shown.contains("********") && !shown.contains(key), "\(shown)")
        }
    }

    @Test func aWrongFileEndsTheStartAndNamesTheField() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/own.json"
        try Files.write(Array(#"{"max_tils": 3}"#.utf8), to: file)
        let result = try GatewayProcess.run(["serve", "--data", directory.path + "/data", "--config", file])
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(result.errors.contains("\(file): there is no setting 'max_tils': did you mean 'max_tiles'?"))
        #expect(!Files.exists(directory.path + "/data"))
    }

    /// What callers send is held to what is configured, with the field named.
    @Test func smallerLimits() throws {
        let gateway = try TestGateway(plugins: []) {
            $0.limits.bodyBytes = 20_000
            $0.limits.jsonDepth = 8
            $0.limits.journey.tiles = 2
            $0.limits.journey.edges = 1
            $0.limits.journey.filterNodes = 3
        }
        let workspace = try gateway.makeWorkspace()
        func refused(_ status: Int, _ more: String, _ words: String) throws {
            let answer = try workspace.call(
                "POST", "/journeys",
                "{\"name\":\"N\",\"parent_model_id\":\"770e8400-e29b-41d4-a716-446655440000\",\(more)}")
            #expect(answer.status == status && answer.text.contains(words), "\(answer.status) \(answer.text)")
        }
        let leaf = #"{"type":"condition","condition_type":"property","column":"n","operator":"is_null"}"#
        func tiles(_ count: Int) -> String {
            (0..<count).map { "{\"id\":\"\($0)\",\"type\":\"exit\"}" }.joined(separator: ",")
        }
        try refused(422, "\"tiles\":[\(tiles(3))]", "a journey has at most 2 tiles, not 3")
        try refused(
            422, #""edges":[{"from":"a","to":"b"},{"from":"b","to":"c"}]"#, "a journey has at most 1 edges, not 2")
        try refused(
            422, "\"entry_criteria\":{\"type\":\"and\",\"children\":[\(leaf),\(leaf),\(leaf)]}", "at most 3 nodes")
        try refused(400, "\"description\":\(String(repeating: "[", count: 8))", "more than 8 levels")
        try refused(413, "\"description\":\"\(String(repeating: "x", count: 20_000))\"", "body_too_large")
        try refused(422, "\"tiles\":[\(tiles(2))]", "parent_model_id")
    }
}
