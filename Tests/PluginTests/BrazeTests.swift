import CTessera
import Columns
import Journeys
import Testing
import TesseraTestKit

@Suite struct BrazeTests {
    private func connector(_ more: String = "") throws -> TestConnector {
        try TestConnector(
            PluginLibrary.shipped("Braze"), "braze",
            config: #"{"endpoint": "https://rest.iad-01.braze.com", "api_key": "K"\#(more)}"#)
    }

    private func batch(_ fields: [Column], _ count: Int, _ row: (Int) -> [JSON]) throws -> TestBatch {
        try .rows(
            [
                Column(name: "$member", type: .string), Column(name: "$key", type: .string),
                Column(name: "$attempt", type: .integer),
            ] + fields, (0..<count).map { [.string("m\($0)"), .string("k\($0)"), 1] + row($0) })
    }

    @Test func attributesGoInRequestsOf75() throws {
        let fields = [Column(name: "email", type: .string), Column(name: "plan.level", type: .integer)]
        let told = try connector().build(try batch(fields, 160) { [.string("e\($0)@x"), .integer(Int64($0))] })
        #expect(told.isWhole && told.requests.map(\.rows.count) == [75, 75, 10])
        let request = told.requests[0]
        #expect(request.url == "https://rest.iad-01.braze.com/users/track" && request.method == "POST")
        #expect(request.headers == ["Content-Type: application/json", "Authorization: Bearer K"])
        let body = try JSON.parse(request.body)
        #expect(body["attributes"]?.arrayValue?.count == 75)
        #expect(
            body["attributes"]?[1] == ["external_id": "m1", "email": "e1@x", "plan": ["level": 1]], "\(request.body)")
    }

    @Test func aMappedIdentifierNamesTheUser() throws {
        let fields = ["external_id", "first_name"].map { Column(name: $0, type: .string) }
        let told = try connector(#", "update_existing_only": true"#).build(
            try batch(fields, 1) { _ in ["u-1", "Ann"] })
        #expect(
            try JSON.parse(told.requests[0].body) == [
                "attributes": [["external_id": "u-1", "_update_existing_only": true, "first_name": "Ann"]]
            ])
        let alias = ["user_alias.alias_name", "user_alias.alias_label"].map { Column(name: $0, type: .string) }
        let other = try connector().build(try batch(alias, 1) { _ in ["n", "l"] })
        #expect(
            try JSON.parse(other.requests[0].body)
                == ["attributes": [["user_alias": ["alias_name": "n", "alias_label": "l"]]]])
        let nothing = try connector().build(try batch([], 1) { _ in [] })
        #expect(try JSON.parse(nothing.requests[0].body) == ["attributes": [["external_id": "m0"]]])
    }

    @Test func usersCanBeNamedByEmail() throws {
        let fields = ["email", "plan"].map { Column(name: $0, type: .string) }
        let told = try connector(#", "identify_by": "email", "object": "events", "event_name": "e""#).build(
            try batch(fields, 3) { [$0 == 1 ? .null : $0 == 2 ? "" : "a@b", "gold"] }, now: 0)
        #expect(told.isWhole && told.requests.map(\.rows) == [[0]])
        #expect(told.outcomes.map(\.row) == [1, 2] && told.outcomes[0].error?.code == "BAD_REQUEST")
        #expect(
            try JSON.parse(told.requests[0].body)["events"]?[0] == [
                "email": "a@b", "name": "e", "time": "1970-01-01T00:00:00.000000Z",
                "properties": ["plan": "gold", "tessera_key": "k0"],
            ], "\(told.requests[0].body)")
        let none = try connector(#", "identify_by": "phone""#).build(try batch(fields, 2) { _ in ["a", "b"] })
        #expect(none.outcomes.map(\.kind) == [.fail, .fail])
        #expect(none.outcomes[0].error?.message.contains("nothing is mapped to the field 'phone'") == true)
    }

    @Test func eventsHaveANameATimeAndTheRowsKey() throws {
        let connector = try connector(#", "object": "events", "event_name": "joined \"x\"""#)
        let fields = [Column(name: "step", type: .integer)]
        let told = try connector.build(try batch(fields, 1) { _ in [3] }, now: 1_705_311_000_000_000)
        #expect(
            try JSON.parse(told.requests[0].body) == [
                "events": [
                    [
                        "external_id": "m0", "name": "joined \"x\"", "time": "2024-01-15T09:30:00.000000Z",
                        "properties": ["step": 3, "tessera_key": "k0"],
                    ]
                ]
            ], "\(told.requests[0].body)")
        let timed = [Column(name: "time", type: .timestamp)]
        let own = try connector.build(try batch(timed, 1) { _ in ["2024-02-01T00:00:00Z"] })
        #expect(
            try JSON.parse(own.requests[0].body)["events"]?[0] == [
                "external_id": "m0", "name": "joined \"x\"", "time": "2024-02-01T00:00:00.000000Z",
                "properties": ["tessera_key": "k0"],
            ], "\(own.requests[0].body)")
    }

    @Test func objectsNamedInErrorsFailAlone() throws {
        let body = #"""
            {"message": "success", "attributes_processed": 2, "errors": [
              {"type": "'email' is not valid", "input_array": "attributes", "index": 1}]}
            """#
        let outcomes = try connector().classify(rows: [4, 5, 6], status: 201, body: body)
        #expect(outcomes.map(\.kind) == [.advance(branch: 0), .fail, .advance(branch: 0)])
        #expect(outcomes[1].error?.message == "Braze did not take the user: 'email' is not valid")
        #expect(outcomes[1].error?.code == "BAD_REQUEST")
    }

    /// Somebody was not taken, and it is not known who.
    @Test(
        arguments: [
            #"[{"type": "x", "input_array": "events", "index": 0}]"#, #"{"type": "x"}"#, #"["x"]"#, #"[{"type": "x"}]"#,
            #"[{"type": "x", "input_array": "attributes", "index": 99}, {"type": "no", "index": 1}]"#,
        ])
    func anErrorOfNoneOfTheObjectsPutsTheOthersInDoubt(errors: String) throws {
        let outcomes = try connector().classify(
            rows: [4, 5, 6], status: 201, body: #"{"message": "success", "errors": \#(errors)}"#)
        let again = TestOutcome.Kind.retry(at: 0, notAttempted: false)
        #expect(outcomes.map(\.kind) == [again, errors.contains(#""no""#) ? .fail : again, again])
        #expect(outcomes[0].error?.message.contains("error that names none of the users") == true, "\(outcomes[0])")
    }

    @Test func anAnswerThatCantBeReadLetsNobodyPassForTaken() throws {
        let again = TestOutcome.Kind.retry(at: 0, notAttempted: false)
        func kinds(_ body: String) throws -> [TestOutcome.Kind] {
            try connector().classify(rows: [4, 5, 6], status: 201, body: body).map(\.kind)
        }
        #expect(try kinds("\u{FEFF} " + #"{"errors": [{"type": "no", "index": 1}]}"#)[1] == .fail)
        #expect(try kinds("<html>") == [again, again, again])
        let long = #"{"errors": [{"type": "no", "index": 1},"# + String(repeating: " ", count: 65_536)
        #expect(try kinds(String(long.prefix(65_536))) == [again, .fail, again])
        let taken = TestOutcome.Kind.advance(branch: 0)
        for body in ["", " ", #"{"message": "success"}"#, #"{"errors": null}"#, #"{"errors": []}"#] {
            #expect(try kinds(body) == [taken, taken, taken], "\(body)")
        }
    }

    @Test func fatalErrorsSayBrazesWords() throws {
        let refused = try connector().classify(
            rows: [0, 1], status: 400, body: #"{"message": "'external_id' is required"}"#)
        #expect(refused.map(\.kind) == [.split, .split])
        #expect(refused[0].error?.message.hasSuffix(": 'external_id' is required") == true)
        #expect(try connector().classify(rows: [0], status: 401).map(\.error?.code) == ["AUTHENTICATION_ERROR"])
        let busy = try connector().classify(rows: [0], status: 429, retryAt: 7)
        #expect(busy.map(\.kind) == [.retry(at: 7, notAttempted: false)] && busy[0].error?.code == "RATE_LIMIT")
        #expect(try connector().classify(rows: [0], status: 503).map(\.error?.code) == ["SERVICE_UNAVAILABLE"])
    }

    @Test(
        arguments: [
            (#"{}"#, ["/endpoint", "/api_key"]), (#"{"endpoint": "rest.braze.com", "api_key": "k"}"#, ["/endpoint"]),
            (#"{"endpoint": "https://a.b/?x=1", "api_key": "k"}"#, ["/endpoint"]),
            (#"{"endpoint": "https://a.b", "api_key": "k", "object": "events"}"#, ["/event_name"]),
            (#"{"endpoint": "https://a.b", "api_key": "k", "object": "purchases"}"#, ["/object"]),
        ])
    func refuses(config: String, pointers: [String]) throws {
        #expect(
            try TestConnector.problems(PluginLibrary.shipped("Braze"), "braze", config: config).pointers == pointers)
    }
}
