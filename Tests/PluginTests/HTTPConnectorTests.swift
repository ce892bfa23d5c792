import CTessera
import Columns
import Crypto
import Journeys
import Testing
import TesseraTestKit

@Suite struct HTTPConnectorTests {
    private static let reserved = [
        Column(name: "$member", type: .string), Column(name: "$key", type: .string),
        Column(name: "$attempt", type: .integer),
    ]

    private func connector(_ config: String) throws -> TestConnector {
        try TestConnector(PluginLibrary.shipped("HTTP"), "http", config: config)
    }

    private func batch(_ fields: [Column], _ rows: [[JSON]]) throws -> TestBatch {
        try .rows(
            Self.reserved + fields, rows.enumerated().map { [.string("m\($0)"), .string("key\($0)"), 1] + $1 })
    }

    private let email = Column(name: "email", type: .string)
    private let name = Column(name: "name", type: .string)
    private let orders = Column(name: "orders", type: .integer)

    @Test func aRequestIsMadeOfTemplates() throws {
        let connector = try connector(
            #"""
            {"url": "https://api.example.com/v1/contacts/{{email}}?source={{ $member }}&t={{secret.query}}", "method": "PUT",
             "headers": {"Authorization": "Bearer {{secret.token}}", "X-Name": "Dear {{name}}"},
             "secrets": {"token": "T0KEN", "query": "QU"},
             "body": {"id": "{{$key}}", "orders": "{{orders}}", "text": "{{name}} has \"{{orders}}\" orders", "fixed": [1, null, true],
                "nested": {"e": "{{email}}"}}}
            """#)
        #expect(connector.columns == ["email", "name", "orders"])
        let told = try connector.build(
            try batch([email, name, orders], [["a+b@x.y/ü", "Ann \"A\"", 3], ["c@d", .null, .null]]))
        #expect(told.outcomes.map(\.row) == [1] && told.outcomes[0].error?.code == "BAD_REQUEST")
        #expect(told.outcomes[0].error?.message == "field 'name' has no value, and the header 'X-Name' needs it")
        let request = try #require(told.requests.first)
        #expect(request.method == "PUT" && request.rows == [0])
        #expect(request.url == "https://api.example.com/v1/contacts/a%2Bb%40x.y%2F%C3%BC?source=m0&t=QU")
        #expect(
            request.headers == [
                "Authorization: Bearer T0KEN", "X-Name: Dear Ann \"A\"", "Content-Type: application/json",
                "Idempotency-Key: key0",
            ])
        #expect(
            try JSON.parse(request.body) == [
                "id": "key0", "orders": 3, "text": "Ann \"A\" has \"3\" orders", "fixed": [1, .null, true],
                "nested": ["e": "a+b@x.y/ü"],
            ])
    }

    @Test func nullFieldsAreNullOrNothing() throws {
        let connector = try connector(
            #"{"url": "https://a.example/x", "body": {"n": "{{orders}}", "t": "has {{orders}} orders"}, "idempotency_header": null}"#
        )
        let told = try connector.build(try batch([orders], [[.null]]))
        #expect(told.requests.map(\.body) == [#"{"n":null,"t":"has  orders"}"#])
        #expect(told.requests[0].headers == ["Content-Type: application/json"])
    }

    @Test func batchesPutTheirRowsWhereTheConfigSays() throws {
        let connector = try connector(
            #"""
            {"url": "https://a.example/batch", "batch_size": 2, "body": {"list": {"$rows": {"id": "{{$member}}", "e": "{{email}}", "key": "{{$key}}"}}, "v": 1},
             "signing_secrets": ["whsec_AAAA"]}
            """#)
        let told = try connector.build(try batch([email], [["a"], ["b"], ["c"]]))
        #expect(
            told.requests.map(\.body) == [
                #"{"list":[{"e":"a","id":"m0","key":"key0"},{"e":"b","id":"m1","key":"key1"}],"v":1}"#,
                #"{"list":[{"e":"c","id":"m2","key":"key2"}],"v":1}"#,
            ])
        #expect(told.isWhole && told.requests.map(\.rows) == [[0, 1], [2]])
        let key = Crypto.hex(Crypto.sha256("key0\u{0}key1".utf8).prefix(16))
        #expect(told.requests[0].headers.contains("Idempotency-Key: \(key)") && told.requests[0].messageID == key)
        #expect(told.requests[1].messageID == "key2" && told.requests[1].signingTokens == ["whsec_AAAA"])
    }

    @Test func withoutABodyAllMappedFieldsAreSent() throws {
        let single = try connector(#"{"url": "https://a.example/"}"#)
        #expect(single.columns.isEmpty)
        let fields = [email, Column(name: "address.city", type: .string)]
        #expect(
            try single.build(try batch(fields, [["a", "B"]])).requests.map(\.body)
                == [#"{"email":"a","address":{"city":"B"}}"#])
        let many = try connector(#"{"url": "https://a.example/", "batch_size": 10}"#)
        #expect(
            try many.build(try batch([email], [["a"], ["b"]])).requests.map(\.body) == [
                #"[{"email":"a","idempotency_key":"key0"},{"email":"b","idempotency_key":"key1"}]"#
            ])
        #expect(
            try many.build(try batch([], [[]])).requests.map(\.body) == [#"[{"idempotency_key":"key0"}]"#])
        let none = try connector(#"{"url": "https://a.example/{{email}}", "method": "DELETE"}"#)
        let told = try none.build(try batch([email], [["a"]]))
        #expect(told.requests.map(\.body) == [""] && told.requests[0].headers == ["Idempotency-Key: key0"])
    }

    /// Rows of a batch come again in other batches: only a key of its own tells an API that it has one already.
    @Test func rowsOfABatchCarryTheirKeysUnlessTheConfigSaysOtherwise() throws {
        let start = #"{"url": "https://a.example/", "batch_size": 2, "body": {"l": [{"$rows": {"e": "{{email}}"}}]}"#
        let problems = try TestConnector.problems(PluginLibrary.shipped("HTTP"), "http", config: start + "}")
        #expect(problems.pointers == ["/body/l/0/$rows"])
        let message = "\(problems)"
        #expect(message.contains("{{$key}}") && message.contains("keyless_rows"), "\(problems)")
        let keyless = try connector(start + #", "keyless_rows": true}"#)
        #expect(try keyless.build(try batch([email], [["a"]])).requests.map(\.body) == [#"{"l":[[{"e":"a"}]]}"#])
        let bare = try connector(#"{"url": "https://a.example/", "batch_size": 2, "keyless_rows": true}"#)
        #expect(try bare.build(try batch([email], [["a"]])).requests.map(\.body) == [#"[{"email":"a"}]"#])
        let own = [Column(name: "idempotency_key", type: .string)]
        #expect(
            try bare.build(try batch(own, [["x"]])).requests.map(\.body) == [#"[{"idempotency_key":"x"}]"#])
        let many = try connector(#"{"url": "https://a.example/", "batch_size": 2}"#)
        let told = try many.build(try batch(own, [["x"]]))
        #expect(told.requests.isEmpty && told.outcomes.map(\.kind) == [.fail])
        #expect(told.outcomes[0].error?.message.contains("the field 'idempotency_key'") == true, "\(told.outcomes)")
    }

    @Test func aRowThatWouldBreakAHeaderFailsAlone() throws {
        let connector = try connector(
            #"{"url": "https://a.example/", "headers": {"X-Name": "{{name}}"}, "body": {}}"#)
        let told = try connector.build(try batch([name], [["fine"], ["a\r\nX-Evil: 1"], ["z"]]))
        #expect(told.requests.map(\.rows) == [[0], [2]])
        #expect(told.outcomes.map(\.row) == [1] && told.outcomes[0].error?.message.contains("line break") == true)
    }

    @Test func noFieldLeadsToAnotherResource() throws {
        let connector = try connector(
            #"{"url": "https://a.example/c/{{email}}/x.{{name}}?q={{name}}", "method": "DELETE"}"#)
        let told = try connector.build(
            try batch([email, name], [["a", "b"], ["", "b"], ["..", "b"], [".", "b"], ["../..", ".."]]))
        #expect(told.isWhole && told.requests.map(\.rows) == [[0], [4]])
        #expect(told.requests[1].url == "https://a.example/c/..%2F../x...?q=..")
        #expect(told.outcomes.map(\.row) == [1, 2, 3])
        #expect(
            told.outcomes.map(\.error?.message) == [
                "field 'email' has no value, and the URL needs it",
                "a field makes '.' or '..' a part of the URL's path: correct the source",
                "a field makes '.' or '..' a part of the URL's path: correct the source",
            ])
        let query = try self.connector(#"{"url": "https://a.example/c?q={{email}}", "method": "GET"}"#)
        #expect(try query.build(try batch([email], [[""]])).requests.map(\.url) == ["https://a.example/c?q="])
    }

    @Test func resultsAreMatchedByAFieldOfTheRows() throws {
        let rows: [[JSON]] = [[7, "x"], [8, "y"], [8, "z"]]
        let connector = try connector(
            #"""
            {"url": "https://a.example/", "batch_size": 3,
             "body": {"a": [{"id": 9}, {"id": 7}, {"id": 8}], "list": {"$rows": {"id": "{{orders}}", "n": "{{name}}", "k": "{{$key}}"}}},
             "results": {"pointer": "/errors", "match": "field", "match_pointer": "/id"}}
            """#)
        let sent = try #require(try connector.build(try batch([orders, name], rows)).requests.first)
        func outcomes(_ body: String) throws -> [TestOutcome.Kind] {
            try connector.classify(rows: sent.rows, request: sent.body, status: 200, body: body).map(\.kind)
        }
        let again = TestOutcome.Kind.retry(at: 0, notAttempted: false)
        #expect(try outcomes(#"{"errors": [{"id": "8"}]}"#) == [.advance(branch: 0), .fail, .fail])
        #expect(try outcomes(#"{"errors": [{"id": 7}]}"#) == [.fail, .advance(branch: 0), .advance(branch: 0)])
        // Of whom it is said that he was not taken is not known: nobody counts as delivered.
        #expect(try outcomes(#"{"errors": [{"id": 7}, {"id": 99}]}"#) == [.fail, again, again])
        #expect(try outcomes(#"{"errors": {"7": "no"}}"#) == [again, again, again])
        #expect(try outcomes("") == Array(repeating: .advance(branch: 0), count: 3))
    }

    @Test func aFieldThatNothingIsMappedToFailsTheRows() throws {
        let told = try connector(#"{"url": "https://a.example/", "body": "{{email}}"}"#).build(
            try batch([name], [["a"], ["b"]]))
        #expect(told.outcomes.map(\.kind) == [.fail, .fail] && told.requests.isEmpty)
        #expect(told.outcomes[0].error?.message.contains("names the field 'email', which nothing is mapped to") == true)
    }

    @Test(
        arguments: [
            (#"{}"#, ["/url"]), (#"{"url": "ftp://a"}"#, ["/url"]), (#"{"url": "https://{{host}}/"}"#, ["/url"]),
            (#"{"url": "https://a.{{host}}/"}"#, ["/url"]), (#"{"url": "{{url}}"}"#, ["/url"]),
            (#"{"url": "https://a.b/{{x"}"#, ["/url"]), (#"{"url": "https://a.b/{{}}"}"#, ["/url"]),
            (#"{"url": "https://a.b/{{secret.x}}"}"#, ["/url"]),
            (#"{"url": "https://{{secret.x}}.b/", "secrets": {"x": "y"}}"#, ["/url"]),
            (#"{"url": "https://a.b", "body": {"t": "{{secret.x}}"}, "secrets": {"x": "y"}}"#, ["/body/t"]),
            (#"{"url": "https://a.b", "headers": {"Host": "x"}}"#, ["/headers/Host"]),
            (#"{"url": "https://a.b", "headers": {"a b": "x"}}"#, ["/headers/a b"]),
            (#"{"url": "https://a.b", "headers": {"A": "x\ny"}}"#, ["/headers/A"]),
            (#"{"url": "https://a.b", "headers": {"A": 7}}"#, ["/headers/A"]),
            (#"{"url": "https://a.b", "method": "GET", "body": {}}"#, ["/body"]),
            (#"{"url": "https://a.b", "batch_size": 2, "body": {}}"#, ["/body"]),
            (#"{"url": "https://a.b", "batch_size": 2, "body": [{"$rows": 1}, {"$rows": 2}]}"#, ["/body"]),
            (
                #"{"url": "https://a.b", "batch_size": 2, "body": {"a": "{{x}}", "b": {"$rows": "{{$key}}"}}}"#,
                ["/body"]
            ),
            (#"{"url": "https://a.b/{{x}}", "batch_size": 2, "body": {"$rows": "{{$key}}"}}"#, ["/batch_size"]),
            (#"{"url": "https://a.b", "batch_size": 2, "method": "DELETE"}"#, ["/batch_size"]),
            (
                #"{"url": "https://a.b", "batch_size": 2, "body": {"$rows": "{{$key}}"}, "keyless_rows": 1}"#,
                ["/keyless_rows"]
            ),

            (#"{"url": "https://a.b", "success": ["ok", 99]}"#, ["/success/0", "/success/1"]),
            (#"{"url": "https://a.b", "results": {}}"#, ["/results/pointer"]),
            (
                #"{"url": "https://a.b", "results": {"pointer": "x", "lists": "all"}}"#,
                ["/results/pointer", "/results/lists"]
            ),
            (#"{"url": "https://a.b", "secrets": {"x": ""}}"#, ["/secrets/x"]),
            (
                #"{"url": "https://a.b", "method": "GET", "results": {"pointer": "", "match": "field", "match_pointer": "/id"}}"#,
                ["/results/match"]
            ),
        ])
    func refuses(config: String, pointers: [String]) throws {
        let problems = try TestConnector.problems(PluginLibrary.shipped("HTTP"), "http", config: config)
        #expect(problems.pointers == pointers, "\(problems)")
    }

    private func outcomes(
        _ config: String, rows: [UInt32] = [3, 7], status: Int32, body: String = "", retryAt: Int64 = 0
    ) throws -> [TestOutcome.Kind] {
        try connector(#"{"url": "https://a.example/"\#(config)}"#)
            .classify(rows: rows, status: status, body: body, retryAt: retryAt).map(\.kind)
    }

    @Test func statusesMeanWhatTheConfigSays() throws {
        #expect(try outcomes("", status: 204) == [.advance(branch: 0), .advance(branch: 0)])
        #expect(try outcomes("", status: 422) == [.split, .split])
        #expect(try outcomes("", rows: [3], status: 422) == [.fail])
        #expect(try outcomes("", status: 401) == [.fail, .fail])
        let again = TestOutcome.Kind.retry(at: 9, notAttempted: false)
        for status: Int32 in [408, 425, 429, 500, 503] {
            #expect(try outcomes("", status: status, retryAt: 9) == [again, again])
        }
        let own = #", "success": [202, "3xx"], "retry": [409]"#
        #expect(try outcomes(own, status: 202) == [.advance(branch: 0), .advance(branch: 0)])
        #expect(try outcomes(own, status: 304) == [.advance(branch: 0), .advance(branch: 0)])
        #expect(try outcomes(own, status: 200) == [.fail, .fail])
        #expect(try outcomes(own, status: 500) == [.fail, .fail])
        #expect(try outcomes(own, status: 409, retryAt: 9) == [again, again])
    }

    @Test func resultsOfSingleRowsAreRead() throws {
        let failures = #", "batch_size": 5, "results": {"pointer": "/errors", "message_pointer": "/why"}"#
        #expect(
            try outcomes(failures, status: 200, body: #"{"errors": [{"index": 1, "why": "no"}]}"#)
                == [.advance(branch: 0), .fail])
        #expect(try outcomes(failures, status: 200, body: "{}") == [.advance(branch: 0), .advance(branch: 0)])
        #expect(
            try outcomes(failures, status: 200, body: "\u{FEFF} {\"errors\": [{\"index\": 1}]}")
                == [.advance(branch: 0), .fail])
        for start in [#"{"errors": [{"index": 1},"#, #"{"errors": [{"index": 1}],"a": ""#] {
            let cut = String((start + String(repeating: " ", count: 65_536)).prefix(65_536))
            #expect(
                try outcomes(failures, status: 200, body: cut) == [.retry(at: 0, notAttempted: false), .fail],
                "\(start)")
        }
        #expect(
            try outcomes(failures, status: 200, body: "oh", retryAt: 4)
                == Array(repeating: .retry(at: 4, notAttempted: false), count: 2))
        let all =
            #", "batch_size": 5, "results": {"pointer": "", "lists": "all", "match": "order", "status_pointer": "/s", "ok": ["ok", 1], "retry": ["busy"]}"#
        #expect(
            try outcomes(all, rows: [1, 2, 3, 4], status: 200, body: #"[{"s": "ok"}, {"s": "busy"}, {"s": 1}]"#)
                == [
                    .advance(branch: 0), .retry(at: 0, notAttempted: false), .advance(branch: 0),
                    .retry(at: 0, notAttempted: false),
                ])
        #expect(try outcomes(all, rows: [1], status: 200, body: #"[{"s": "no"}]"#) == [.fail])
        // Half a result is none: what is cut off may be its status.
        let half = #"[{"s": "ok", "t": [1, {}, 2]}, {"t": [1, {}], "u": ""# + String(repeating: "u", count: 65_536)
        #expect(
            try outcomes(all, status: 200, body: String(half.prefix(65_536)))
                == [.advance(branch: 0), .retry(at: 0, notAttempted: false)])
    }
}
