import HTTPServer
import Journeys
import Platform
import Testing
import TestSupport

/// A caller's trace goes on in what a run sends.
@Suite struct TraceTests {
    private final class Inbox: HTTPHandler {
        let traces = Monitor<[[String]]>([])
        func bodyPolicy(_ head: RequestHead) -> BodyPolicy { .collect(limit: 1 << 20) }
        func handle(_ request: Request, _ responder: Responder) {
            traces.update { $0.append(request.head.headers.all("traceparent")) }
            responder.respond(Response(status: 200))
        }
    }

    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    /// The traces of what a run sends that was triggered with this header, and the lines of the log.
    private func run(_ traceparent: String?) throws -> (sent: [[Substring]], log: String) {
        let inbox = Inbox()
        let receiver = HTTPServer(
            configuration: ServerConfiguration(), handler: inbox, log: .silent, clock: SystemClock())
        let port = try receiver.start()
        defer { receiver.stop(grace: 0) }
        let gateway = try TestGateway(logLevel: .info)
        let workspace = try gateway.makeWorkspace()
        let model = try workspace.makeModel()
        let destination = try workspace.make(
            "/destinations",
            """
            {"name": "Inbox", "destination_type": "webhook",
             "config": {"url": "http://127.0.0.1:\(port)/", "batch_size": 1, "signing_secrets": ["whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4"]}}
            """)
        let journey = try workspace.makeDelivery(of: model, to: destination)
        let headers = traceparent.map { [("traceparent", $0)] } ?? []
        #expect(try workspace.call("POST", "/journeys/\(journey)/trigger", headers: headers).status == 201)
        try eventually {
            gateway.clock.advance(1_000)
            return gateway.logged.withLock { $0.contains { $0.contains("\"run_ended\"") } }
        }
        gateway.stop()
        let sent = inbox.traces.withLock { $0 }
        #expect(sent.count == 3 && sent.allSatisfy { $0.count == 1 })
        return (
            sent.compactMap(\.first).map { $0.split(separator: "-") },
            gateway.logged.withLock { $0.joined(separator: "\n") }
        )
    }

    @Test func theCallersTraceGoesOn() throws {
        let (sent, log) = try run("00-\(Self.trace)-\(Self.span)-01")
        #expect(sent.allSatisfy { $0.count == 4 && $0[0] == "00" && $0[1] == Self.trace && $0[3] == "01" })
        #expect(Set(sent.map { $0[2] }).count == 3)
        #expect(sent.allSatisfy { $0[2] != Self.span && $0[2].wholeMatch(of: /[0-9a-f]{16}/) != nil })
        let lines = log.split(separator: "\n").filter { $0.contains("\"trace_id\":\"\(Self.trace)\"") }
        for event in ["request", "run_started", "run_ended"] {
            #expect(lines.contains { $0.contains("\"event\":\"\(event)\"") }, "\(event)")
        }
    }

    @Test(arguments: [nil, "00-\(trace)-\(span)", "00-\(trace.uppercased())-\(span)-01"])
    func withoutOneARunHasItsOwn(header: String?) throws {
        let (sent, log) = try run(header)
        #expect(Set(sent.map { $0[1] }).count == 1 && Set(sent.map { $0[2] }).count == 3)
        let id = try #require(sent.first?[1])
        #expect(id.wholeMatch(of: /[0-9a-f]{32}/) != nil && id != Self.trace)
        #expect(log.contains("\"trace_id\":\"\(id)\""))
    }
}
