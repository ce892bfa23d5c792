/// Reads one flat JSON object, strictly and without copies: texts are unescaped in place. Values within values are checked
/// and kept as they were written.
struct JSONLine {
    /// Names and values of the last object, borrowed from its bytes.
    private(set) var names: [UnsafeRawBufferPointer] = []
    private(set) var cells: [RowCell] = []

    struct Fault: Error {
        var message: String
    }

    private static let maxDepth = 64

    /// - Parameter text: UTF-8; is changed.
    mutating func parse(_ text: UnsafeMutableRawBufferPointer) throws(Fault) {
        names.removeAll(keepingCapacity: true)
        cells.removeAll(keepingCapacity: true)
        var reader = Reader(text: text)
        reader.skipSpace()
        guard reader.take(UInt8(ascii: "{")) else { throw Fault(message: "the line is no JSON object") }
        reader.skipSpace()
        if !reader.take(UInt8(ascii: "}")) {
            repeat {
                reader.skipSpace()
                guard reader.take(UInt8(ascii: "\"")) else { throw reader.fault("a member's name in quotes") }
                names.append(try reader.string())
                reader.skipSpace()
                guard reader.take(UInt8(ascii: ":")) else { throw reader.fault("a colon") }
                reader.skipSpace()
                cells.append(try reader.value())
                reader.skipSpace()
            } while reader.take(UInt8(ascii: ","))
            guard reader.take(UInt8(ascii: "}")) else { throw reader.fault("a comma or a closing bracket") }
        }
        reader.skipSpace()
        guard reader.isAtEnd else { throw Fault(message: "text after the object: write one object a line") }
    }

    private struct Reader {
        let text: UnsafeMutableRawBufferPointer
        var position = 0

        var isAtEnd: Bool { position == text.count }
        var next: UInt8 { position < text.count ? text[position] : 0 }

        func fault(_ expected: String) -> Fault {
            Fault(message: "not valid JSON: \(expected) is missing at byte \(position + 1)")
        }

        mutating func skipSpace() {
            while position < text.count,
                text[position] == 0x20 || text[position] == 0x09 || text[position] == 0x0D
            { position += 1 }
        }

        mutating func take(_ byte: UInt8) -> Bool {
            guard position < text.count, text[position] == byte else { return false }
            position += 1
            return true
        }

        mutating func value() throws(Fault) -> RowCell {
            let start = position
            switch next {
            case UInt8(ascii: "\""):
                position += 1
                return RowCell(kind: .string, bytes: try string())
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                try skip(depth: 1)
                return RowCell(kind: .nested, bytes: slice(start))
            case UInt8(ascii: "t"), UInt8(ascii: "f"):
                try literal()
                return RowCell(kind: .bool, bytes: slice(start))
            case UInt8(ascii: "n"):
                try literal()
                return .null
            default:
                try number()
                return RowCell(kind: .number, bytes: slice(start))
            }
        }

        func slice(_ start: Int) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[start..<position])
        }

        /// Passes over a value within a value.
        mutating func skip(depth: Int) throws(Fault) {
            guard depth <= maxDepth else { throw Fault(message: "a value is nested more than \(maxDepth) levels deep") }
            switch next {
            case UInt8(ascii: "\""):
                position += 1
                try skipString()
            case UInt8(ascii: "["):
                position += 1
                skipSpace()
                if take(UInt8(ascii: "]")) { return }
                repeat {
                    skipSpace()
                    try skip(depth: depth + 1)
                    skipSpace()
                } while take(UInt8(ascii: ","))
                guard take(UInt8(ascii: "]")) else { throw fault("a comma or a closing bracket") }
            case UInt8(ascii: "{"):
                position += 1
                skipSpace()
                if take(UInt8(ascii: "}")) { return }
                repeat {
                    skipSpace()
                    guard take(UInt8(ascii: "\"")) else { throw fault("a member's name in quotes") }
                    try skipString()
                    skipSpace()
                    guard take(UInt8(ascii: ":")) else { throw fault("a colon") }
                    skipSpace()
                    try skip(depth: depth + 1)
                    skipSpace()
                } while take(UInt8(ascii: ","))
                guard take(UInt8(ascii: "}")) else { throw fault("a comma or a closing bracket") }
            case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
                try literal()
            default:
                try number()
            }
        }

        mutating func literal() throws(Fault) {
            for word in ["true", "false", "null"] as [StaticString]
            where text.count - position >= word.utf8CodeUnitCount {
                let bytes = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
                if text[position..<position + bytes.count].elementsEqual(bytes) {
                    position += bytes.count
                    return
                }
            }
            throw fault("a value")
        }

        mutating func number() throws(Fault) {
            let start = position
            while position < text.count {
                switch text[position] {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                    UInt8(ascii: "e"), UInt8(ascii: "E"):
                    position += 1
                    continue
                default: break
                }
                break
            }
            guard NumberText.form(slice(start)) != nil else {
                position = start
                throw fault("a value")
            }
        }

        /// A string of a name or a value, unescaped in place; the opening quote is behind `position`.
        mutating func string() throws(Fault) -> UnsafeRawBufferPointer {
            let start = position
            while position < text.count, text[position] != UInt8(ascii: "\""), text[position] != UInt8(ascii: "\\"),
                text[position] >= 0x20
            { position += 1 }
            var target = position
            while true {
                guard position < text.count else { throw fault("a closing quote") }
                let byte = text[position]
                position += 1
                if byte == UInt8(ascii: "\"") { break }
                if byte == UInt8(ascii: "\\") {
                    try unescape(to: &target)
                } else {
                    guard byte >= 0x20 else { throw Fault(message: "a control character in a string: escape it") }
                    text[target] = byte
                    target += 1
                }
            }
            return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[start..<target])
        }

        mutating func skipString() throws(Fault) {
            while true {
                guard position < text.count else { throw fault("a closing quote") }
                let byte = text[position]
                position += 1
                if byte == UInt8(ascii: "\"") { return }
                guard byte >= 0x20 else { throw Fault(message: "a control character in a string: escape it") }
                guard byte == UInt8(ascii: "\\") else { continue }
                if take(UInt8(ascii: "u")) {
                    _ = try hex()
                } else {
                    guard Self.escapes[next] != nil else { throw fault("an escape that JSON knows") }
                    position += 1
                }
            }
        }

        static let escapes: [UInt8: UInt8] = [
            UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
            UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
        ]

        /// Writes what an escape stands for, which is never longer; the backslash is behind `position`.
        mutating func unescape(to target: inout Int) throws(Fault) {
            guard take(UInt8(ascii: "u")) else {
                guard let byte = Self.escapes[next] else { throw fault("an escape that JSON knows") }
                position += 1
                text[target] = byte
                target += 1
                return
            }
            var code = try hex()
            if (0xD800..<0xDC00).contains(code) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw fault("the second surrogate") }
                let low = try hex()
                guard (0xDC00..<0xE000).contains(low) else { throw fault("the second surrogate") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard code != 0 else { throw Fault(message: "a string contains a NUL") }
            guard let scalar = UnicodeScalar(code) else { throw fault("the first surrogate") }
            for byte in UTF8.encode(scalar).map(Array.init) ?? [] {
                text[target] = byte
                target += 1
            }
        }

        mutating func hex() throws(Fault) -> UInt32 {
            var value: UInt32 = 0
            for _ in 0..<4 {
                let byte = next
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 + UInt32(byte - UInt8(ascii: "0"))
                case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 + UInt32(byte - UInt8(ascii: "a") + 10)
                case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 + UInt32(byte - UInt8(ascii: "A") + 10)
                default: throw fault("four hexadecimal digits")
                }
                position += 1
            }
            return value
        }
    }
}
