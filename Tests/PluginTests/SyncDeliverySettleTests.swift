import CTessera
import Testing

/// What the transport tells the gateway's limits of a request's end: which way its rows went.
@Suite struct SyncDeliverySettleTests {
    let rig: SyncRig
    let hasty: SyncRig

    init() throws {
        rig = try SyncRig.open.get()
        hasty = try SyncRig.hasty.get()
    }

    private func settled(
        _ url: String, _ rig: SyncRig, _ prepare: (SyncScriptedConnector) -> Void = { _ in }
    ) throws -> (settleClass: UInt32, wasHandedOver: Bool) {
        let connector = SyncScriptedConnector(url)
        prepare(connector)
        let destination = rig.add(connector)
        _ = try rig.deliver(to: destination)
        let latency = try #require(destination.latencies.first)
        return (try #require(destination.settled.first).settleClass, latency >= 0)
    }

    @Test func whatNeverLeftWasNotHandedOver() throws {
        let dead = "127.0.0.1:\(try SyncServer.deadPort())"
        #expect(try settled("http://\(dead)/", rig) == (TESSERA_SETTLE_FAILED, false))
        #expect(try settled("http://nothing.invalid/", rig) == (TESSERA_SETTLE_FAILED, false))
        // A TLS handshake that nobody answers, and one that the peer ends.
        let silent = try SyncServer { _ in .silence }
        #expect(try settled("https://127.0.0.1:\(silent.port)/", hasty) == (TESSERA_SETTLE_FAILED, false))
        let closing = try SyncServer { _ in .close }
        #expect(try settled("https://127.0.0.1:\(closing.port)/", hasty) == (TESSERA_SETTLE_FAILED, false))
    }

    @Test func aRefusalOfOurOwnWasNotHandedOver() throws {
        let server = try SyncServer()
        let guarded = try SyncRig.guarded.get()
        #expect(try settled(server.origin, guarded) == (TESSERA_SETTLE_REJECTED, false))
        let bad = try settled(server.origin, rig) { $0.headers = [("X-A", "b\r\nX-Evil: c")] }
        #expect(bad == (TESSERA_SETTLE_REJECTED, false))
        #expect(server.requests.isEmpty)
    }

    @Test func whatWasSentMayHaveBeenTaken() throws {
        let silent = try SyncServer { _ in .silence }
        #expect(try settled(silent.origin, hasty) == (TESSERA_SETTLE_FAILED, true))
        let closing = try SyncServer { _ in .close }
        #expect(try settled(closing.origin, rig) == (TESSERA_SETTLE_FAILED, true))
        let half = try SyncServer { _ in .raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") }
        #expect(try settled(half.origin, rig) == (TESSERA_SETTLE_FAILED, true))
        for (status, expected) in [
            (200, (TESSERA_SETTLE_DELIVERED, true)), (400, (TESSERA_SETTLE_REJECTED, true)),
            (408, (TESSERA_SETTLE_FAILED, true)), (500, (TESSERA_SETTLE_FAILED, true)),
            (503, (TESSERA_SETTLE_FAILED, false)),
        ] {
            let server = try SyncServer { _ in .status(status) }
            #expect(try settled(server.origin, rig) == expected, "\(status)")
        }
    }

    /// The handle that carried a request is used again: what it did before does not count.
    @Test func aReusedHandleBeginsAnew() throws {
        let server = try SyncServer { _ in .status(200) }
        let connector = SyncScriptedConnector(server.origin)
        let destination = rig.add(connector)
        _ = try rig.deliver(to: destination)
        connector.url = "http://127.0.0.1:\(try SyncServer.deadPort())/"
        _ = try rig.deliver(to: destination)
        #expect(destination.latencies.map { $0 >= 0 } == [true, false])
    }

    /// Ten rows, of which the answer refuses two and wants three again.
    @Test func rowsThatWereRefusedSinglyAreNotTold() throws {
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin)
        connector.rowsPerRequest = 10
        connector.notTaken = (failed: 2, retried: 3)
        let destination = rig.add(connector)
        _ = try rig.deliver(10, to: destination)
        #expect(destination.settled == [.init(settleClass: TESSERA_SETTLE_DELIVERED, rows: 8)])
        #expect(destination.retried == [3])
    }

    /// Whatever the connector makes of an answer, the rows were handed over.
    @Test func anAnswerThatNobodyJudgesGivesNothingBack() throws {
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin)
        connector.classifyStatus = 1
        let destination = rig.add(connector)
        #expect(try rig.deliver(to: destination).outcomes == [.retry(at: 0, notAttempted: false)])
        #expect(destination.settled == [.init(settleClass: TESSERA_SETTLE_DELIVERED, rows: 1)])
        #expect(destination.retried == [0])
    }
}
