import HTTPServer
import Platform
import Testing
import TestSupport

/// Deadlines run on the machine's clock: they are short here, and the tests wait for what they cause.
@Suite struct DeadlineTests {
    @Test func silentConnection() throws {
        let server = try TestServer(TestHandler.echo()) { $0.headerDeadline = 20_000 }
        #expect(try server.client().receiveToEnd() == [])
    }

    /// Bytes that trickle in do not prolong the deadline of a head.
    @Test func slowHead() throws {
        let server = try TestServer(TestHandler.echo()) { $0.headerDeadline = 100_000 }
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\n")
        try client.send("Host: a\r\n")
        let answer = try #require(try client.receiveAnswer())
        #expect(answer.status == 408)
        #expect(answer[header: "Connection"] == "close")
        #expect(try client.receiveToEnd() == [])
    }

    @Test func slowSecondHead() throws {
        let server = try TestServer(TestHandler.echo()) { $0.headerDeadline = 100_000 }
        let client = try server.client()
        #expect(try client.request("GET", "/").status == 200)
        try client.send("GET")
        #expect(try client.receiveAnswer()?.status == 408)
    }

    @Test func idleConnection() throws {
        let server = try TestServer(TestHandler.echo()) { $0.idleTimeout = 50_000 }
        let client = try server.client()
        #expect(try client.request("GET", "/").status == 200)
        #expect(try client.receiveToEnd() == [])
    }

    @Test func slowBody() throws {
        let server = try TestServer(TestHandler.echo()) { $0.bodyDeadline = 50_000 }
        let client = try server.client()
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        #expect(try client.receiveAnswer()?.status == 408)
        #expect(try client.receiveToEnd() == [])
    }

    /// An answer has no deadline of the server's: the idle and body deadlines rest while a handler works.
    @Test func slowHandler() throws {
        let waiting = Monitor<[Responder]>([])
        let server = try TestServer(TestHandler { _, responder in waiting.update { $0.append(responder) } }) {
            $0.headerDeadline = 1000
            $0.idleTimeout = 1000
            $0.bodyDeadline = 1000
        }
        let client = try server.client()
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        let responder = waiting.wait { $0.first }
        // Another connection runs into its deadline meanwhile: time has passed for both.
        for _ in 0..<5 { #expect(try server.client().receiveToEnd() == []) }
        responder.respond(.text("late"))
        #expect(try client.receiveAnswer()?.text == "late")
    }

    private final class Slow: BodyConsumer {
        let flow = Monitor<BodyFlow?>(nil)
        let isAborted = Monitor(false)
        let pauses: Bool
        init(pauses: Bool) { self.pauses = pauses }
        func began(_ flow: BodyFlow) { self.flow.update { $0 = flow } }
        func received(_ bytes: [UInt8]) { if pauses { flow.withLock { $0?.pause() } } }
        func finished(_ responder: Responder) { responder.respond(.text("whole")) }
        func aborted() { isAborted.update { $0 = true } }
    }

    @Test func stalledUpload() throws {
        let slow = Slow(pauses: false)
        let server = try TestServer(
            TestHandler(policy: { _ in .stream(slow) }, answer: { _, responder in responder.respond(.text("")) })
        ) { $0.bodyDeadline = 50_000 }
        let client = try server.client()
        try client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        #expect(try client.receiveAnswer()?.status == 408)
        slow.isAborted.wait { $0 ? () : nil }
    }

    /// An upload that our own consumer holds back is not its peer's fault.
    @Test func pausedUpload() throws {
        let slow = Slow(pauses: true)
        let server = try TestServer(
            TestHandler(policy: { _ in .stream(slow) }, answer: { _, responder in responder.respond(.text("")) })
        ) {
            $0.bodyDeadline = 20_000
            $0.headerDeadline = 20_000
        }
        let client = try server.client()
        try client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
        let flow = slow.flow.wait { $0 }
        for _ in 0..<4 { #expect(try server.client().receiveToEnd() == []) }
        flow.resume()
        try client.send("def")
        #expect(try client.receiveAnswer()?.text == "whole")
    }

    /// A peer that never reads its answer does not keep it in memory for ever.
    @Test func unreadAnswer() throws {
        let body = [UInt8](repeating: 1, count: 30_000_000)
        let server = try TestServer(
            TestHandler { _, responder in responder.respond(Response(status: 200, body: body)) }
        ) { $0.writeDeadline = 50_000 }
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        try eventually { server.server.figures.requests == 1 }
        try eventually { server.server.figures.connections == 0 }
        #expect(try client.receiveToEnd().count < body.count)
    }

    /// A refused peer that goes on sending is cut off in the end.
    @Test func endlessSender() throws {
        let server = try TestServer(TestHandler.echo()) { $0.lingerTimeout = 50_000 }
        let client = try server.client()
        #expect(throws: SystemError.self) {
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
            while true { try client.send([UInt8](repeating: 0, count: 65_536)) }
        }
    }
}
