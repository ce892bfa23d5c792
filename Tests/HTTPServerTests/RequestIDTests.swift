import HTTPServer
import Platform
import Testing
import TestSupport

/// Every answer names its request, and the handler is told how each one ended.
@Suite struct RequestIDTests {
    private static let uuid = "0b0f6c9e-5f0a-4a53-9d9a-2f2d2f8f7a11"

    @Test(arguments: ["a", uuid, "A.b_c:d-9", String(repeating: "x", count: 64)])
    func theClientsOwnIsKept(id: String) throws {
        let server = try TestServer(TestHandler { request, responder in responder.respond(.text(request.id)) })
        let answer = try server.client().request("GET", "/", headers: [("x-request-ID", id)])
        #expect(answer[header: "X-Request-Id"] == id && answer.text == id)
    }

    @Test(arguments: ["", String(repeating: "x", count: 65), "a b", "a\"b", "a,b", "ä", "<a>"])
    func anythingElseIsReplaced(id: String) throws {
        let server = try TestServer(TestHandler { request, responder in responder.respond(.text(request.id)) })
        let answer = try server.client().request("GET", "/", headers: [("X-Request-Id", id)])
        #expect(answer.status == 200 && answer[header: "X-Request-Id"] == answer.text)
        #expect(answer.text != id && (9...15).contains(answer.text.utf8.count))
    }

    @Test func ofAnAnswerThatTheServerGivesItself() throws {
        let server = try TestServer(TestHandler.echo())
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nX-Request-Id: mine\r\n\r\n")
        let answer = try #require(try client.receiveAnswer())
        #expect(answer.status == 400)
        let id = try #require(answer[header: "X-Request-Id"])
        #expect(answer.text.contains("\"request_id\":\"\(id)\""))
    }

    @Test func aHandlersOwnHeaderIsDropped() throws {
        let server = try TestServer(
            TestHandler { _, responder in
                responder.respond(Response(status: 200, headers: [("x-request-id", "other")]))
            })
        let answer = try server.client().request("GET", "/")
        #expect(answer.headers.count { $0.name.lowercased() == "x-request-id" } == 1)
        #expect(answer[header: "X-Request-Id"] != "other")
    }

    /// Notes how requests ended, and writes a line for each.
    private final class Noting: HTTPHandler {
        let ended = Monitor<[AnsweredRequest]>([])
        let held = Monitor<Responder?>(nil)

        func bodyPolicy(_ head: RequestHead) -> BodyPolicy { .collect(limit: 4) }

        func handle(_ request: Request, _ responder: Responder) {
            responder.mark(7)
            switch request.head.path {
            case "/later": held.update { $0 = responder }
            case "/stream":
                let stream = responder.startStreaming()
                stream.write([1, 2, 3])
                stream.finish()
            default: responder.respond(.text("here"))
            }
        }

        func answered(_ request: AnsweredRequest, _ lines: inout LogLines) {
            ended.update { $0.append(request) }
            lines.begin(0, .info, event: "request", "answered")
            lines.add("status", request.status)
            lines.end()
        }
    }

    @Test func theHandlerIsToldHowEachEnded() throws {
        let handler = Noting()
        let server = try TestServer(handler) { $0.reactors = 1 }
        let client = try server.client()
        _ = try client.request("GET", "/here")
        _ = try client.request("GET", "/stream")
        _ = try client.request("POST", "/here", text: "too long")
        let malformed = try server.client()
        try malformed.send("GET  / HTTP/1.1\r\n\r\n")
        _ = try malformed.receiveToEnd()
        let leaving = try server.client()
        try leaving.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
        try eventually { handler.held.withLock { $0 != nil } }
        leaving.reset()
        let ended = try eventually { handler.ended.withLock { $0.count >= 5 ? $0 : nil } }
        #expect(ended.map(\.status) == [200, 200, 413, 400, 499])
        #expect(ended.map(\.bytes).prefix(2) == [4, 3])
        #expect(ended.map(\.mark) == [7, 7, -1, -1, 7])
        #expect(ended.map(\.isCutShort) == [false, false, false, false, true])
        #expect(ended.map { $0.head?.path } == ["/here", "/stream", "/here", nil, "/later"])
        #expect(ended.allSatisfy { $0.microseconds >= 0 && $0.peerAddress == "127.0.0.1" })
        #expect(Set(ended.map(\.requestID)).count == 5)
        handler.held.update { $0 = nil }
        try eventually { server.logged.withLock { $0.joined(separator: "\n") }.contains(#""status":499}"#) }
    }
}
