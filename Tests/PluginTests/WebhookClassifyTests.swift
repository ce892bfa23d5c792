import CTessera
import Testing
import TesseraTestKit

@Suite struct WebhookClassifyTests {
    private func classify(
        transport: UInt32 = TESSERA_TRANSPORT_OK, status: Int32 = 0, body: String = "", message: String = "",
        retryAt: Int64 = 0
    ) throws -> [TestOutcome] {
        try TestConnector(
            PluginLibrary.shipped("Webhook"), "webhook", config: #"{"url": "https://a.example/hook?key=1"}"#
        ).classify(rows: [3, 7], transport: transport, status: status, body: body, message: message, retryAt: retryAt)
    }

    @Test(arguments: [200, 201, 202, 204, 299] as [Int32]) func delivers(status: Int32) throws {
        let outcomes = try classify(status: status)
        #expect(outcomes.map(\.row) == [3, 7])
        #expect(outcomes.allSatisfy { $0.kind == .advance(branch: 0) && $0.error == nil })
    }

    @Test(
        arguments: [
            (408, "SERVICE_UNAVAILABLE"), (429, "RATE_LIMIT"), (500, "SERVER_ERROR"), (502, "SERVER_ERROR"),
            (503, "SERVICE_UNAVAILABLE"), (599, "SERVER_ERROR"),
        ] as [(Int32, String)])
    func retries(status: Int32, code: String) throws {
        let outcomes = try classify(status: status, body: "slow down", retryAt: 12)
        #expect(outcomes.map(\.row) == [3, 7])
        #expect(outcomes.allSatisfy { $0.kind == .retry(at: 12, notAttempted: false) })
        let error = try #require(outcomes[1].error)
        #expect(error.code == code)
        #expect(error.status == status)
        // The transport fills these in.
        #expect(error.response.isEmpty && error.request.isEmpty)
        #expect(error.message.contains("\(status)"))
    }

    @Test(
        arguments: [
            (301, "MISC_ERROR"), (304, "MISC_ERROR"), (100, "MISC_ERROR"), (402, "BAD_REQUEST"), (409, "BAD_REQUEST"),
            (401, "AUTHENTICATION_ERROR"), (403, "AUTHENTICATION_ERROR"), (404, "ENDPOINT_NOT_FOUND"),
            (410, "ENDPOINT_NOT_FOUND"), (415, "BAD_REQUEST"),
        ] as [(Int32, String)])
    func fails(status: Int32, code: String) throws {
        let outcomes = try classify(status: status)
        #expect(outcomes.map(\.row) == [3, 7])
        #expect(outcomes.allSatisfy { $0.kind == .fail && $0.error?.code == code && $0.error?.status == status })
    }

    @Test(
        arguments: [
            TESSERA_TRANSPORT_RESOLVE, TESSERA_TRANSPORT_CONNECT, TESSERA_TRANSPORT_TLS, TESSERA_TRANSPORT_TIMEOUT,
            TESSERA_TRANSPORT_BROKEN, 99,
        ])
    func retriesWithoutAnAnswer(transport: UInt32) throws {
        let outcomes = try classify(transport: transport, message: "connection refused")
        #expect(outcomes.allSatisfy { $0.kind == .retry(at: 0, notAttempted: false) })
        #expect(outcomes[0].error?.code == "SERVICE_UNAVAILABLE")
        #expect(outcomes[0].error?.status == 0)
        #expect(outcomes[0].error?.message == "the webhook did not answer: connection refused")
    }

    @Test(arguments: [400, 413, 422] as [Int32]) func splitsWhatIsRefusedAsAWhole(status: Int32) throws {
        let outcomes = try classify(status: status)
        #expect(outcomes.map(\.row) == [3, 7])
        #expect(
            outcomes.allSatisfy { $0.kind == .split && $0.error?.code == "BAD_REQUEST" && $0.error?.status == status })
    }

    @Test func anAnswerMayNameRowsThatWereNotTaken() throws {
        let body = #"""
            {"results": [{"index": 0, "status": "ok"}, {"index": 1, "status": "failed", "message": "no such mailbox"},
             {"index": 2, "status": "retry", "code": "RATE_LIMIT"}, {"index": 9, "status": "ok"}]}
            """#
        let connector = try TestConnector(
            PluginLibrary.shipped("Webhook"), "webhook", config: #"{"url": "https://a.example/hook"}"#)
        let outcomes = try connector.classify(rows: [3, 7, 8, 9], status: 200, body: body, retryAt: 5)
        #expect(outcomes.map(\.row) == [3, 7, 8, 9])
        #expect(
            outcomes.map(\.kind) == [
                .advance(branch: 0), .fail, .retry(at: 5, notAttempted: false), .advance(branch: 0),
            ])
        #expect(outcomes[1].error?.message == "the webhook did not take the row: no such mailbox")
        #expect(outcomes[1].error?.code == "BAD_REQUEST" && outcomes[2].error?.code == "RATE_LIMIT")
        for body in [
            "", "ok", "{", "\u{FEFF} ", #"{"results": 1}"#, #"{"results": []}"#, "[1]", #"{"n": {"results": [7]}}"#,
        ] {
            let outcomes = try connector.classify(rows: [3], status: 200, body: body)
            #expect(outcomes.map(\.kind) == [.advance(branch: 0)], "\(body)")
        }
    }

    private let again = TestOutcome.Kind.retry(at: 0, notAttempted: false)
    private let taken = TestOutcome.Kind.advance(branch: 0)

    /// A row that was not taken, under a name that is none of the request's: whichever it was, it must come again.
    @Test(
        arguments: [
            #"{"index": 9, "status": "failed"}"#, #"{"index": -1, "status": "retry"}"#, #"{"status": "failed"}"#, "7",
            #"{"idempotency_key": "another", "status": "failed"}"#, #"{"id": "m1", "error": "no such mailbox"}"#,
            #"{"index": 1, "idempotency_key": "k0", "status": "failed"}"#, #"{"index": "1", "status": "failed"}"#,
        ])
    func aResultOfNoneOfTheRowsPutsTheOthersInDoubt(stranger: String) throws {
        let request = #"{"rows": [{"idempotency_key": "k0"}, {"idempotency_key": "k1"}, {"idempotency_key": "k2"}]}"#
        let outcomes = try TestConnector(
            PluginLibrary.shipped("Webhook"), "webhook", config: #"{"url": "https://a.example/hook"}"#
        ).classify(
            rows: [3, 4, 5], request: request, status: 200,
            body: #"{"results": [{"index": 0, "status": "ok"}, \#(stranger), {"index": 2, "status": "failed"}]}"#)
        #expect(outcomes.map(\.kind) == [taken, again, .fail])
        #expect(outcomes[1].error?.message.contains("names none of the rows") == true, "\(outcomes[1])")
    }

    @Test func aStatusThatIsNotKnownPutsItsRowInDoubt() throws {
        let outcomes = try classify(
            status: 200, body: #"{"results": [{"index": 0, "status": "rejected"}, {"index": 1, "ok": false}]}"#)
        #expect(outcomes.map(\.kind) == [again, again])
        #expect(outcomes[0].error?.message.contains("none of ok, failed and retry") == true, "\(outcomes[0])")
    }

    @Test(arguments: ["\n \t", "\u{FEFF}", "\u{FEFF}\r\n"]) func whatStandsBeforeTheObjectIsPassedOver(start: String)
        throws
    {
        let outcomes = try classify(status: 200, body: start + #"{"results": [{"index": 1, "status": "failed"}]}"#)
        #expect(outcomes.map(\.kind) == [taken, .fail])
    }

    @Test func resultsThatAreNoJSONPutAllInDoubt() throws {
        let outcomes = try classify(status: 200, body: #"{"results": [{"index": 1, "status": "failed"}"#)
        #expect(outcomes.map(\.kind) == [again, again])
    }

    @Test func resultsThatWereCutLetNobodyPassForDelivered() throws {
        let connector = try TestConnector(
            PluginLibrary.shipped("Webhook"), "webhook", config: #"{"url": "https://a.example/hook"}"#)
        func outcomes(_ start: String, _ filler: String, rows: [UInt32] = [3, 7]) throws -> [TestOutcome] {
            let body = start + String(repeating: filler, count: 65_536 / filler.utf8.count + 1)
            return try connector.classify(rows: rows, status: 200, body: String(body.prefix(65_536)))
        }
        // Whom the part that came names has his result, the others are in doubt.
        let cut = try outcomes(
            #"{"results": [{"index": 2, "status": "failed", "message": "]}"},"#, #"{"index": 0, "status": "ok"},"#,
            rows: [3, 7, 8])
        #expect(cut.map(\.kind) == [taken, again, .fail])
        #expect(cut[1].error?.message.contains("lower batch_size") == true)
        let late = #"{"log": ""# + String(repeating: "x", count: 60_000) + #"", "results": [{"index": 1, "status": "fa"#
        #expect(try outcomes(late, "i").map(\.kind) == [again, again])
        #expect(try outcomes("<html>", " ").map(\.kind) == [taken, taken])
        #expect(try outcomes(#"{"log": ""#, "x").map(\.kind) == [taken, taken])
    }

    @Test func failsWhatTheGuardRefused() throws {
        let outcomes = try classify(transport: TESSERA_TRANSPORT_REFUSED, message: "10.0.0.1 is an internal address")
        #expect(outcomes.allSatisfy { $0.kind == .fail && $0.error?.code == "MISC_ERROR" })
        #expect(outcomes[0].error?.message.contains("10.0.0.1") == true)
    }
}
