import TestSupport
import Testing

@testable import Warehouse

@Suite struct CSVParserTests {
    static let quoteWithin = "bad: a quote within a value without quotes: put the value in quotes and double it"
    static let afterQuote = "bad: text after a closing quote: double a quote that belongs to the value"
    static let lonelyReturn = "bad: a carriage return without a line feed: end lines with LF or CRLF"

    static let cases: [(text: String, lines: [String])] = [
        ("", []),
        ("\n", []),
        ("\r\n\n\r\n", []),
        ("a", ["1: [a]"]),
        ("a\n", ["1: [a]"]),
        ("a\r\n", ["1: [a]"]),
        ("a,b\nc,d", ["1: [a] [b]", "2: [c] [d]"]),
        ("a,b\r\nc,d\r\n", ["1: [a] [b]", "2: [c] [d]"]),
        (",", ["1: ∅ ∅"]),
        ("a,,c\n", ["1: [a] ∅ [c]"]),
        ("a,\n,b\n", ["1: [a] ∅", "2: ∅ [b]"]),
        ("\"\"\n", ["1: []"]),
        ("\"\",\n", ["1: [] ∅"]),
        ("\"a\",\"b\"\n", ["1: [a] [b]"]),
        ("\"a,b\",c\n", ["1: [a,b] [c]"]),
        ("\"a\nb\",c\nd,e\n", ["1: [a\nb] [c]", "3: [d] [e]"]),
        ("\"a\r\nb\",c\r\nd,e", ["1: [a\r\nb] [c]", "3: [d] [e]"]),
        ("\"say \"\"hi\"\"\",x\n", ["1: [say \"hi\"] [x]"]),
        ("\"\"\"\"\n", ["1: [\"]"]),
        ("\"\"\"\"\"\"\n", ["1: [\"\"]"]),
        ("\"a\"", ["1: [a]"]),
        ("a\n\nb\n", ["1: [a]", "3: [b]"]),
        (" a , b \n", ["1: [ a ] [ b ]"]),
        ("ä,日本\n", ["1: [ä] [日本]"]),
        ("\u{FEFF}a,b\n", ["1: [a] [b]"]),
        ("\u{FEFF}\"a\"\n", ["1: [a]"]),
        ("\u{FEFF}", []),
        ("a;b\tc\n", ["1: [a;b\tc]"]),
        ("a\"b,c\nd,e\n", ["1 \(quoteWithin)", "2: [d] [e]"]),
        ("a,b\"\nd,e\n", ["1 \(quoteWithin)", "2: [d] [e]"]),
        (" \"a\"\nb\n", ["1 \(quoteWithin)", "2: [b]"]),
        ("\"a\"b,c\nd,e\n", ["1 \(afterQuote)", "2: [d] [e]"]),
        ("\"a\" ,c\nd,e\n", ["1 \(afterQuote)", "2: [d] [e]"]),
        ("\"a\nb\"x\nd\n", ["1 \(afterQuote)", "3: [d]"]),
        ("a\rb\nc\n", ["1 \(lonelyReturn)", "2: [c]"]),
        ("a\r\rb\nc\n", ["1 \(lonelyReturn)", "2: [c]"]),
        ("a\r", ["1 bad: a carriage return without a line feed"]),
        ("x\n\"a\nb", ["1: [x]", "2 bad: the quoted value does not end"]),
        ("x\n\"", ["1: [x]", "2 bad: the quoted value does not end"]),
        ("a,\u{0}\nb\n", ["1 bad: the line contains a NUL", "2: [b]"]),
    ]

    @Test(arguments: cases, [1, 2, 3, 5, 1000])
    func reads(example: (text: String, lines: [String]), chunk: Int) throws {
        #expect(try Self.read(Array(example.text.utf8), chunk: chunk) == example.lines)
    }

    static func read(_ bytes: [UInt8], chunk: Int) throws -> [String] {
        var parser = CSVParser()
        let rows = RecordedRows()
        var start = 0
        while start < bytes.count {
            try parser.feed(Array(bytes[start..<min(start + chunk, bytes.count)]), to: rows)
            start += chunk
        }
        try parser.finish(to: rows)
        return rows.lines
    }

    @Test func linesThatAreNoUTF8AreBad() throws {
        #expect(
            try Self.read([0x61, 0xFF, 0x0A, 0x62, 0x0A], chunk: 2) == ["1 bad: the line is not UTF-8", "2: [b]"])
    }

    @Test func utf16AndEndlessRecordsAreRefused() throws {
        #expect(throws: UploadRefused("the file is UTF-16: save it as UTF-8")) {
            try Self.read([0xFF, 0xFE, 0x61, 0x00], chunk: 100)
        }
        let endless = Array("a\n\"".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 2 << 20)
        #expect(
            throws: UploadRefused(
                "the record that begins on line 2 is longer than 1 MiB: is there a quote that is not closed?")
        ) { try Self.read(endless, chunk: 1 << 16) }
    }

    /// What a correct writer writes comes back, whatever the values and however the bytes are cut.
    @Test func readsBackWhatAWriterWrites() throws {
        var random = SeededRandom(seed: 5)
        let pieces = ["a", "bc", ",", "\"", "\n", "\r\n", "\r", " ", "é", "", "1"]
        for _ in 0..<300 {
            let columns = Int.random(in: 2...4, using: &random)
            let rows: [[String?]] = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                (0..<columns).map { _ in
                    random.chance(15)
                        ? nil : (0..<Int.random(in: 0...4, using: &random)).map { _ in random.pick(pieces) }.joined()
                }
            }
            let text = rows.map { row in
                row.map { value in
                    guard let value else { return "" }
                    let isPlain = !value.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) } && !value.isEmpty
                    if isPlain, random.chance(50) { return value }
                    return "\"" + String(decoding: value.utf8.flatMap { $0 == 0x22 ? [$0, $0] : [$0] }, as: UTF8.self)
                        + "\""
                }.joined(separator: ",") + random.pick(["\n", "\r\n"])
            }.joined()
            let read = try Self.read(Array(text.utf8), chunk: Int.random(in: 1...9, using: &random))
            let values = read.map { $0.drop { $0 != " " }.dropFirst() }
            let wanted = rows.map { row in row.map { $0.map { "[\($0)]" } ?? "∅" }.joined(separator: " ") }
            #expect(values.map { Array($0.utf8) } == wanted.map { Array($0.utf8) })
        }
    }
}
