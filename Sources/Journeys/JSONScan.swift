/// What is checked on a JSON text's bytes before Foundation, which recurses and is lenient, gets to see it.
enum JSONScan {
    /// - Throws: `tooDeep` beyond `maxDepth`; `notJSON` for invalid UTF-8, a byte order mark or a comma before a closing
    ///   bracket (Foundation takes the last two).
    static func check(_ text: UnsafeBufferPointer<UInt8>, maxDepth: Int) throws(JSONParseError) {
        var depth = 0
        var inString = false
        var escaped = false
        var previous: UInt8 = 0
        var ascii = true
        for byte in text {
            if byte >= 0x80 { ascii = false }
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D:
                continue
            case UInt8(ascii: "\""):
                inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > maxDepth {
                    throw JSONParseError(kind: .tooDeep, message: "JSON is nested more than \(maxDepth) levels deep")
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if previous == UInt8(ascii: ",") {
                    throw JSONParseError(
                        kind: .notJSON, message: "not valid JSON: a comma stands before a closing bracket")
                }
            default:
                if byte >= 0x80 || byte == 0 {
                    throw JSONParseError(
                        kind: .notJSON, message: "not valid JSON: a character outside of a string is not allowed there")
                }
            }
            previous = byte
        }
        if !ascii, String(validating: text, as: UTF8.self) == nil {
            throw JSONParseError(kind: .notJSON, message: "not valid JSON: the text is not UTF-8")
        }
    }
}
