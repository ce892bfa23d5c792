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
             {"index": 2, "status": "retry", "code": "RATE_LIMIT"}, {"index": 9, "status": "failed"}, 7]}
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
        for body in ["", "ok", "{", #"{"results": 1}"#, #"{"results": []}"#, "[1]"] {
            let outcomes = try connector.classify(rows: [3], status: 200, body: body)
            #expect(outcomes.map(\.kind) == [.advance(branch: 0)], "\(body)")
        }
    }

    @Test func resultsThatWereCutLetNobodyPassForDelivered() throws {
        let connector = try TestConnector(
            PluginLibrary.shipped("Webhook"), "webhook", config: #"{"url": "https://a.example/hook"}"#)
        let filler = String(repeating: #"{"index": 0, "status": "ok"},"#, count: 3000).prefix(65_500)
        func outcomes(_ start: String) throws -> [TestOutcome] {
            let body = start + filler + String(repeating: " ", count: 65_536 - start.utf8.count - filler.utf8.count)
            return try connector.classify(rows: [3, 7], status: 200, body: body)
        }
        let cut = try outcomes(#"{"results": ["#)
        #expect(cut.allSatisfy { $0.kind == .retry(at: 0, notAttempted: false) } && cut.count == 2)
        #expect(cut[0].error?.message.contains("lower batch_size") == true)
        #expect(try outcomes("<html>").map(\.kind) == [.advance(branch: 0), .advance(branch: 0)])
    }

    @Test func failsWhatTheGuardRefused() throws {
        let outcomes = try classify(transport: TESSERA_TRANSPORT_REFUSED, message: "10.0.0.1 is an internal address")
        #expect(outcomes.allSatisfy { $0.kind == .fail && $0.error?.code == "MISC_ERROR" })
        #expect(outcomes[0].error?.message.contains("10.0.0.1") == true)
    }
}
