import HTTPGrammar
import TestSupport
import Testing

@testable import HTTPServer

/// The parser alone: what it says depends on the bytes, never on how they were cut.
@Suite struct ParserTests {
    private static let limits = HeadParser.Limits(bytes: 16 * 1024, fields: 100, requestLine: 8 * 1024)

    /// Feeds `bytes` up to each of `cuts`; gives the fault's text or a description of the head.
    private func outcome(_ bytes: [UInt8], cuts: [Int], limits: HeadParser.Limits = ParserTests.limits) -> String {
        var parser = HeadParser(limits: limits)
        for cut in cuts + [bytes.count] {
            do throws(HTTPFault) {
                let isComplete = try bytes.withUnsafeBufferPointer { (buffer) throws(HTTPFault) in
                    try parser.parse(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[..<cut])))
                }
                if isComplete { return describe(parser, bytes) }
            } catch {
                return "\(error.status) \(error.message)"
            }
        }
        return "incomplete"
    }

    private func describe(_ parser: HeadParser, _ bytes: [UInt8]) -> String {
        let fields = parser.fields.map { field in
            let name = bytes[Int(field.nameStart)..<Int(field.nameStart + field.nameCount)]
            let value = bytes[Int(field.valueStart)..<Int(field.valueStart + field.valueCount)]
            return "\(String(decoding: name, as: UTF8.self))=\(String(decoding: value, as: UTF8.self))"
        }
        return """
            \(parser.method) \(parser.target) \(parser.path) \(String(describing: parser.query)) \(parser.minorVersion) \
            \(fields) \(String(describing: parser.contentLength)) \(parser.isChunked) \(parser.expectsContinue) \
            \(parser.asksToClose) \(parser.count)
            """
    }

    @Test(arguments: GrammarCase.all) func everyCut(_ test: GrammarCase) {
        let bytes = Array(test.bytes.prefix(18_000))
        let whole = outcome(bytes, cuts: [])
        let step = bytes.count > 4000 ? 97 : 1
        for cut in stride(from: 0, through: bytes.count, by: step) { #expect(outcome(bytes, cuts: [cut]) == whole) }
        #expect(outcome(bytes, cuts: Array(stride(from: 1, to: bytes.count, by: step))) == whole)
    }

    /// Valid heads with bytes changed, removed and doubled at random.
    @Test func randomHeads() {
        var random = SeededRandom(seed: 1)
        let seeds = GrammarCase.all.map { Array($0.bytes.prefix(300)) }
        let spice: [UInt8] = [0, 9, 10, 13, 32, 34, 44, 58, 59, 64, 127, 128, 255]
        var outcomes: Set<String> = []
        for _ in 0..<10_000 {
            var bytes = random.pick(seeds)
            for _ in 0..<random.number(0...3) where !bytes.isEmpty {
                let place = random.number(0...bytes.count - 1)
                switch random.number(0...3) {
                case 0: bytes[place] = random.pick(spice)
                case 1: bytes[place] = UInt8(random.number(0...255))
                case 2: bytes.remove(at: place)
                default: bytes.insert(bytes[place], at: place)
                }
            }
            let small = HeadParser.Limits(bytes: 200, fields: 4, requestLine: 40)
            let limits = random.number(0...2) == 0 ? small : ParserTests.limits
            let whole = outcome(bytes, cuts: [], limits: limits)
            let cuts = (0..<random.number(0...5)).map { _ in random.number(0...bytes.count) }.sorted()
            #expect(outcome(bytes, cuts: cuts, limits: limits) == whole, "\(bytes) \(cuts)")
            outcomes.insert(String(whole.prefix(40)))
        }
        // The mutations must reach many parts of the parser, or this test shows nothing.
        #expect(outcomes.count > 25)
    }

    @Test func chunksAtEveryCut() throws {
        let text = "5;a=b\r\nhello\r\n00a\r\n0123456789\r\n0\r\nX: y\r\nZ:\r\n\r\nGET"
        let bytes = Array(text.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let (body, rest) = try decode([bytes[..<first], bytes[first..<second], bytes[second...]])
                #expect(body == Array("hello0123456789".utf8))
                #expect(rest == 3)
            }
        }
    }

    /// The decoded body and the count of bytes behind it.
    private func decode(_ pieces: [ArraySlice<UInt8>]) throws -> ([UInt8], Int) {
        var decoder = ChunkedDecoder()
        var body: [UInt8] = []
        var rest = 0
        var isDone = false
        for piece in pieces {
            if isDone {
                rest += piece.count
                continue
            }
            try piece.withUnsafeBytes { bytes in
                var offset = 0
                loop: while true {
                    switch try decoder.next(bytes, from: offset) {
                    case .data(let range):
                        body += bytes[range]
                        offset = range.upperBound
                    case .needsMore: break loop
                    case .done(let end):
                        rest = bytes.count - end
                        isDone = true
                        break loop
                    }
                }
            }
        }
        #expect(isDone)
        return (body, rest)
    }

    @Test func head() throws {
        let text = "GET /a/b?c=d?e HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a:  2 \r\n\r\n"
        var parser = HeadParser(limits: ParserTests.limits)
        let bytes = Array(text.utf8)
        #expect(try bytes.withUnsafeBytes { try parser.parse($0) })
        let head = RequestHead(
            method: parser.method, headers: HTTPHeaders(bytes: bytes, fields: parser.fields), minorVersion: 1,
            peerAddress: "::1", id: RequestID(), target: parser.target, path: parser.path, query: parser.query)
        #expect(head.target == "/a/b?c=d?e")
        #expect(head.path == "/a/b")
        #expect(Array(head.pathBytes) == Array("/a/b".utf8))
        #expect(head.query == "c=d?e")
        #expect(head.headers[first: "X-a"] == "1")
        #expect(head.headers.all("x-A") == ["1", "2"])
        #expect(head.headers[first: "absent"] == nil)
        #expect(head.headers.map { "\($0.name)=\($0.value)" } == ["Host=x", "X-A=1", "x-a=2"])
    }
}
