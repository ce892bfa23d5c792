import HTTPServer
import Journeys
import Platform
import Testing
import TestSupport

/// `/destinations/test`: steps as server-sent events, over the real transport to a real receiver.
@Suite struct DestinationTestTests {
    /// Answers every request alike and keeps its headers and body.
    private final class Inbox: HTTPHandler {
        let got = Monitor<[(key: String?, body: String)]>([])
        func bodyPolicy(_ head: RequestHead) -> BodyPolicy { .collect(limit: 1 << 20) }
        func handle(_ request: Request, _ responder: Responder) {
            got.update {
                $0.append((request.head.headers[first: "x-api-key"], String(decoding: request.body, as: UTF8.self)))
            }
            responder.respond(Response(status: 200))
        }
    }

    @Test func allStepsAreToldAndTheSecretArrives() throws {
        let inbox = Inbox()
        let receiver = HTTPServer(
            configuration: ServerConfiguration(), handler: inbox, log: .silent, clock: SystemClock())
        let port = try receiver.start()
        defer { receiver.stop(grace: 0) }
        let gateway = try TestGateway()
        let workspace = try gateway.makeWorkspace()
        let id = try workspace.make(
            "/destinations",
            #"{"name": "Inbox", "destination_type": "webhook", "config": {"url": "http://127.0.0.1:\#(port)/in", "api_key": "k-one"}}"#
        )
        let stored = try workspace.call("POST", "/destinations/\(id)/test")
        #expect(stored.status == 200 && stored[header: "Content-Type"] == "text/event-stream")
        #expect(stored.text.contains("\"step\":\"request\"") && stored.text.contains("\"http_status\":200"))
        #expect(stored.text.hasSuffix("event: done\ndata: {\"ok\":true}\n\n"), "\(stored.text)")
        #expect(!stored.text.contains("k-one"))
        let unsaved = try workspace.call(
            "POST", "/destinations/test",
            #"{"destination_type": "webhook", "config": {"url": "http://127.0.0.1:\#(port)/in", "api_key": "k-two"}}"#)
        #expect(unsaved.text.hasSuffix("event: done\ndata: {\"ok\":true}\n\n"), "\(unsaved.text)")
        #expect(inbox.got.withLock { $0.map(\.key) } == ["k-one", "k-two"])
    }

    @Test func withoutATransportItSaysWhy() throws {
        let gateway = try TestGateway(plugins: ["Webhook"])
        let workspace = try gateway.makeWorkspace()
        let answer = try workspace.call("POST", "/destinations/\(workspace.makeDestination())/test")
        #expect(answer.status == 503 && answer.text.contains("tessera.transport/1"), "\(answer.text)")
    }
}
