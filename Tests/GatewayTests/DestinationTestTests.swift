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

    /// Keeps every request waiting until it is let go.
    private final class Lobby: HTTPHandler {
        let waiting = Monitor<[Responder]>([])
        func bodyPolicy(_ head: RequestHead) -> BodyPolicy { .collect(limit: 1 << 20) }
        func handle(_ request: Request, _ responder: Responder) { waiting.update { $0.append(responder) } }
    }

    /// A slow destination holds up two tests of its workspace, and nobody else's.
    @Test func twoOfAWorkspaceRunAtOnce() throws {
        let lobby = Lobby()
        let slow = HTTPServer(configuration: ServerConfiguration(), handler: lobby, log: .silent, clock: SystemClock())
        let inbox = HTTPServer(
            configuration: ServerConfiguration(), handler: Inbox(), log: .silent, clock: SystemClock())
        let (slowPort, port) = (try slow.start(), try inbox.start())
        defer {
            slow.stop(grace: 0)
            inbox.stop(grace: 0)
        }
        let gateway = try TestGateway()
        let (own, other) = (try gateway.makeWorkspace(), try gateway.makeWorkspace())
        let id = try own.makeDestination(url: "http://127.0.0.1:\(slowPort)/in")
        let raw = try (0..<2).map { _ in try HTTPClient(port: gateway.port) }
        for client in raw {
            try client.send(
                Array(
                    """
                    POST \(own.base)/destinations/\(id)/test HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(own.key)\r
                    Content-Length: 0\r\n\r\n
                    """.utf8))
        }
        try #require(lobby.waiting.wait(microseconds: 120_000_000) { $0.count == 2 ? () : nil } != nil)
        let third = try own.call(
            "POST", "/destinations/\(own.makeDestination(url: "http://127.0.0.1:\(port)/in"))/test")
        #expect(third.status == 429 && third[header: "Retry-After"] == "5", "\(third.text)")
        #expect(third.text.contains("too_many_tests") && third.text.contains("2 tests"))
        let others = try other.call(
            "POST", "/destinations/\(other.makeDestination(url: "http://127.0.0.1:\(port)/in"))/test")
        #expect(others.status == 200 && others.text.hasSuffix("data: {\"ok\":true}\n\n"))
        for responder in lobby.waiting.withLock({ $0 }) { responder.respond(Response(status: 200)) }
        for client in raw { #expect(try client.receiveAnswer(to: "POST")?.status == 200) }
        let after = try own.call(
            "POST", "/destinations/\(own.makeDestination(url: "http://127.0.0.1:\(port)/in"))/test")
        #expect(after.status == 200, "\(after.text)")
    }

    @Test func withoutATransportItSaysWhy() throws {
        let gateway = try TestGateway(plugins: ["Webhook"])
        let workspace = try gateway.makeWorkspace()
        let answer = try workspace.call("POST", "/destinations/\(workspace.makeDestination())/test")
        #expect(answer.status == 503 && answer.text.contains("tessera.transport/1"), "\(answer.text)")
    }
}
