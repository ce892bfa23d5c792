import HTTPServer
import Platform
import Testing
import TestSupport

/// Starting and stopping.
@Suite struct StopTests {
    @Test func addressInUse() throws {
        let server = try TestServer(TestHandler.echo())
        let second = HTTPServer(
            configuration: ServerConfiguration(port: server.port), handler: TestHandler.echo(), log: .silent,
            clock: SystemClock())
        let error = #expect(throws: SystemError.self) { try second.start() }
        #expect(error?.description == "listen on 127.0.0.1:\(server.port): Address already in use")
    }

    @Test func unknownHost() throws {
        let server = HTTPServer(
            configuration: ServerConfiguration(host: "no such host"), handler: TestHandler.echo(), log: .silent,
            clock: SystemClock())
        #expect(throws: SystemError.self) { try server.start() }
    }

    @Test func refusesAfterwards() throws {
        let server = try TestServer(TestHandler.echo())
        let client = try server.client()
        #expect(try client.request("GET", "/").status == 200)
        server.server.stop(grace: 10_000_000)
        #expect(try client.receiveToEnd() == [])
        #expect(throws: SystemError.self) { try server.client() }
        #expect(server.server.isStopping)
        server.server.stop(grace: 10_000_000)
    }

    /// A request in flight is answered, half a request may still be completed, idle connections end at once.
    @Test func finishesWhatIsInFlight() throws {
        let waiting = Monitor<[(Request, Responder)]>([])
        let server = try TestServer(
            TestHandler { request, responder in waiting.update { $0.append((request, responder)) } }
        ) { $0.reactors = 1 }
        let idle = try server.client()
        let half = try server.client()
        let inFlight = try server.client()
        try half.send("GET /half HTTP/1.1\r\n")
        try inFlight.send("GET /flight HTTP/1.1\r\nHost: a\r\n\r\n")
        let (request, responder) = waiting.wait { $0.isEmpty ? nil : $0.removeFirst() }
        let stopping = NativeThread(name: "stop") { server.server.stop(grace: 20_000_000) }
        #expect(try idle.receiveToEnd() == [])
        try half.send("Host: a\r\n\r\n")
        let (second, secondResponder) = waiting.wait { $0.isEmpty ? nil : $0.removeFirst() }
        secondResponder.respond(.echo(second))
        responder.respond(.echo(request))
        for (client, path) in [(half, "/half"), (inFlight, "/flight")] {
            let answer = try #require(try client.receiveAnswer())
            #expect(answer.text == "GET \(path) ")
            #expect(answer[header: "Connection"] == "close")
            #expect(try client.receiveToEnd() == [])
            client.close()
        }
        stopping.join()
        #expect(server.server.figures == ServerFigures())
    }

    @Test func graceEnds() throws {
        let waiting = Monitor<[Responder]>([])
        let server = try TestServer(TestHandler { _, responder in waiting.update { $0.append(responder) } })
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let responder = waiting.wait { $0.first }
        server.server.stop(grace: 20_000)
        #expect(responder.isAbandoned)
        // An answer to a server that has gone is dropped in peace.
        responder.respond(.text("late"))
        #expect(try client.receiveToEnd() == [])
    }

    @Test func streamsAreTold() throws {
        let streams = Monitor<[ResponseStream]>([])
        let server = try TestServer(
            TestHandler { _, responder in
                let stream = responder.startStreaming()
                streams.update { $0.append(stream) }
            })
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let stream = streams.wait { $0.first }
        #expect(!stream.isStopping)
        let stopping = NativeThread(name: "stop") { server.server.stop(grace: 20_000_000) }
        try eventually { stream.isStopping }
        #expect(stream.write(Array("bye".utf8)) == .accepted)
        stream.finish()
        #expect(try client.receiveAnswer()?.text == "bye")
        client.close()
        stopping.join()
    }
}
