import Journeys
import Platform
import Testing
import TestSupport

/// `tessera run` against a live gateway.
@Suite struct RunCommandTests {
    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let keyFile: String

    init() throws {
        gateway = try TestGateway()
        workspace = try gateway.makeWorkspace()
        keyFile = gateway.directory.path + "/key"
        try Files.write(Array(workspace.key.utf8), to: keyFile)
    }

    private func run(_ journey: String, _ more: String...) throws -> (status: Int32, output: String, errors: String) {
        try GatewayProcess.run(
            [
                "run", journey, "--workspace", workspace.id, "--url", "http://127.0.0.1:\(gateway.port)", "--key-file",
                keyFile,
            ] + more)
    }

    private func journey() throws -> String {
        let journey = try workspace.makeJourney(model: workspace.makeModel())
        try workspace.json("POST", "/journeys/\(journey)/activate")
        return journey
    }

    @Test func followsARunToItsEnd() throws {
        let journey = try journey()
        let ended = try run(journey, "--follow")
        #expect(ended.status == 0, "\(ended.errors)")
        // No terminal: plain lines, the last of them the end.
        #expect(!ended.output.contains("\u{1B}") && !ended.output.contains("\r"))
        let last = ended.output.split(separator: "\n").last
        #expect(last?.hasPrefix("completed entered=3 moved=3 waiting=3") == true, "\(ended.output)")
        let json = try run(journey, "--follow", "--json")
        #expect(json.status == 0)
        #expect(try JSON.parse(Array(json.output.utf8))["status"] == "completed", "\(json.output)")
    }

    @Test func withoutFollowTheRunIsPrinted() throws {
        let ended = try run(journey())
        #expect(ended.status == 0 && ended.output.contains(" is queued\n"), "\(ended.output)\(ended.errors)")
    }

    @Test func aRunThatFailsOrIsCancelledShowsInTheStatus() throws {
        let journey = try journey()
        try workspace.upload("other\n1\n", table: "customers", query: "?mode=replace&key=other&types=other:string")
        let failed = try run(journey, "--follow")
        #expect(failed.status == 1 && failed.output.contains("failed"), "\(failed.output)\(failed.errors)")
        let refused = try run("11111111-2222-4333-8444-555555555555", "--follow")
        #expect(refused.status == 1 && refused.errors.contains("no such journey"), "\(refused.errors)")
        #expect(try GatewayProcess.run(["run"]).status == 2)
    }
}
