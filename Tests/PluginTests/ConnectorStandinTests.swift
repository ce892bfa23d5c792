import CTessera
import Columns
import Journeys
import Testing
import TesseraTestKit

/// The connectors through the sync tile against stand-ins of their APIs, with secrets as the gateway has them: a token in
/// the config, its value known to the transport.
@Suite struct ConnectorStandinTests {
    struct Landed {
        var row: Int
        var kind: TestOutcome.Kind?
        var error: TestOutcome.Failure?
    }

    private func deliver(
        _ plugin: String, _ config: String, secret: String = "", to standin: Standin, _ fields: [String],
        _ rows: [[JSON]], disables: Bool = false
    ) throws -> [Landed] {
        let rig = try SyncRig.open.get()
        let destination = try SyncRig.Destination(try PluginLibrary.shipped(plugin), config: config)
        destination.secrets = [("tok-0123456789", secret)]
        destination.origins = [standin.address]
        _ = rig.add(destination)
        let mapping = fields.map { #"{"source_column": "\#($0)", "destination_field": "\#($0)"}"# }
        let tile = try rig.tile(destination.id, mapping: "[\(mapping.joined(separator: ","))]")
        let batch = try TestBatch.rows(
            SyncRig.reserved + fields.map { Column(name: $0, type: .string) },
            rows.enumerated().map { SyncRig.reservedCells($0) + $1 })
        let call = CallRecorder(now: rig.now)
        try #require(tile.run(batch, call) == 0)
        call.waitForDone()
        #expect(destination.disabled.isEmpty != disables)
        return call.outcomes(rows: rows.count).enumerated().map {
            Landed(row: $0, kind: $1, error: call.error(row: $0))
        }
    }

    private let delivered = TestOutcome.Kind.advance(branch: 0)

    @Test func brazeTakesUsersAndNamesThoseThatItDoesNot() throws {
        let braze = try Standin("braze", ["K3Y"])
        let config = #"{"endpoint": "\#(braze.address)", "api_key": "tok-0123456789"}"#
        let rows: [[JSON]] = (0..<200).map { [.string($0 % 50 == 7 ? "nobody" : "e\($0)@x.org")] }
        let outcomes = try deliver("Braze", config, secret: "K3Y", to: braze, ["email"], rows)
        #expect(outcomes.count == 200)
        #expect(outcomes.filter { $0.kind == .fail }.map(\.row) == [7, 57, 107, 157])
        #expect(outcomes[7].error?.message == "Braze did not take the user: 'email' is not valid")
        #expect(outcomes.filter { $0.kind == delivered }.count == 196)
        let state = try braze.state()
        #expect(state["requests"] == 3 && state["users"]?.objectValue?.count == 196)
        #expect(state["users"]?["m3"] == ["external_id": "m3", "email": "e3@x.org"])
    }

    @Test func brazeRefusesARequestOfNothingButFaults() throws {
        let braze = try Standin("braze", ["K3Y"])
        let config = #"{"endpoint": "\#(braze.address)", "api_key": "tok-0123456789"}"#
        let outcomes = try deliver("Braze", config, secret: "K3Y", to: braze, ["email"], [["a"], ["b"], ["c"]])
        #expect(outcomes.map(\.kind) == [.fail, .fail, .fail])
        #expect(
            outcomes.allSatisfy { $0.error?.message == "Braze did not take the user: 'email' is not valid" },
            "\(outcomes)")
        #expect(try braze.state()["requests"] == 1)
        let wrong = try deliver("Braze", config, secret: "other", to: braze, ["email"], [["a@b.c"]])
        #expect(wrong.map(\.error?.code) == ["AUTHENTICATION_ERROR"])
        #expect(wrong[0].error?.message.contains("Invalid API key") == true)
    }

    @Test func brazeTakesEvents() throws {
        let braze = try Standin("braze", ["K3Y"])
        let config =
            #"{"endpoint": "\#(braze.address)/", "api_key": "tok-0123456789", "object": "events", "event_name": "joined", "identify_by": "email"}"#
        let outcomes = try deliver("Braze", config, secret: "K3Y", to: braze, ["email", "plan"], [["a@b.c", "gold"]])
        #expect(outcomes.map(\.kind) == [delivered])
        let event = try #require(try braze.state()["events"]?[0])
        #expect(event["email"] == "a@b.c" && event["name"] == "joined")
        #expect(event["properties"] == ["plan": "gold", "tessera_key": "k0"])
    }

    @Test func brazeSaysWhenItTakesRequestsAgain() throws {
        let rig = try SyncRig.open.get()
        let reset = rig.now / 1_000_000 + 40
        let braze = try Standin("braze", ["K3Y", "--limit", "0", "--reset", "\(reset)"])
        let config = #"{"endpoint": "\#(braze.address)", "api_key": "tok-0123456789"}"#
        let outcomes = try deliver("Braze", config, secret: "K3Y", to: braze, ["email"], [["a@b.c"]])
        #expect(outcomes.map(\.kind) == [.retry(at: reset * 1_000_000, notAttempted: false)])
        #expect(outcomes[0].error?.code == "RATE_LIMIT")
    }

    @Test func slackGetsAMessageForEachMember() throws {
        let slack = try Standin("slack", ["/services/T0/B0/x"])
        let config =
            #"{"webhook_url": "tok-0123456789", "text": "{{name}} joined", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*{{name}}*"}}]}"#
        let url = slack.address + "/services/T0/B0/x"
        let long = JSON.string(String(repeating: "x", count: 3000))
        let outcomes = try deliver(
            "Slack", config, secret: url, to: slack, ["name"], [["Ann <@U1>"], [long], ["Bob"]])
        #expect(outcomes.map(\.kind) == [delivered, .fail, delivered])
        #expect(outcomes[1].error?.message.hasPrefix("Slack answered invalid_blocks (HTTP 400): ") == true)
        let messages = try #require(try slack.state()["messages"]?.arrayValue)
        #expect(messages.contains { $0["text"] == "Ann &lt;@U1&gt; joined" } && messages.count == 2)
        let gone = try deliver("Slack", config, secret: slack.address + "/services/other", to: slack, ["name"], [["A"]])
        #expect(
            gone[0].error?.message
                == "Slack answered no_service (HTTP 404): the webhook is disabled or removed: make a new one")
    }

    @Test func slackIsAskedAgainLaterOrNever() throws {
        let config = #"{"webhook_url": "tok-0123456789"}"#
        let busy = try Standin("slack", ["/hook", "--limit", "1"])
        let outcomes = try deliver("Slack", config, secret: busy.address + "/hook", to: busy, ["text"], [["a"], ["b"]])
        let again = TestOutcome.Kind.retry(at: try SyncRig.open.get().now + 30_000_000, notAttempted: false)
        #expect(outcomes.filter { $0.kind == delivered }.count == 1)
        #expect(outcomes.filter { $0.kind == again && $0.error?.code == "RATE_LIMIT" }.count == 1, "\(outcomes)")
        let archived = try Standin("slack", ["/hook", "--archived"])
        let ended = try deliver(
            "Slack", config, secret: archived.address + "/hook", to: archived, ["text"], [["a"]], disables: true)
        #expect(ended.map(\.kind) == [.fail])
        #expect(ended[0].error?.message.hasPrefix("Slack answered channel_is_archived (HTTP 410): ") == true)
    }

    @Test func anHTTPAPIGetsAContactEach() throws {
        let api = try Standin("contacts", ["s3cret"])
        let config = #"""
            {"url": "\#(api.address)/contacts/{{email}}", "method": "PUT", "secrets": {"token": "tok-0123456789"},
             "headers": {"Authorization": "Bearer {{secret.token}}"}, "body": {"name": "{{name}}", "id": "{{$member}}"}}
            """#
        let rows: [[JSON]] = [["a+1@x.org", "Ann"], ["none", "Bob"], ["c@busy.example", "Cy"], ["", "Di"]]
        let outcomes = try deliver("HTTP", config, secret: "s3cret", to: api, ["email", "name"], rows)
        let now = try SyncRig.open.get().now
        // A Retry-After of years counts as an hour.
        #expect(
            outcomes.map(\.kind) == [delivered, .fail, .retry(at: now + 3_600_000_000, notAttempted: false), .fail])
        #expect(outcomes.map(\.error?.code) == [nil, "BAD_REQUEST", "SERVICE_UNAVAILABLE", "BAD_REQUEST"])
        #expect(outcomes[3].error?.message == "field 'email' has no value, and the URL needs it")
        #expect(try api.state()["contacts"] == ["a+1@x.org": ["name": "Ann", "id": "m0"]])
        // The same row again has the same key: nothing is done twice.
        _ = try deliver("HTTP", config, secret: "s3cret", to: api, ["email", "name"], [rows[0]])
        #expect(try api.state()["repeats"] == 1)
    }

    @Test func anHTTPAPIGetsContactsTogether() throws {
        let api = try Standin("contacts", ["s3cret"])
        let config = #"""
            {"url": "\#(api.address)/contacts/batch", "batch_size": 80, "secrets": {"token": "tok-0123456789"},
             "headers": {"Authorization": "Bearer {{secret.token}}"},
             "body": {"contacts": {"$rows": {"id": "{{$member}}", "key": "{{$key}}", "email": "{{email}}"}}},
             "results": {"pointer": "/rejected", "match": "field", "match_pointer": "/id", "message_pointer": "/reason"}}
            """#
        let rows: [[JSON]] = (0..<80).map { [$0 == 11 ? .null : .string("e\($0)@x.org")] }
        let outcomes = try deliver("HTTP", config, secret: "s3cret", to: api, ["email"], rows)
        #expect(outcomes.filter { $0.kind == .fail }.map(\.row) == [11])
        #expect(outcomes[11].error?.message == "the API did not take the row: no address")
        #expect(outcomes.filter { $0.kind == delivered }.count == 79)
        // 80 are refused with 413, two halves are taken.
        let state = try api.state()
        #expect(state["requests"] == 3 && state["contacts"]?.objectValue?.count == 79)
    }
}
