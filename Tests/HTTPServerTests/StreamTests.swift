import HTTPServer
import Platform
import Testing
import TestSupport

/// Answers that are sent piece by piece.
@Suite struct StreamTests {
    /// A server whose handler hands each new stream to the test.
    private func server(
        _ streams: Monitor<[ResponseStream]>, _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> TestServer {
        try TestServer(
            TestHandler { request, responder in
                if request.head.path == "/plain" { return responder.respond(.text("plain")) }
                let stream = responder.startStreaming(headers: [("Content-Type", "text/event-stream")])
                streams.update { $0.append(stream) }
            }, configure)
    }

    private func take(_ streams: Monitor<[ResponseStream]>) -> ResponseStream {
        streams.wait { $0.isEmpty ? nil : $0.removeFirst() }
    }

    @Test func chunks() throws {
        let streams = Monitor<[ResponseStream]>([])
        let server = try server(streams)
        let client = try server.client()
        for _ in 0..<2 {
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /plain HTTP/1.1\r\nHost: a\r\n\r\n")
            let stream = take(streams)
            #expect(stream.write(Array("one".utf8)) == .accepted)
            #expect(stream.write([]) == .accepted)
            #expect(stream.write(Array("twotwotwotwotwotwo".utf8)) == .accepted)
            stream.finish()
            #expect(stream.isClosed)
            #expect(stream.write([1]) == .closed)
            let answer = try #require(try client.receiveAnswer())
            #expect(answer[header: "Transfer-Encoding"] == "chunked")
            #expect(answer[header: "Content-Length"] == nil)
            #expect(answer.text == "onetwotwotwotwotwotwo")
            #expect(try client.receiveAnswer()?.text == "plain")
        }
    }

    /// Pieces reach the peer when they are written, not at the end.
    @Test func eachPieceArrives() throws {
        let streams = Monitor<[ResponseStream]>([])
        let server = try server(streams)
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let stream = take(streams)
        var received = ""
        for number in 0..<3 {
            stream.write(Array("data: \(number)\n\n".utf8))
            while !received.hasSuffix("data: \(number)\n\n\r\n") {
                received += String(decoding: try client.receive(), as: UTF8.self)
            }
        }
        stream.finish()
    }

    @Test func oldClientReadsToTheEnd() throws {
        let streams = Monitor<[ResponseStream]>([])
        let server = try server(streams)
        let client = try server.client()
        try client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        let stream = take(streams)
        stream.write(Array("abc".utf8))
        stream.finish()
        let answer = try #require(try client.receiveAnswer())
        #expect(answer[header: "Transfer-Encoding"] == nil)
        #expect(answer[header: "Connection"] == "close")
        #expect(answer.text == "abc")
    }

    @Test func headOfAStream() throws {
        let streams = Monitor<[ResponseStream]>([])
        let server = try server(streams)
        let client = try server.client()
        try client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receiveAnswer(to: "HEAD")?.status == 200)
        let stream = take(streams)
        #expect(stream.isClosed)
        #expect(stream.write([1]) == .closed)
        #expect(try client.request("GET", "/plain").text == "plain")
    }

    /// A peer that does not read stops the writer, not the server's memory.
    @Test func backPressure() throws {
        let streams = Monitor<[ResponseStream]>([])
        let server = try server(streams) { $0.maxStreamBacklog = 100_000 }
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let stream = take(streams)
        let piece = [UInt8](repeating: 120, count: 10_000)
        var written = 0
        // The kernel's buffers on both sides take some megabytes before the stream is full for good.
        while stream.waitUntilWritable(piece.count, microseconds: 200_000) {
            #expect(stream.write(piece) == .accepted)
            written += piece.count
            #expect(written < 200_000_000)
        }
        #expect(stream.write(piece) == .full)
        #expect(try server.client().request("GET", "/plain").text == "plain")
        let reading = Monitor<Int?>(nil)
        let total = written
        let writer = NativeThread(name: "writer") {
            var more = 0
            while more < 1_000_000 {
                if stream.write(piece) == .accepted {
                    more += piece.count
                } else {
                    _ = stream.waitUntilWritable(piece.count, microseconds: 1_000_000)
                }
            }
            stream.finish()
            reading.update { $0 = more }
        }
        let answer = try #require(try client.receiveAnswer())
        let more: Int = reading.wait { $0 }
        #expect(answer.body.count == total + more)
        writer.join()
    }

    @Test func peerLeaves() throws {
        let streams = Monitor<[ResponseStream]>([])
        let server = try server(streams)
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let stream = take(streams)
        stream.write([97])
        client.close()
        #expect(stream.waitUntilWritable(.max / 2, microseconds: 10_000_000))
        try eventually { stream.isClosed }
        #expect(stream.write([98]) == .closed)
    }

    /// A stream that its writer drops must not look complete.
    @Test func droppedStream() throws {
        let streams = Monitor<[ResponseStream]>([])
        let server = try server(streams)
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        take(streams).write(Array("abc".utf8))
        let all = String(decoding: try client.receiveToEnd(), as: UTF8.self)
        #expect(!all.hasSuffix("0\r\n\r\n"))
    }

    @Test func invalidHead() throws {
        let server = try TestServer(
            TestHandler { _, responder in
                let stream = responder.startStreaming(headers: [("X", "a\r\nb")])
                #expect(stream.write([1]) == .closed)
            })
        #expect(try server.client().request("GET", "/").status == 500)
    }
}
