import TesseraPluginKit

/// The JSON of an answer, as far as it came: the end of one that is longer than what is read is missing.
public struct AnswerJSON {
    /// Nil when the body is no JSON.
    public let value: ConfigValue?
    /// Whether more followed: `value` is what came before, with its brackets closed.
    public let isCut: Bool
    /// Whether nothing came.
    public let isEmpty: Bool

    /// - Parameter depth: brackets around a result in the answer; one of `{"results": […]}` has 2. Of an answer that is cut
    ///   no result is half of one.
    public init(_ answer: Answer, resultsAt depth: Int) {
        let text = Self.text(of: answer)
        isEmpty = text.isEmpty
        if let whole = try? ConfigValue(json: text) {
            value = whole
            isCut = false
        } else {
            value =
                answer.isCut
                ? Self.closed(text, depth).flatMap { $0.withUnsafeBytes { try? ConfigValue(json: $0) } } : nil
            isCut = answer.isCut
        }
    }

    /// A look before the parser is asked: whether the answer begins as an object, and has a member's name somewhere.
    public static func mayHave(_ member: String, in answer: Answer) -> Bool {
        let text = text(of: answer)
        return text.first == UInt8(ascii: "{") && text.firstRange(of: "\"\(member)\"".utf8) != nil
    }

    /// What stands after a byte order mark and white space.
    private static func text(of answer: Answer) -> UnsafeRawBufferPointer {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = answer.body.starts(with: mark) ? answer.body.dropFirst(mark.count) : answer.body[...]
        return UnsafeRawBufferPointer(rebasing: text.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D })
    }

    /// The longest beginning that ends with a whole element in at most `depth` brackets, with what closes them. Nil when
    /// nothing is whole.
    private static func closed(_ text: UnsafeRawBufferPointer, _ depth: Int) -> [UInt8]? {
        var open: [UInt8] = []
        var end = 0
        var openAtEnd: [UInt8] = []
        var isInString = false
        var isEscaped = false
        for (place, byte) in text.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                isInString = true
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): open.append(byte + 2)  // what closes it
            case UInt8(ascii: "}"), UInt8(ascii: "]"): guard open.popLast() == byte else { return nil }
            case UInt8(ascii: ","): break
            default: continue
            }
            if open.count > depth { continue }
            end = byte == UInt8(ascii: ",") ? place : place + 1
            openAtEnd = open
        }
        return end == 0 ? nil : Array(text[..<end]) + openAtEnd.reversed()
    }
}
