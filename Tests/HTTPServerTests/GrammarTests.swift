import HTTPGrammar
import HTTPServer
import Platform
import Testing
import TestSupport

/// Grammar and smuggling payloads over real sockets.
@Suite struct GrammarTests {
    private func server(_ seen: Monitor<[String]>) throws -> TestServer {
        try TestServer(
            TestHandler { request, responder in
                seen.update { $0.append(request.head.target) }
                responder.respond(.echo(request))
            })
    }

    /// A refused request must not let what follows it through: to a smuggler that would be a request of its own.
    @Test(arguments: GrammarCase.all) func payload(_ test: GrammarCase) throws {
        let seen = Monitor<[String]>([])
        let server = try server(seen)
        let client = try server.client()
        let next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"
        switch test.outcome {
        case .refused(let status):
            try client.send(test.bytes + Array(next.utf8))
            let answer = try #require(try client.receiveAnswer())
            #expect(answer.status == status)
            #expect(answer[header: "Connection"] == "close")
            #expect(answer[header: "Content-Type"] == "application/json")
            #expect(answer.text.contains("\"error\":\"") && answer.text.contains("\"code\":\""))
            #expect(answer.text.contains("\"request_id\":\""))
            #expect(try client.receiveToEnd() == [])
            #expect(seen.withLock { $0 } == [])
        case .answered(let texts):
            try client.send(test.bytes)
            for text in texts { #expect(try client.receiveAnswer()?.text == text) }
            try client.send(next)
            #expect(try client.receiveAnswer()?.text == "GET /next ")
        case .answeredAndClosed(let texts):
            try client.send(test.bytes)
            for text in texts {
                let answer = try #require(try client.receiveAnswer())
                #expect(answer.text == text)
                #expect(answer[header: "Connection"] == "close")
            }
            #expect(try client.receiveToEnd() == [])
            #expect(seen.withLock { $0.count } == texts.count)
        }
    }

    /// The same outcomes when every byte comes in a packet of its own are the parser's own property; here a
    /// connection must put them together over many wakes.
    @Test func bytesOneByOne() throws {
        let seen = Monitor<[String]>([])
        let server = try server(seen)
        let client = try server.client()
        for byte in "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nT: u\r\n\r\n"
            .utf8
        {
            try client.send([byte])
        }
        #expect(try client.receiveAnswer()?.text == "POST /a abc")
    }
}

extension GrammarCase: CustomTestStringConvertible {
    package var testDescription: String { name }
}
