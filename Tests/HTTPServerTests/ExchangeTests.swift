import HTTPServer
import Platform
import Testing
import TestSupport

/// Requests and answers on one connection.
@Suite struct ExchangeTests {
    @Test func keepAlive() throws {
        let server = try TestServer(TestHandler.echo())
        let client = try server.client()
        for number in 1...3 {
            let answer = try client.request("POST", "/a?n=\(number)", text: "body \(number)")
            #expect(answer.status == 200)
            #expect(answer.text == "POST /a?n=\(number) body \(number)")
            #expect(answer[header: "Date"] == "Sun, 06 Nov 1994 08:49:37 GMT")
            #expect(answer[header: "Connection"] == nil)
        }
        var expected = ServerFigures()
        expected.connections = 1
        expected.accepted = 1
        expected.requests = 3
        #expect(server.server.figures == expected)
    }

    @Test func headHasNoBody() throws {
        let server = try TestServer(TestHandler.echo())
        let client = try server.client()
        let answer = try client.request("HEAD", "/a")
        #expect(answer[header: "Content-Length"] == "8")
        #expect(answer.body.isEmpty)
        #expect(try client.request("GET", "/b").text == "GET /b ")
    }

    @Test func statusesWithoutBody() throws {
        let server = try TestServer(
            TestHandler { request, responder in
                let status = Int(request.head.path.dropFirst()) ?? 500
                responder.respond(Response(status: status, body: Array("dropped".utf8)))
            })
        let client = try server.client()
        for status in [204, 304] {
            let answer = try client.request("GET", "/\(status)")
            #expect(answer.status == status)
            #expect(answer[header: "Content-Length"] == nil)
        }
        #expect(try client.request("GET", "/200").text == "dropped")
    }

    /// Answers come in the order of the requests although the first ones are given last, by another thread.
    @Test func pipelineOfLateAnswers() throws {
        let waiting = Monitor<[(Request, Responder)]>([])
        let server = try TestServer(
            TestHandler { request, responder in
                if request.head.path.hasPrefix("/late") {
                    waiting.update { $0.append((request, responder)) }
                } else {
                    responder.respond(.echo(request))
                }
            })
        let client = try server.client()
        let paths = ["/late1", "/now1", "/late2", "/now2", "/now3"]
        try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        let answering = NativeThread(name: "late") {
            for _ in 0..<2 {
                let (request, responder) = waiting.wait { $0.isEmpty ? nil : $0.removeFirst() }
                responder.respond(.echo(request))
            }
        }
        for path in paths { #expect(try client.receiveAnswer()?.text == "GET \(path) ") }
        answering.join()
    }

    /// More requests in one packet than one turn takes, and more answer bytes than the socket takes at once.
    @Test func longPipeline() throws {
        let filler = String(repeating: "x", count: 3000)
        let server = try TestServer(
            TestHandler { request, responder in responder.respond(.text(request.head.path + filler)) }
        ) { $0.maxPipelined = 4 }
        let client = try server.client()
        let sending = NativeThread(name: "send") { [port = server.port] in
            // Another connection sends as much meanwhile: both get their turns.
            guard let other = try? HTTPClient(port: port) else { return }
            try? other.send((0..<500).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            for _ in 0..<500 { _ = try? other.receiveAnswer() }
        }
        try client.send((0..<500).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        for number in 0..<500 { #expect(try client.receiveAnswer()?.text == "/\(number)\(filler)") }
        sending.join()
    }

    /// A client may stop sending when its requests are out; all are answered, then the connection ends.
    @Test func halfClosedPipeline() throws {
        let waiting = Monitor<[(Request, Responder)]>([])
        let server = try TestServer(
            TestHandler { request, responder in waiting.update { $0.append((request, responder)) } })
        let client = try server.client()
        try client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
        client.closeWriting()
        for number in 1...2 {
            let (request, responder) = waiting.wait { $0.isEmpty ? nil : $0.removeFirst() }
            responder.respond(.echo(request))
            #expect(try client.receiveAnswer()?.text == "GET /\(number) ")
        }
        #expect(try client.receiveToEnd() == [])
    }

    @Test func largeAnswer() throws {
        let part = (0..<10_007).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let body = [[UInt8]](repeating: part, count: 500).flatMap(\.self)
        let server = try TestServer(
            TestHandler { _, responder in responder.respond(Response(status: 200, body: body)) })
        let client = try server.client()
        for _ in 0..<2 { #expect(try client.request("GET", "/").body == body) }
    }

    @Test func expectContinue() throws {
        let server = try TestServer(
            TestHandler(
                policy: { head in
                    head.path == "/no" ? .refuse(.text("no", status: 401)) : .collect(limit: 10)
                },
                answer: { request, responder in responder.respond(.echo(request)) }))
        let fields = "HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length:"
        let client = try server.client()
        try client.send("POST /yes \(fields) 5\r\n\r\n")
        #expect(try client.receiveAnswer()?.status == 100)
        try client.send("hello")
        #expect(try client.receiveAnswer()?.text == "POST /yes hello")
        // The body comes without waiting: nothing is left to ask for.
        try client.send("POST /yes \(fields) 5\r\n\r\nhello")
        #expect(try client.receiveAnswer()?.text == "POST /yes hello")
        // No body: no 100 either.
        try client.send("POST /yes \(fields) 0\r\n\r\n")
        #expect(try client.receiveAnswer()?.text == "POST /yes ")
        // Too large or refused: the answer comes at once, without 100, and the connection ends.
        try client.send("POST /yes \(fields) 11\r\n\r\n")
        #expect(try client.receiveAnswer()?.status == 413)
        #expect(try client.receiveToEnd() == [])
        let second = try server.client()
        try second.send("POST /no \(fields) 5\r\n\r\n")
        #expect(try second.receiveAnswer()?.status == 401)
        #expect(try second.receiveToEnd() == [])
    }

    /// The request that waits for 100 begins in a later turn than its bytes came in.
    @Test func expectContinueInAPipeline() throws {
        let server = try TestServer(TestHandler.echo()) { $0.maxPipelined = 1 }
        let client = try server.client()
        try client.send(
            "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"
                + "POST /c HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        #expect(try client.receiveAnswer()?.text == "GET /a ")
        #expect(try client.receiveAnswer()?.text == "GET /b ")
        #expect(try client.receiveAnswer()?.status == 100)
        try client.send("x")
        #expect(try client.receiveAnswer()?.text == "POST /c x")
    }

    /// A refused body that is short is read and dropped; a long one ends the connection, and the answer arrives.
    @Test func refusedBodies() throws {
        let server = try TestServer(
            TestHandler(
                policy: { _ in .refuse(.text("no", status: 401)) },
                answer: { _, responder in responder.respond(.text("handled")) }))
        let client = try server.client()
        for _ in 0..<2 {
            let answer = try client.request("POST", "/", body: [UInt8](repeating: 1, count: 60_000))
            #expect(answer.status == 401)
            #expect(answer[header: "Connection"] == nil)
        }
        #expect(try client.request("GET", "/").status == 401)
        #expect(server.server.figures.accepted == 1)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
        try client.send([UInt8](repeating: 1, count: 1_000_000))
        let answer = try #require(try client.receiveAnswer())
        #expect(answer.status == 401)
        #expect(answer[header: "Connection"] == "close")
        #expect(try client.receiveToEnd() == [])
    }

    @Test func droppedResponder() throws {
        let server = try TestServer(TestHandler { _, _ in })
        let client = try server.client()
        let answer = try client.request("GET", "/")
        #expect(answer.status == 500)
        #expect(answer.text.contains("\"request_id\":\""))
        let lines = server.logged.wait { $0.isEmpty ? nil : $0 }
        #expect(lines.contains { $0.contains("dropped unanswered") })
        #expect(try client.request("GET", "/").status == 500)
    }

    @Test func droppedOnAnotherThread() throws {
        let waiting = Monitor<[Responder]>([])
        let server = try TestServer(TestHandler { _, responder in waiting.update { $0.append(responder) } })
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        waiting.wait { responders -> Void? in
            if responders.isEmpty { return nil }
            responders = []
            return ()
        }
        #expect(try client.receiveAnswer()?.status == 500)
    }

    @Test func answeredTwice() throws {
        let server = try TestServer(
            TestHandler { request, responder in
                responder.respond(.text("first"))
                responder.respond(.text("second"))
            })
        let client = try server.client()
        for _ in 0..<2 { #expect(try client.request("GET", "/").text == "first") }
        #expect(server.logged.withLock { $0.contains { $0.contains("answered twice") } })
    }

    /// What a handler puts into a header can't become a header or an answer of its own.
    @Test(arguments: [("X-A", "b\r\nSet-Cookie: c"), ("X-A", "b\0"), ("X A", "b"), ("", "b"), ("X:A", "b")])
    func invalidAnswerHeader(_ name: String, _ value: String) throws {
        let server = try TestServer(
            TestHandler { _, responder in responder.respond(Response(status: 200, headers: [(name, value)])) })
        let answer = try server.client().request("GET", "/")
        #expect(answer.status == 500)
        #expect(answer[header: "Set-Cookie"] == nil)
    }

    @Test func serverOwnsFramingHeaders() throws {
        let server = try TestServer(
            TestHandler { _, responder in
                responder.respond(
                    Response(
                        status: 200,
                        headers: [
                            ("content-length", "100"), ("Transfer-Encoding", "chunked"), ("DATE", "never"),
                            ("Connection", "close"),
                        ], body: Array("abc".utf8)))
            })
        let client = try server.client()
        let answer = try client.request("GET", "/")
        #expect(answer.text == "abc")
        #expect(answer.headers.map(\.name) == ["Date", "X-Request-Id", "Connection", "Content-Length"])
        #expect(try client.receiveToEnd() == [])
    }

    /// All requests that have arrived are handed over between one `wakeBegan` and its `wakeEnded`.
    @Test func wakesBracketRequests() throws {
        let gate = Monitor(false)
        let handler = TestHandler { request, responder in
            if request.head.path == "/block" { gate.wait { $0 ? () : nil } }
            responder.respond(.echo(request))
        }
        let server = try TestServer(handler) { $0.reactors = 1 }
        let blocking = try server.client()
        try blocking.send("GET /block HTTP/1.1\r\nHost: a\r\n\r\n")
        let clients = try (0..<8).map { _ in try server.client() }
        for client in clients { try client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n") }
        gate.update { $0 = true }
        for client in clients { #expect(try client.receiveAnswer()?.text == "GET /a ") }
        #expect(try blocking.receiveAnswer()?.text == "GET /block ")
        #expect(handler.openWakes.load(ordering: .relaxed) == 0)
        // Accepting takes a wake of its own; the requests need one, or a few when the sockets came late.
        #expect(handler.wakes.load(ordering: .relaxed) < 9)
    }

    /// A committer answers a whole group at once, over several reactors.
    @Test func groupOfAnswers() throws {
        let waiting = Monitor<[(Responder, Response)]>([])
        let server = try TestServer(
            TestHandler { request, responder in waiting.update { $0.append((responder, .echo(request))) } })
        let clients = try (0..<10).map { _ in try server.client() }
        for (number, client) in clients.enumerated() {
            try client.send("POST /\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        }
        Responder.respond(waiting.wait { $0.count == 10 ? $0 : nil })
        for (number, client) in clients.enumerated() {
            #expect(try client.receiveAnswer()?.text == "POST /\(number) x")
        }
    }

    @Test func abandonedRequest() throws {
        let waiting = Monitor<[Responder]>([])
        let server = try TestServer(TestHandler { _, responder in waiting.update { $0.append(responder) } })
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let responder = waiting.wait { $0.first }
        #expect(!responder.isAbandoned)
        client.reset()
        // The reset is seen by the reactor; nothing else tells of it.
        try eventually { responder.isAbandoned }
        responder.respond(.text("nobody"))
        #expect(server.server.figures.connections == 0)
    }

    @Test func requestIDsDiffer() throws {
        let server = try TestServer(TestHandler { request, responder in responder.respond(.text(request.id)) })
        var ids: Set<String> = []
        for _ in 0..<4 {
            let client = try server.client()
            for _ in 0..<10 {
                let id = try client.request("GET", "/").text
                #expect(id.utf8.count <= 15 && id.utf8.count >= 9)
                ids.insert(id)
            }
        }
        #expect(ids.count == 40)
    }

    @Test func peerAddress() throws {
        let server = try TestServer(
            TestHandler { request, responder in responder.respond(.text(request.head.peerAddress)) })
        #expect(try server.client().request("GET", "/").text == "127.0.0.1")
    }
}
