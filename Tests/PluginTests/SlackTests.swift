import CTessera
import Columns
import Journeys
import Testing
import TesseraTestKit

@Suite struct SlackTests {
    private func connector(_ more: String = "") throws -> TestConnector {
        try TestConnector(
            PluginLibrary.shipped("Slack"), "slack",
            config: #"{"webhook_url": "https://hooks.slack.com/services/T/B/x"\#(more)}"#)
    }

    private func batch(_ names: [String], _ rows: [[JSON]]) throws -> TestBatch {
        try .rows(
            [
                Column(name: "$member", type: .string), Column(name: "$key", type: .string),
                Column(name: "$attempt", type: .integer),
            ] + names.map { Column(name: $0, type: .string) },
            rows.enumerated().map { [.string("m\($0)"), .string("k\($0)"), 1] + $1 })
    }

    @Test func aMemberIsAMessageAndItsDataNoMarkup() throws {
        let connector = try connector(
            #", "text": "*{{name}}* <https://a.b|here> & more", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Hi {{name}}"}}]"#
        )
        #expect(connector.columns == ["name"])
        let told = try connector.build(try batch(["name"], [["Ann <!channel> & \"co\""], [.null]]))
        #expect(told.isWhole && told.requests.map(\.rows) == [[0], [1]])
        #expect(told.requests[0].url == "https://hooks.slack.com/services/T/B/x")
        #expect(
            try JSON.parse(told.requests[0].body) == [
                "text": "*Ann &lt;!channel&gt; &amp; \"co\"* <https://a.b|here> & more",
                "blocks": [
                    [
                        "type": "section",
                        "text": ["type": "mrkdwn", "text": "Hi Ann &lt;!channel&gt; &amp; \"co\""],
                    ]
                ],
            ])
        let blocks = try self.connector(#", "blocks": [{"type": "divider"}]"#).build(try batch([], [[]]))
        #expect(try JSON.parse(blocks.requests[0].body) == ["blocks": [["type": "divider"]]])
        let plain = try self.connector().build(try batch(["text"], [["a < b"]]))
        #expect(try JSON.parse(plain.requests[0].body) == ["text": "a &lt; b"])
    }

    @Test(
        arguments: [
            (400, "invalid_payload", "BAD_REQUEST"), (400, "no_text", "BAD_REQUEST"),
            (403, "action_prohibited", "AUTHENTICATION_ERROR"), (404, "channel_not_found", "ENDPOINT_NOT_FOUND"),
            (410, "channel_is_archived", "ENDPOINT_NOT_FOUND"),
        ] as [(Int32, String, String)])
    func words(status: Int32, word: String, code: String) throws {
        let outcomes = try connector().classify(rows: [2], status: status, body: word)
        #expect(outcomes.map(\.kind) == [.fail] && outcomes[0].error?.code == code)
        #expect(outcomes[0].error?.message.hasPrefix("Slack answered \(word) (HTTP \(status)): ") == true)
    }

    @Test func okIsDeliveredAndTroubleIsTriedAgain() throws {
        #expect(try connector().classify(rows: [2], status: 200, body: "ok").map(\.kind) == [.advance(branch: 0)])
        let busy = try connector().classify(rows: [2], status: 429, body: "rate_limited", retryAt: 30)
        #expect(busy.map(\.kind) == [.retry(at: 30, notAttempted: false)] && busy[0].error?.code == "RATE_LIMIT")
        let failed = try connector().classify(rows: [2], status: 500, body: "rollup_error")
        #expect(failed.map(\.kind) == [.retry(at: 0, notAttempted: false)])
    }

    @Test(
        arguments: [
            (#"{}"#, ["/webhook_url"]), (#"{"webhook_url": "https://a.b", "text": "{{x"}"#, ["/text"]),
            (#"{"webhook_url": "https://a.b", "blocks": {}}"#, ["/blocks"]),
            (#"{"webhook_url": "https://a.b", "blocks": [{"t": "{{secret.x}}"}]}"#, ["/blocks/0/t"]),
        ])
    func refuses(config: String, pointers: [String]) throws {
        #expect(
            try TestConnector.problems(PluginLibrary.shipped("Slack"), "slack", config: config).pointers == pointers)
    }
}
