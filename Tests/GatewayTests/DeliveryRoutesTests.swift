import HTTPServer
import Journeys
import Platform
import Testing
import TestSupport

/// How a destination's deliveries go, as its page of the API and `/metrics` tell it.
@Suite struct DeliveryRoutesTests {
    /// Answers every request with a status that a test sets.
    private final class Inbox: HTTPHandler {
        let state = Monitor((status: 200, requests: 0))
        func bodyPolicy(_ head: RequestHead) -> BodyPolicy { .collect(limit: 1 << 20) }
        func handle(_ request: Request, _ responder: Responder) {
            let status = state.update { state in
                state.requests += 1
                return state.status
            }
            responder.respond(Response(status: status))
        }
    }

    private let directory: TemporaryDirectory
    private let inbox = Inbox()
    private let receiver: HTTPServer
    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let destination: String
    private let journey: String

    init() throws {
        directory = try TemporaryDirectory()
        receiver = HTTPServer(configuration: ServerConfiguration(), handler: inbox, log: .silent, clock: SystemClock())
        let port = try receiver.start()
        gateway = try TestGateway(in: directory)
        workspace = try gateway.makeWorkspace()
        let rows = (10..<50).map { "\($0),M\($0)\n" }.joined()
        try workspace.upload("id,name\n" + rows)
        let model = try workspace.make(
            "/models",
            """
            {"source_id": "\(workspace.sourceID)", "name": "C", "sql_query": "SELECT * FROM customers",
             "entity_type": "parent", "primary_key_column": "id"}
            """)
        destination = try workspace.make(
            "/destinations",
            """
            {"name": "Inbox", "destination_type": "webhook", "limits": {"deliveries_per_day": 1000},
             "config": {"url": "http://127.0.0.1:\(port)/", "batch_size": 1}}
            """)
        journey = try workspace.makeDelivery(of: model, to: destination)
    }

    private func page(_ workspace: TestWorkspace? = nil) throws -> JSON {
        try (workspace ?? self.workspace).json("GET", "/destinations/\(destination)/delivery")
    }

    /// Waits, in real time, until the page says so: outcomes are counted after the receiver has answered. The gateway's
    /// clock goes on a little, since the first deliveries under a daily cap wait for the disk.
    private func wait(for body: (JSON) -> Bool) throws -> JSON {
        try eventually {
            let page = try page()
            if body(page) { return page }
            gateway.clock.advance(1_000)
            return JSON?.none
        }
    }

    @Test func figuresOfADayThatGoesWell() throws {
        try workspace.json("POST", "/journeys/\(journey)/trigger")
        let page = try wait { $0["totals"]?["delivered"]?["rows"] == 40 }
        #expect(page["totals"]?["delivered"] == ["requests": 40, "rows": 40], "\(page.text)")
        #expect(page["today"]?["deliveries"] == 40 && page["today"]?["remaining"] == 960)
        #expect(page["today"]?["resets_at"] == "2024-01-16T00:00:00Z")
        #expect(page["breaker"]?["state"] == "closed" && page["disabled"] == .null && page["hold_until"] == .null)
        #expect(page["in_flight"] == 0 && page["retries"] == 0 && page["last_error"] == .null)
        #expect(page["rate"]?["deliveries_per_second"]?.doubleValue ?? 0 > 0.6)
        #expect(page["latency_ms"]?["p99"]?.doubleValue ?? 0 > 0)
        #expect(page["limits"]?["max_in_flight"] == 64)
        let metrics = try gateway.client().request("GET", "/metrics").text
        let label = "destination=\"\(destination)\""
        #expect(metrics.contains("tessera_delivery_rows_total{\(label),class=\"delivered\"} 40\n"))
        #expect(metrics.contains("tessera_delivery_breaker_state{\(label),state=\"closed\"} 1\n"))
        #expect(metrics.contains("tessera_delivery_latency_seconds_count{\(label)} 40\n"))
        #expect(metrics.contains("tessera_delivery_latency_seconds_bucket{\(label),le=\"+Inf\"} 40\n"))
        #expect(metrics.contains("tessera_delivery_disabled{\(label)} 0\n"))
    }

    @Test func aBreakerOpensIsSeenAndOutlivesARestart() throws {
        inbox.state.update { $0.status = 500 }
        _ = try workspace.json("POST", "/journeys/\(journey)/trigger")
        let failed = try wait { $0["breaker"]?["state"] == "open" && $0["in_flight"] == 0 }
        #expect(failed["breaker"]?["trips"] == 1)
        #expect(inbox.state.withLock { $0.requests } <= 12)
        #expect(failed["last_error"]?["class"] == "failed")
        let held = try wait { ($0["held_back"]?.integerValue ?? 0) >= 28 }
        // Each row gave way once; and what a receiver answered with 500 it may have taken.
        let failures = try #require(held["totals"]?["failed"]?["rows"]?.integerValue)
        #expect(held["held_back"]?.integerValue ?? 0 <= 40)
        #expect(held["today"]?["deliveries"]?.integerValue == failures && failures >= 5)
        gateway.stop()

        let second = try TestGateway(in: directory)
        defer { second.stop() }
        let again = TestWorkspace(
            id: workspace.id, sourceID: workspace.sourceID, key: workspace.key, client: try second.client())
        let after = try page(again)
        #expect(after["breaker"]?["state"] == "open", "\(after.text)")
        #expect(after["breaker"]?["retry_at"] == failed["breaker"]?["retry_at"])
        #expect(try second.client().request("GET", "/metrics").text.contains("state=\"open\"} 1\n"))
        let enabled = try again.json("POST", "/destinations/\(destination)/enable")
        #expect(enabled["status"] == "connected")
        #expect(try page(again)["breaker"]?["state"] == "closed")
    }

    @Test func aGoneDestinationIsDisabledUntilAPersonEnablesIt() throws {
        inbox.state.update { $0.status = 410 }
        _ = try workspace.json("POST", "/journeys/\(journey)/trigger")
        let gone = try wait { $0["disabled"] != .null && $0["in_flight"] == 0 }
        #expect(gone["disabled"]?["reason"] == "the destination answered 410 Gone")
        gateway.stop()

        let second = try TestGateway(in: directory)
        defer { second.stop() }
        let again = TestWorkspace(
            id: workspace.id, sourceID: workspace.sourceID, key: workspace.key, client: try second.client())
        let stored = try again.json("GET", "/destinations/\(destination)")
        #expect(stored["status"] == "error" && stored["status_error"] == "the destination answered 410 Gone")
        #expect(try page(again)["disabled"]?["reason"] == "the destination answered 410 Gone")
        #expect(try again.json("POST", "/destinations/\(destination)/enable")["status"] == "connected")
        #expect(try page(again)["disabled"] == .null)
    }
}
