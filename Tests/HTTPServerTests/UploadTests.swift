import HTTPServer
import Platform
import Synchronization
import Testing
import TestSupport

/// Takes a body and remembers everything.
private final class Recorder: BodyConsumer {
    struct State {
        var bytes: [UInt8] = []
        var pieces = 0
        var flow: BodyFlow?
        var finished = 0
        var aborted = 0
        var responder: Responder?
    }
    let state = Monitor(State())
    /// Pauses after each piece, as a consumer does whose work is on another thread.
    let pausing: Bool
    let refusal: Response?

    init(pausing: Bool = false, refusal: Response? = nil) {
        self.pausing = pausing
        self.refusal = refusal
    }

    func began(_ flow: BodyFlow) { state.update { $0.flow = flow } }

    func received(_ bytes: [UInt8]) {
        state.update { state in
            state.bytes += bytes
            state.pieces += 1
            if pausing { state.flow?.pause() }
            if let refusal { state.flow?.refuse(refusal) }
        }
    }

    func finished(_ responder: Responder) {
        let count = state.update { state in
            state.finished += 1
            return state.bytes.count
        }
        responder.respond(.text("\(count)"))
    }

    func aborted() { state.update { $0.aborted += 1 } }
}

/// Bodies that are handed over piece by piece.
@Suite struct UploadTests {
    private func server(
        _ recorder: Recorder, _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> TestServer {
        try TestServer(
            TestHandler(
                policy: { $0.method == .put ? .stream(recorder) : .collect(limit: 10) },
                answer: { request, responder in responder.respond(.echo(request)) }), configure)
    }

    /// Made once: in a debug build it takes a while.
    private static let sample = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    private var body: [UInt8] { UploadTests.sample }

    @Test func lengthAndChunks() throws {
        let recorder = Recorder()
        let server = try server(recorder)
        let client = try server.client()
        #expect(try client.request("PUT", "/", body: body).text == "3000000")
        #expect(recorder.state.withLock { $0.bytes } == body)
        recorder.state.update { $0.bytes = [] }
        try client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in stride(from: 0, to: 100_000, by: 10) {
            try client.send(Array("a\r\n".utf8) + body[start..<start + 10] + [13, 10])
        }
        try client.send("0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.receiveAnswer()?.text == "100000")
        #expect(try client.receiveAnswer()?.text == "GET /next ")
        recorder.state.withLock { state in
            #expect(state.bytes.elementsEqual(body[..<100_000]))
            #expect(state.finished == 2 && state.aborted == 0)
        }
    }

    @Test func emptyBody() throws {
        let recorder = Recorder()
        let server = try server(recorder)
        #expect(try server.client().request("PUT", "/", body: []).text == "0")
        #expect(recorder.state.withLock { $0.finished == 1 && $0.pieces == 0 && $0.flow != nil })
    }

    /// A paused consumer gets nothing more, the peer is held back by TCP, and nothing is lost.
    @Test func flowControl() throws {
        let recorder = Recorder(pausing: true)
        let server = try server(recorder) { $0.reactors = 1 }
        let result = Monitor<String?>(nil)
        let sender = NativeThread(name: "sender") { [port = server.port, body] in
            let text = try? HTTPClient(port: port).request("PUT", "/", body: body).text
            result.update { $0 = text ?? "failed" }
        }
        // The same reactor serves another client meanwhile, so its wakes have passed by the paused upload.
        let other = try server.client()
        var pieces = 0
        while recorder.state.wait(until: { $0.pieces > pieces || $0.finished > 0 ? $0.finished : nil }) == 0 {
            pieces += 1
            #expect(recorder.state.withLock { $0.pieces } == pieces)
            if pieces <= 5 {
                for _ in 0..<5 { #expect(try other.request("GET", "/a").text == "GET /a ") }
                #expect(recorder.state.withLock { $0.pieces } == pieces)
            }
            recorder.state.withLock { $0.flow }?.resume()
        }
        #expect(result.wait { $0 } == "3000000")
        #expect(recorder.state.withLock { $0.bytes } == body)
        #expect(pieces >= body.count / 65_536)
        sender.join()
    }

    @Test func peerBreaksOff() throws {
        let recorder = Recorder()
        let server = try server(recorder)
        for isReset in [false, true] {
            let before = recorder.state.withLock { $0.aborted }
            let client = try server.client()
            try client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc")
            recorder.state.wait { $0.bytes.count >= (before + 1) * 3 ? () : nil }
            if isReset { client.reset() } else { client.close() }
            recorder.state.wait { $0.aborted == before + 1 ? () : nil }
        }
        #expect(recorder.state.withLock { $0.finished } == 0)
    }

    @Test func brokenChunks() throws {
        let recorder = Recorder()
        let server = try server(recorder)
        let client = try server.client()
        try client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcx")
        #expect(try client.receiveAnswer()?.status == 400)
        #expect(recorder.state.withLock { $0.aborted == 1 && $0.finished == 0 })
    }

    @Test func overTheLimit() throws {
        let recorder = Recorder()
        let server = try server(recorder) { $0.maxStreamedBytes = 5 }
        let client = try server.client()
        try client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\n")
        recorder.state.wait { $0.bytes.count == 3 ? () : nil }
        try client.send("def\r\n0\r\n\r\n")
        #expect(try client.receiveAnswer()?.status == 413)
        #expect(recorder.state.withLock { $0.aborted == 1 && $0.finished == 0 })
        // A length that tells beforehand: the consumer, which may hold a thread by now, hears that nothing comes.
        #expect(try server.client().request("PUT", "/", text: "abcdef").status == 413)
        #expect(recorder.state.withLock { $0.aborted == 2 && $0.finished == 0 && $0.bytes.count == 3 })
    }

    /// The consumer sees after the first piece that the upload is worthless.
    @Test func refusedByTheConsumer() throws {
        let recorder = Recorder(refusal: .text("ragged line 1", status: 422))
        let server = try server(recorder)
        let client = try server.client()
        try client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc")
        let answer = try #require(try client.receiveAnswer())
        #expect(answer.status == 422)
        #expect(answer.text == "ragged line 1")
        #expect(answer[header: "Connection"] == "close")
        #expect(try client.receiveToEnd() == [])
        #expect(recorder.state.withLock { $0.aborted == 1 && $0.finished == 0 })
    }

    @Test func expectContinue() throws {
        let recorder = Recorder()
        let server = try server(recorder)
        let client = try server.client()
        try client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client.receiveAnswer()?.status == 100)
        try client.send("abc")
        #expect(try client.receiveAnswer()?.text == "3")
    }
}
