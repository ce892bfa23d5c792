import Gateway
import HTTPServer
import Journeys
import Platform
import Testing
import TestSupport

/// What the log tells of requests and runs, and what it never does.
@Suite struct AccessLogTests {
    private static func lines(_ gateway: TestGateway) throws -> [JSON] {
        try gateway.logged.withLock { $0 }.flatMap { $0.split(separator: "\n") }.map { try JSON.parse(Array($0.utf8)) }
    }

    /// The line of a request, once it is there.
    private static func line(of id: String, _ gateway: TestGateway) throws -> JSON {
        try eventually { try lines(gateway).first { $0["request_id"]?.stringValue == id && $0["event"] == "request" } }
    }

    @Test func aLineTellsOfARequest() throws {
        let gateway = try TestGateway(logLevel: .info)
        let workspace = try gateway.makeWorkspace()
        let journey = try workspace.makeJourney(model: try workspace.makeModel())
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let answer = try workspace.call(
            "GET", "/journeys/\(journey.uppercased())?name=quiet",
            headers: [("X-Request-Id", "mine-1"), ("traceparent", trace)])
        #expect(answer.status == 200 && answer[header: "X-Request-Id"] == "mine-1")
        let line = try Self.line(of: "mine-1", gateway)
        #expect(line["level"] == "info" && line["time"] == "2024-01-15T09:29:59.999999Z")
        #expect(line["method"] == "GET" && line["route"] == "/api/v1/workspaces/{workspace}/journeys/{journey}")
        #expect(line["workspace_id"]?.stringValue == workspace.id)
        #expect(line["journey_id"]?.stringValue?.lowercased() == journey)
        #expect(line["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(line["status"] == 200 && line["peer"] == "127.0.0.1")
        #expect(line["bytes"] == .integer(Int64(answer.body.count)))
        #expect(line["duration_ms"]?.doubleValue ?? -1 >= 0 && line["cut_short"] == nil)
        #expect(!line.text.contains("quiet"))
    }

    @Test func errorsCarryTheIdAndTheirRouteIsKnown() throws {
        let gateway = try TestGateway(logLevel: .info)
        let workspace = try gateway.makeWorkspace()
        for (number, path) in ["/journeys/none", "/nowhere", "/sources/\(workspace.sourceID)/tables/t/rows"]
            .enumerated()
        {
            let answer = try workspace.call(
                number == 2 ? "PUT" : "GET", path, number == 2 ? "id\n1\n" : nil,
                headers: [("X-Request-Id", "bad-\(number)"), ("Content-Type", "text/nothing")])
            #expect(answer.status >= 400)
            #expect(try JSON.parse(answer.body)["request_id"]?.stringValue == "bad-\(number)")
            let line = try Self.line(of: "bad-\(number)", gateway)
            #expect(line["status"] == .integer(Int64(answer.status)))
            #expect((line["route"] == nil) == (path == "/nowhere"))
        }
        // What never became a request.
        let client = try gateway.client()
        try client.send("GET /\u{7f} HTTP/1.1\r\n\r\n")
        let answer = try #require(try client.receiveAnswer())
        #expect(answer.status == 400)
        let line = try Self.line(of: try #require(answer[header: "X-Request-Id"]), gateway)
        #expect(line["method"] == nil && line["status"] == 400)
    }

    @Test(arguments: AccessLog.allCases) func whichRequestsAreToldOf(which: AccessLog) throws {
        let gateway = try TestGateway(logLevel: .info) { $0.accessLog = which }
        let client = try gateway.client()
        for path in ["/healthz", "/docs", "/nowhere"] { _ = try client.request("GET", path) }
        // An answer is out before its line is: by the next one it is there.
        _ = try client.request("GET", "/healthz")
        gateway.stop()
        let statuses = try Self.lines(gateway).filter { $0["event"] == "request" }.compactMap {
            $0["status"]?.integerValue
        }
        #expect(statuses == (which == .all ? [200, 404] : which == .errors ? [404] : []))
    }

    /// A journey at work, with marks planted wherever a person or a system keeps something to itself.
    @Test func nothingSecretAndNothingOfMembersIsInLogOrMetrics() throws {
        let directory = try TemporaryDirectory()
        let clock = ManualClock(0)
        let inbox = Inbox(clock: clock)
        let receiver = HTTPServer(configuration: ServerConfiguration(), handler: inbox, log: .silent, clock: clock)
        let port = try receiver.start()
        defer { receiver.stop(grace: 0) }
        let gateway = try TestGateway(in: directory, logLevel: .debug)
        let workspace = try gateway.makeWorkspace()
        let members = (1...30).map { "canarykey\($0),canaryname\($0),canary\($0)@example.com,\($0)\n" }.joined()
        try workspace.upload("id,name,email,orders\n" + members)
        let model = try workspace.make(
            "/models",
            """
            {"source_id": "\(workspace.sourceID)", "name": "C", "sql_query": "SELECT * FROM customers",
             "entity_type": "parent", "primary_key_column": "id"}
            """)
        func destination(_ port: UInt16) throws -> String {
            try workspace.make(
                "/destinations",
                """
                {"name": "Inbox", "destination_type": "webhook", "config": {
                    "url": "http://127.0.0.1:\(port)/canarypath?token=canarytoken", "authorization": "Bearer canaryauth",
                    "api_key": "canaryapikey", "signing_secrets": ["whsec_Y2FuYXJ5c2lnbmluZ3NlY3JldDEyMzQ1Njc4OTA="]}}
                """)
        }
        func run(_ destination: String) throws {
            let journey = try workspace.make(
                "/journeys",
                """
                {"name": "J", "parent_model_id": "\(model)",
                 "entry_criteria": {"type": "condition", "condition_type": "property", "column": "name",
                    "operator": "starts_with", "value": "canaryname"},
                 "tiles": [{"id": "a", "type": "entry"}, {"id": "b", "type": "sync", "config": {
                    "destination_id": "\(destination)",
                    "field_mapping": [{"source_column": "email", "destination_field": "Email"}]}}],
                 "edges": [{"from": "a", "to": "b"}]}
                """)
            try workspace.json("POST", "/journeys/\(journey)/activate")
            let run = try workspace.json("POST", "/journeys/\(journey)/trigger")["id"]?.stringValue ?? ""
            try eventually {
                gateway.clock.advance(500_000)
                return try workspace.json("GET", "/journeys/\(journey)/runs/\(run)")["finished_at"]?.isNull == false
            }
            for path in ["/canarykey1", "/canarykey99", "?cursor=canarycursor"] {
                _ = try workspace.call("GET", "/journeys/\(journey)/members\(path)")
            }
            _ = try workspace.call("POST", "/journeys/\(journey)/members/canarykey1/retry")
        }
        try run(destination(port))
        // And one that nobody answers.
        try run(destination(1))
        #expect(inbox.rows.withLock { $0.count } == 30)
        _ = try workspace.call("GET", "/journeys", key: "sk_live_canarywrongkey")
        _ = try workspace.call("GET", "/journeys?key=canaryquery")
        _ = try workspace.call("POST", "/journeys", "{\"canarybody\": ")
        _ = try workspace.call(
            "POST", "/models/preview",
            #"{"source_id": "\#(workspace.sourceID)", "sql_query": "SELECT * FROM canarytable WHERE x = 'canaryliteral'"}"#
        )
        let metrics = try gateway.client().request("GET", "/metrics").text
        gateway.stop()
        let log = gateway.logged.withLock { $0 }.joined(separator: "\n")
        #expect(metrics.contains("tessera_members{") && metrics.contains("tessera_runs_ended_total{"))
        #expect(log.contains("\"event\":\"run_ended\"") && log.contains("\"event\":\"request\""))
        for line in try Self.lines(gateway) {
            #expect(line["event"]?.stringValue?.wholeMatch(of: /[a-z_]+/) != nil, "\(line.text)")
            #expect(line["time"] != nil && line["level"] != nil && line["message"] != nil, "\(line.text)")
        }
        for (place, text) in [("log", log), ("/metrics", metrics)] {
            for secret in ["canary", workspace.key, gateway.operatorKey, "Y2FuYXJ5"] {
                if let found = text.firstRange(of: secret) {
                    Issue.record("'\(secret.prefix(12))' is in \(place): \(text[found.lowerBound...].prefix(60))")
                }
            }
        }
    }
}
