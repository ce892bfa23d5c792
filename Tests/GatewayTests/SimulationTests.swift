import Journeys
import Platform
import Testing
import TestSupport

/// Simulations over the API and the command line: streams, limits, and whoever goes away.
@Suite struct SimulationTests {
    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let journey: String

    init() throws {
        gateway = try TestGateway()
        workspace = try gateway.makeWorkspace()
        let model = try workspace.makeModel()
        let destination = try workspace.makeDestination()
        journey = try workspace.make(
            "/journeys",
            """
            {"name": "J", "parent_model_id": "\(model)",
             "tiles": [{"id": "a", "type": "entry", "config": {"reentry": {}}}, {"id": "b", "type": "sync", "config": {
                "destination_id": "\(destination)",
                "field_mapping": [{"source_column": "name", "destination_field": "Name"}]}}],
             "edges": [{"from": "a", "to": "b"}]}
            """)
    }

    private func stream(_ body: String) throws -> [JSON] {
        let answer = try workspace.call(
            "POST", "/journeys/\(journey)/simulate", body, headers: [("Accept", "application/x-ndjson")])
        #expect(answer.status == 200 && answer[header: "Content-Type"] == "application/x-ndjson")
        return try answer.body.split(separator: 10).map { try JSON.parse($0) }
    }

    @Test func everyDeliveryIsALine() throws {
        let lines = try stream(#"{"days": 366}"#)
        let deliveries = lines.compactMap { $0["delivery"] }
        #expect(deliveries.count == 3 * 366)
        #expect(
            Set(deliveries.compactMap { $0["key"]?.stringValue }).count == 3 * 366, "each entry has a key of its own")
        #expect(deliveries.last?["at"] == "2025-01-14T09:29:59Z")
        #expect(lines.last?["report"]?["deliveries_total"] == .integer(3 * 366))
        #expect(try stream(#"{"days": 366, "limit": 5}"#).count { $0["delivery"] != nil } == 5)
    }

    @Test func aFaultBeforeTheFirstLineIsAStatus() throws {
        let answer = try workspace.call(
            "POST", "/journeys/\(journey)/simulate", #"{"days": 0}"#, headers: [("Accept", "application/x-ndjson")])
        #expect(answer.status == 422)
    }

    /// More than two at once are refused, and one whose caller has gone makes room soon.
    @Test func twoAtOnceAndNoMore() throws {
        // A run a minute over a year, from which members never rest: it takes as long as it is let.
        let body = #"{"days": 366, "limit": 0, "every": {"duration": 60, "unit": "seconds"}}"#
        let request =
            "POST \(workspace.base)/journeys/\(journey)/simulate HTTP/1.1\r\nHost: x\r\n"
            + "Authorization: Bearer \(workspace.key)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
        var callers = try (0..<2).map { _ in try gateway.client() }
        for caller in callers { try caller.send(Array(request.utf8)) }
        let copies = gateway.directory.path + "/data/tmp"
        try eventually { try Files.exists(copies) && Files.list(copies).count == 2 }
        let refused = try workspace.call("POST", "/journeys/\(journey)/simulate", #"{"days": 1}"#)
        #expect(refused.status == 429)
        #expect(refused[header: "Retry-After"] == "5" && refused.text.contains("too_many_simulations"))
        // Another workspace has its own.
        let other = try gateway.makeWorkspace("Other")
        let theirs = try other.makeJourney(model: other.makeModel())
        #expect(try other.call("POST", "/journeys/\(theirs)/simulate", #"{"days": 1}"#).status == 200)
        callers.removeAll()
        try eventually {
            try workspace.call("POST", "/journeys/\(journey)/simulate", #"{"days": 1}"#).status == 200
        }
    }

    @Test func theCommandShowsWhatItHasFound() throws {
        let folder = try TemporaryDirectory()
        try Files.write(Array(workspace.key.utf8), to: folder.path + "/key")
        let file = folder.path + "/all.ndjson"
        func simulate(_ more: [String]) throws -> (status: Int32, output: String, errors: String) {
            let result = try GatewayProcess.run(
                [
                    "simulate", journey, "--workspace", workspace.id, "--url", "http://127.0.0.1:\(gateway.port)",
                    "--key-file", folder.path + "/key",
                ] + more)
            return (result.status, result.output, result.errors)
        }
        let all = try simulate(["--days", "3", "--out", file])
        #expect(all.status == 0 && all.output.contains("entered 9, completed 9"), "\(all)")
        #expect(all.output.contains("2024-01-16          3       0  b 3"), "\(all)")
        let lines = try Files.read(file).split(separator: 10).map { try JSON.parse($0) }
        #expect(lines.count == 9 && lines[0]["payload"] == ["Name": "Ann"])
        let some = try simulate(["--days", "3"])
        #expect(some.status == 0 && some.output.contains("9 of 9 deliveries"), "\(some)")
        let one = try simulate(["--days", "1", "--member", "00002"])
        #expect(one.status == 0 && one.output.contains("sent {\"Name\":\"Bob\"}"), "\(one)")
        #expect(one.output.contains("member 00002: completed"), "\(one)")
        try Files.write(Array(#"{"edges": []}"#.utf8), to: folder.path + "/draft")
        let faulty = try simulate(["--days", "1", "--draft", folder.path + "/draft"])
        #expect(faulty.status == 1 && faulty.errors.contains("The journey is not valid"), "\(faulty)")
        #expect(try simulate([]).status == 2)
    }
}
