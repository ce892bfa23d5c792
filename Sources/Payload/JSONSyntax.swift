/// Tells whether bytes are one JSON value: what is put into a request as it stands must not break the rest of it.
/// One pass, no recursion.
public struct JSONSyntax {
    private static let maxDepth = 64

    private let text: UnsafeRawBufferPointer
    private var place = 0

    public static func isValue(_ text: UnsafeRawBufferPointer) -> Bool {
        var syntax = JSONSyntax(text: text)
        return syntax.scan()
    }

    private init(text: UnsafeRawBufferPointer) { self.text = text }

    /// The next byte that is no white space; nil at the end.
    private mutating func peek() -> UInt8? {
        while place < text.count {
            switch text[place] {
            case 0x20, 0x09, 0x0A, 0x0D: place += 1
            default: return text[place]
            }
        }
        return nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        place += 1
        return true
    }

    private mutating func scan() -> Bool {
        // A bit for each open bracket, the innermost lowest: 1 for an object.
        var isObject: UInt64 = 0
        var depth = 0
        while true {
            // Here a value begins, in an object after its name.
            if depth > 0 && isObject & 1 == 1 {
                guard string(), take(UInt8(ascii: ":")) else { return false }
            }
            switch peek() {
            case UInt8(ascii: "{")?, UInt8(ascii: "[")?:
                let object = text[place] == UInt8(ascii: "{")
                place += 1
                guard depth < Self.maxDepth else { return false }
                depth += 1
                isObject = isObject << 1 | (object ? 1 : 0)
                if peek() != (object ? UInt8(ascii: "}") : UInt8(ascii: "]")) { continue }
            case UInt8(ascii: "\"")?:
                guard string() else { return false }
            default:
                guard literal() || number() else { return false }
            }
            // Here a value, or the last element of a bracket, has ended.
            while depth > 0 && take(isObject & 1 == 1 ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                depth -= 1
                isObject >>= 1
            }
            if depth == 0 { return peek() == nil }
            guard take(UInt8(ascii: ",")) else { return false }
        }
    }

    private mutating func string() -> Bool {
        guard take(UInt8(ascii: "\"")) else { return false }
        while place < text.count {
            let byte = text[place]
            place += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte < 0x20 { return false }
            if byte == UInt8(ascii: "\\") {
                guard place < text.count else { return false }
                let escaped = text[place]
                place += 1
                if escaped == UInt8(ascii: "u") {
                    guard text.count - place >= 4, text[place..<place + 4].allSatisfy(Self.isHex) else { return false }
                    place += 4
                } else if !#""\/bfnrt"#.utf8.contains(escaped) {
                    return false
                }
            }
        }
        return false
    }

    private mutating func literal() -> Bool {
        for word in ["true", "false", "null"] as [StaticString] {
            let bytes = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
            if text[place...].starts(with: bytes) {
                place += bytes.count
                return true
            }
        }
        return false
    }

    private mutating func number() -> Bool {
        if place < text.count, text[place] == UInt8(ascii: "-") { place += 1 }
        if place < text.count, text[place] == UInt8(ascii: "0") {
            place += 1
        } else if digits() == 0 {
            return false
        }
        if place < text.count, text[place] == UInt8(ascii: ".") {
            place += 1
            if digits() == 0 { return false }
        }
        if place < text.count, text[place] | 0x20 == UInt8(ascii: "e") {
            place += 1
            if place < text.count, "+-".utf8.contains(text[place]) { place += 1 }
            if digits() == 0 { return false }
        }
        return true
    }

    private mutating func digits() -> Int {
        let start = place
        while place < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[place]) { place += 1 }
        return place - start
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
