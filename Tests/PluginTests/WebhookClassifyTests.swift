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
        #expect(error.response == "slow down")
        #expect(error.request == "POST https://a.example/hook")
        #expect(error.message.contains("\(status)"))
    }

    @Test(
        arguments: [
            (301, "MISC_ERROR"), (304, "MISC_ERROR"), (100, "MISC_ERROR"), (400, "BAD_REQUEST"), (422, "BAD_REQUEST"),
            (401, "AUTHENTICATION_ERROR"), (403, "AUTHENTICATION_ERROR"), (404, "ENDPOINT_NOT_FOUND"),
            (410, "ENDPOINT_NOT_FOUND"), (413, "BAD_REQUEST"),
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

    @Test func failsWhatTheGuardRefused() throws {
        let outcomes = try classify(transport: TESSERA_TRANSPORT_REFUSED, message: "10.0.0.1 is an internal address")
        #expect(outcomes.allSatisfy { $0.kind == .fail && $0.error?.code == "MISC_ERROR" })
        #expect(outcomes[0].error?.message.contains("10.0.0.1") == true)
    }
}
