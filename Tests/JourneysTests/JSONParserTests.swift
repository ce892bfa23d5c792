import Foundation
import Journeys
import TestSupport
import Testing

/// The parser against what nobody thought of, and against Foundation's.
@Suite struct JSONParserTests {
    /// Whatever is made of valid texts by random changes is read or refused; what is read, Foundation reads too, and it means the
    /// same when it is written and read again.
    @Test func changedTexts() throws {
        var random = SeededRandom(seed: 6)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d83d", "\\ude00", "0", "-", ".", "e", "1e5", "true",
            "nul", " ", "\t", "\u{1}", "é",
        ]
        var read = 0
        for _ in 0..<20_000 {
            var text = random.json(depth: 4).serialized()
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                let at = Int.random(in: 0...text.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: text.insert(contentsOf: Array(random.pick(pieces).utf8), at: at)
                case 1: if at < text.count { text.remove(at: at) }
                case 2: if at < text.count { text[at] = UInt8.random(in: 0...255, using: &random) }
                default: text.removeSubrange(at...)
                }
            }
            guard let value = try? JSON.parse(text) else { continue }
            read += 1
            #expect(try JSON.parse(value.serialized()) == value)
            let shown = String(decoding: text, as: UTF8.self)
            #expect(throws: Never.self, "\(shown)") {
                try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
            }
        }
        #expect(read > 5_000)
    }

    @Test func everyCharacterEscaped() throws {
        for value in stride(from: UInt32(0), through: 0x10FFFF, by: 37) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = String(Character(scalar))
            let escaped = text.utf16.map { unit in
                let hex = String(unit, radix: 16, uppercase: value % 2 == 0)
                return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            }.joined()
            let read = try JSON.parse("\"a\(escaped)b\"").stringValue
            #expect(read.map { Array($0.utf8) } == Array("a\(text)b".utf8))
        }
    }

    /// Doubles come back bit for bit, as Swift writes them.
    @Test func numbersAreTheNearestDoubles() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite, value.magnitude < 1e15 || value.magnitude > 1e20 else { continue }
            let text = "\(value)"
            #expect(try JSON.parse(text) == .number(value) || value == 0, "\(text)")
        }
    }
}
