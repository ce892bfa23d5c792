import CTessera
import Columns
import Crypto
import Journeys
import Testing
import TesseraTestKit

@Suite struct WebhookBuildTests {
    private static let reserved = [
        Column(name: "$member", type: .string), Column(name: "$key", type: .string),
        Column(name: "$attempt", type: .integer),
    ]

    private func connector(_ more: String = "") throws -> TestConnector {
        try TestConnector(
            PluginLibrary.shipped("Webhook"), "webhook", config: #"{"url": "http://127.0.0.1:1/h?k=1"\#(more)}"#)
    }

    private func batch(_ fields: [Column], _ rows: [[JSON]]) throws -> TestBatch {
        try .rows(
            Self.reserved + fields,
            rows.enumerated().map { [.string("m\($0)"), .string(key($0)), 1] + $1 })
    }

    private func key(_ row: Int) -> String {
        Crypto.hex(Crypto.sha256("key \(row)".utf8).prefix(16))
    }

    @Test func writesEveryTypeAsTheContractHasIt() throws {
        let fields = [
            Column(name: "Email", type: .string), Column(name: "orders", type: .integer),
            Column(name: "total", type: .number), Column(name: "vip", type: .boolean),
            Column(name: "last_order", type: .date), Column(name: "seen", type: .timestamp),
            Column(name: "tags", type: .string, isJSON: true),
        ]
        let rows: [[JSON]] = [
            [
                "a\"\\\n\u{1}é@x", -42, 100.25, true, "2024-01-15", "2024-01-15T09:30:00.5Z",
                #"{"a": [1, null]}"#,
            ],
            [.null, .null, .null, .null, .null, .null, .null],
            ["", .integer(.min), 1e300, false, "1969-12-31", "1969-12-31T23:59:59Z", "[]"],
        ]
        let told = try connector().build(try batch(fields, rows))
        #expect(told.outcomes == [])
        let first =
            #"{"Email":"a\"\\\n\u0001é@x","orders":-42,"total":100.25,"vip":true,"last_order":"2024-01-15","seen":"2024-01-15T09:30:00.500000Z","tags":{"a": [1, null]}}"#
        let second =
            #"{"Email":null,"orders":null,"total":null,"vip":null,"last_order":null,"seen":null,"tags":null}"#
        let third =
            #"{"Email":"","orders":-9223372036854775808,"total":1e+300,"vip":false,"last_order":"1969-12-31","seen":"1969-12-31T23:59:59.000000Z","tags":[]}"#
        let expected = [first, second, third].enumerated().map {
            #"{"data":\#($1),"operation":"insert","primary_key":"m\#($0)","idempotency_key":"\#(key($0))"}"#
        }
        #expect(told.requests.map(\.body) == [#"{"sync_mode":"insert","rows":[\#(expected.joined(separator: ","))]}"#])
        #expect(throws: Never.self) { try JSON.parse(told.requests[0].body) }
        #expect(told.requests[0].method == "POST")
        #expect(told.requests[0].url == "http://127.0.0.1:1/h?k=1")
        #expect(told.requests[0].rows == [0, 1, 2])
    }

    @Test func nestsDottedFields() throws {
        let fields = ["a.b", "c", "a.d.e", "a.d.f", "$key"].map { Column(name: $0, type: .integer) }
        let told = try connector().build(try batch(fields, [[1, 2, 3, 4, 5]]))
        #expect(told.requests[0].body.contains(#""data":{"a":{"b":1,"d":{"e":3,"f":4}},"c":2,"$key":5},"#))
    }

    @Test func sendsNoFieldsAsAnEmptyObject() throws {
        let told = try connector().build(try batch([], [[]]))
        #expect(
            told.requests[0].body
                == #"{"sync_mode":"insert","rows":[{"data":{},"operation":"insert","primary_key":"m0","idempotency_key":"\#(key(0))"}]}"#
        )
    }

    @Test(arguments: [["a", "a"], ["a", "a.b"], ["a.b", "a"], ["a.b.c", "a.b"], ["a..b"], [".a"], ["a."], [""]])
    func failsRowsOfAMappingThatMakesNoObject(names: [String]) throws {
        let fields = names.map { Column(name: $0, type: .integer) }
        let row = names.map { _ in JSON.integer(1) }
        let told = try connector().build(try batch(fields, [row, row]))
        #expect(told.requests == [])
        #expect(told.outcomes.map(\.row) == [0, 1])
        #expect(told.outcomes.allSatisfy { $0.kind == .fail && $0.error?.code == "BAD_REQUEST" })
        #expect(told.outcomes[0].error?.message.contains("'\(names[names.count - 1])'") == true)
    }

    @Test(
        arguments: [
            "", "{", "}", "{}]", "1 2", "[1,]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "nul", "01", "1.", "+1", "\"\u{1}\"",
            "\"\\x\"", "\"\\u12g4\"", "\"", "[}", "tru e", "1}, {\"x\":2", ",", "[1 2]", "-", "1e",
        ])
    func failsOnlyRowsWhoseJSONIsNone(text: String) throws {
        let fields = [Column(name: "n", type: .string, isJSON: true)]
        let told = try connector().build(try batch(fields, [["1"], [.string(text)], ["{\"a\":[]}"]]))
        #expect(told.requests.map(\.rows) == [[0, 2]])
        #expect(told.outcomes.map(\.row) == [1])
        #expect(told.outcomes[0].error?.code == "EVENT_PARSING_FAILED")
        #expect(told.outcomes[0].error?.message.contains("'n'") == true)
    }

    @Test(
        arguments: [
            "null", " [ ] ", "{ }", "-0.5e+10", "0", "\"\\u00e9\\n\"", "[[[{\"a\":{\"b\":[]}}],1],2]",
            "{\"a\":1,\"b\":{}}", "true",
        ])
    func inlinesJSON(text: String) throws {
        let fields = [Column(name: "n", type: .string, isJSON: true)]
        let told = try connector().build(try batch(fields, [[.string(text)]]))
        #expect(told.outcomes == [])
        #expect(told.requests[0].body.contains("\"data\":{\"n\":\(text)}"))
    }

    @Test func groupsRowsByBatchSize() throws {
        let told = try connector(#", "batch_size": 2, "method": "PATCH""#).build(
            try batch([], Array(repeating: [], count: 5)))
        #expect(told.requests.map(\.rows) == [[0, 1], [2, 3], [4]])
        #expect(told.requests.allSatisfy { $0.method == "PATCH" })
        let byDefault = try connector().build(try batch([], Array(repeating: [], count: 201)))
        #expect(byDefault.requests.map(\.rows.count) == [100, 100, 1])
        #expect(try connector().build(try batch([], [])).requests == [])
    }

    @Test func keysOfARequestDoNotDependOnTheOrder() throws {
        let one = try connector().build(try batch([], [[]]))
        #expect(one.requests[0].headers == ["Idempotency-Key: \(key(0))", "Content-Type: application/json"])

        let keys = ["b", "a", key(1), key(0), "key 3 is long", "key 3 is lone"]
        for order in [keys, keys.reversed(), keys.sorted()] {
            let batch = try TestBatch.rows(Self.reserved, order.map { ["m", .string($0), 1] })
            let sorted = order.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            let hash = Crypto.hex(Crypto.sha256(Array(sorted.joined(separator: "\0").utf8)).prefix(16))
            #expect(try connector().build(batch).requests[0].headers[0] == "Idempotency-Key: \(hash)")
        }
    }

    @Test func putsTokensIntoHeadersAndSignatures() throws {
        let told = try connector(
            #", "authorization": "token-1", "api_key": "token-2", "signing_secrets": ["token-3", "token-4"]"#
        ).build(try batch([], [[]]))
        let request = told.requests[0]
        #expect(
            request.headers == [
                "Idempotency-Key: \(key(0))", "Content-Type: application/json", "Authorization: token-1",
                "X-Api-Key: token-2",
            ])
        #expect(request.signature == TESSERA_SIGN_STANDARD_WEBHOOKS)
        #expect(request.messageID == key(0))
        #expect(request.signingTokens == ["token-3", "token-4"])
        #expect(!request.body.contains("token"))

        let plain = try connector().build(try batch([], [[]])).requests[0]
        #expect(plain.signature == TESSERA_SIGN_NONE)
        #expect(plain.signingTokens == [])
        #expect(plain.messageID == "")
    }

    @Test func failsRowsWithoutKeys() throws {
        let batch = try TestBatch.rows(Self.reserved, [[.null, "k", 1], ["m", .null, 1], ["m", "k", 1]])
        let told = try connector().build(batch)
        #expect(told.requests.map(\.rows) == [[2]])
        #expect(told.outcomes.map(\.row) == [0, 1])
    }
}
