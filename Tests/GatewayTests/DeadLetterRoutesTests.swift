import HTTPServer
import Journeys
import Platform
import Testing
import TestSupport

/// Members that a destination refused: found, looked at, tried again, passed on and removed over the API.
@Suite struct DeadLetterRoutesTests {
    /// Refuses rows of some members, and says so with the secret in its answer.
    private final class Inbox: HTTPHandler {
        let refused = Monitor<Set<String>>([])
        let keys = Monitor<[String]>([])
        func bodyPolicy(_ head: RequestHead) -> BodyPolicy { .collect(limit: 1 << 20) }
        func handle(_ request: Request, _ responder: Responder) {
            let row = (try? JSON.parse(request.body))?["rows"]?.arrayValue?.first
            let member = row?["primary_key"]?.stringValue ?? ""
            keys.update { $0.append("\(member) \(row?["idempotency_key"]?.stringValue ?? "")") }
            let isRefused = refused.withLock { $0.contains(member) }
            responder.respond(
                Response(status: isRefused ? 400 : 200, body: Array("no s3cret-key for \(member)".utf8)))
        }
    }

    private let inbox = Inbox()
    private let receiver: HTTPServer
    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let destination: String
    private let journey: String

    init() throws {
        receiver = HTTPServer(configuration: ServerConfiguration(), handler: inbox, log: .silent, clock: SystemClock())
        let port = try receiver.start()
        gateway = try TestGateway()
        workspace = try gateway.makeWorkspace()
        let model = try workspace.makeModel()
        destination = try workspace.make(
            "/destinations",
            """
            {"name": "Inbox", "destination_type": "webhook",
             "config": {"url": "http://127.0.0.1:\(port)/in", "batch_size": 1, "api_key": "s3cret-key"}}
            """)
        journey = try workspace.make(
            "/journeys",
            """
            {"name": "J", "parent_model_id": "\(model)",
             "tiles": [{"id": "a", "type": "entry"},
                {"id": "send", "type": "sync", "config": {
                    "destination_id": "\(destination)", "retry": {"attempts": 3},
                    "field_mapping": [{"source_column": "name", "destination_field": "Name"}]}},
                {"id": "rest", "type": "wait", "config": {"duration": 3, "unit": "days"}}],
             "edges": [{"from": "a", "to": "send"}, {"from": "send", "to": "rest"}]}
            """)
        try workspace.json("POST", "/journeys/\(journey)/activate")
        inbox.refused.update { $0 = ["00001", "00002"] }
        let run = try workspace.json("POST", "/journeys/\(journey)/trigger")
        let ended = try workspace.waitForRun(journey, run["id"]?.stringValue ?? "")
        try #require(ended["counts"]?["failed"] == 2, "\(ended.text)")
    }

    private func letters(_ query: String = "") throws -> [JSON] {
        let page = try workspace.json("GET", "/dead-letters\(query)")
        #expect(page["next_cursor"] == .null)
        return page["data"]?.arrayValue ?? []
    }

    private func member(_ key: String) throws -> JSON {
        try workspace.json("GET", "/journeys/\(journey)/members/\(key)")
    }

    private func wait(_ key: String, until body: (JSON) -> Bool) throws {
        try eventually { try body(member(key)) }
    }

    @Test func theyAreFoundByWhatIsKnownOfThem() throws {
        let all = try letters()
        #expect(all.map { $0["key"]?.stringValue }.sorted { $0 ?? "" < $1 ?? "" } == ["00001", "00002"])
        let letter = try #require(all.first)
        #expect(letter["journey_id"]?.stringValue == journey && letter["tile"] == "send")
        #expect(letter["destination_id"]?.stringValue == destination && letter["code"] == "BAD_REQUEST")
        #expect(letter["http_status"] == 400 && letter["attempts"] == 1 && letter["entry"] == 1)
        #expect(letter["failed_at"]?.stringValue?.hasPrefix("2024-01-15T") == true)
        for (query, count) in [
            ("?destination=\(destination)", 2), ("?destination=\(journey)", 0), ("?journey=\(journey)", 2),
            ("?tile=send&code=BAD_REQUEST", 2), ("?tile=rest", 0), ("?code=RATE_LIMIT", 0),
            ("?since=2024-01-01T00:00:00Z&until=2024-02-01T00:00:00Z", 2), ("?since=2024-02-01T00:00:00Z", 0),
        ] {
            #expect(try letters(query).count == count, "\(query)")
        }
        let first = try workspace.json("GET", "/dead-letters?limit=1")
        let next = try workspace.json("GET", "/dead-letters?limit=1&cursor=\(first["next_cursor"]?.stringValue ?? "")")
        #expect(first["data"]?[0]?["key"] != next["data"]?[0]?["key"])
        for query in ["?since=yesterday", "?cursor=1.2", "?colour=red", "?limit=0"] {
            let status = try workspace.call("GET", "/dead-letters\(query)").status
            #expect(status == (query == "?colour=red" ? 400 : 422), "\(query)")
        }
    }

    @Test func aMemberShowsWhatWasSentAndWhatCameBackButNoSecret() throws {
        let error = try #require(try member("00001")["error"])
        #expect(error["code"] == "BAD_REQUEST" && error["destination_id"]?.stringValue == destination)
        let request = error["request"]?.stringValue ?? ""
        #expect(request.hasPrefix("POST http://127.0.0.1:") && request.contains("X-Api-Key: ********\n"))
        #expect(request.contains("\"primary_key\":\"00001\""))
        #expect(error["response"] == "no ******** for 00001")
        #expect(!error.text.contains("s3cret"))
        let list = try workspace.json("GET", "/journeys/\(journey)/members?failed=true")
        #expect(list["data"]?[0]?["error"]?["request"] == nil)
    }

    @Test func oneIsTriedAgainUnderItsKeyAndOnePassesOn() throws {
        inbox.refused.update { $0 = [] }
        let answer = try workspace.json("POST", "/journeys/\(journey)/members/00001/retry")
        #expect(answer["key"] == "00001")
        try wait("00001") { $0["tile"] == "rest" && $0["error"] == .null }
        let sent = inbox.keys.withLock { $0 }.filter { $0.hasPrefix("00001") }
        #expect(sent.count == 2 && sent[0] == sent[1])
        // The timer fires once a second.
        gateway.clock.advance(1_000_000)
        _ = try workspace.json("POST", "/journeys/\(journey)/members/00002/skip")
        try wait("00002") { $0["tile"] == "rest" }
        #expect(inbox.keys.withLock { $0 }.count { $0.hasPrefix("00002") } == 1)
        #expect(try letters().isEmpty)
        for path in ["00001/retry", "00003/skip"] {
            let refused = try workspace.call("POST", "/journeys/\(journey)/members/\(path)")
            #expect(refused.status == 409 && refused.text.contains("has not failed"))
        }
        #expect(try workspace.call("POST", "/journeys/\(journey)/members/nobody/retry").status == 404)
    }

    /// A receiver may repeat a member's attributes in what it says: they must not outlive the member in the audit log.
    @Test func theAuditLogHasNothingThatAReceiverSaid() throws {
        #expect(try member("00001")["error"]?["message"]?.stringValue?.isEmpty == false)
        try workspace.json("POST", "/journeys/\(journey)/members/00001/skip")
        try workspace.json("POST", "/dead-letters/remove", #"{"keys": ["00002", "x"], "code": "BAD_REQUEST"}"#)
        let told = try workspace.json("GET", "/audit?limit=2")["data"]
        #expect(told?[1]?["before"]?["error"] == ["code": "BAD_REQUEST", "http_status": 400])
        #expect(told?[0]?["after"] == ["removed": 1, "choice": ["keys": 2, "code": "BAD_REQUEST"]])
    }

    @Test func whatWasDoneToOneMemberIsInTheAuditLog() throws {
        inbox.refused.update { $0 = [] }
        let path = "/journeys/\(journey)/members/"
        try workspace.json("POST", path + "00001/retry")
        try workspace.json("POST", path + "00002/skip")
        try workspace.json("DELETE", path + "00003")
        // Neither who has not failed nor who has left.
        for refused in [("POST", "00003/retry"), ("POST", "00003/skip"), ("DELETE", "00003")] {
            #expect(try workspace.call(refused.0, path + refused.1).status == 409)
        }
        let told = try workspace.json("GET", "/audit?object=member")["data"]?.arrayValue ?? []
        let done = told.map { "\($0["object"]?["id"]?.stringValue ?? "") \($0["action"]?.stringValue ?? "")" }
        #expect(done == ["00003 removed", "00002 skipped", "00001 retried"])
        #expect(told.allSatisfy { $0["after"]?["journey_id"]?.stringValue == journey })
        #expect(told.dropFirst().allSatisfy { $0["before"]?["error"]?["code"] == "BAD_REQUEST" }, "\(told)")
        #expect(told.first?["before"]?["status"] == "active" && told.first?["after"]?["status"] == "exited")
        #expect(told.first?["after"]?["reason"] == "removed")
    }

    @Test func manyAreHelpedAtOnce() throws {
        #expect(try workspace.json("POST", "/dead-letters/retry", #"{"code": "RATE_LIMIT"}"#)["retried"] == 0)
        #expect(
            try workspace.json("POST", "/dead-letters/remove", #"{"keys": ["00001", "x"]}"#)["removed"] == 1)
        #expect(try member("00001")["reason"] == "removed")
        #expect(
            try workspace.json("POST", "/dead-letters/skip", #"{"destination": "\#(destination)"}"#)["skipped"] == 1)
        try wait("00002") { $0["tile"] == "rest" }
        #expect(try workspace.json("POST", "/dead-letters/retry", #"{"all": true}"#)["retried"] == 0)
        for (body, status) in [
            ("{}", 422), (#"{"all": false}"#, 422), (#"{"since": "x"}"#, 422), (#"{"keys": "x"}"#, 400),
            (#"{"colour": "red"}"#, 400),
        ] {
            #expect(try workspace.call("POST", "/dead-letters/retry", body).status == status, "\(body)")
        }
    }
}
