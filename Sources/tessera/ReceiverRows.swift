import HTTPServer
import Platform

/// The rows in the body of a delivery, found without parsing it: `{"rows": [{…}, …]}` as the webhook connector sends
/// them. Any other body counts as one row.
struct ReceivedRows {
    private let body: [UInt8]
    private var ranges: [Range<Int>] = []
    /// The idempotency keys that rows have.
    private(set) var keys: [ArraySlice<UInt8>] = []

    var count: Int { ranges.count }
    var isEmpty: Bool { ranges.isEmpty }

    init(_ body: [UInt8]) {
        self.body = body
        var scan = JSONWalker(body)
        var ranges: [Range<Int>] = []
        var keys: [ArraySlice<UInt8>] = []
        let whole = scan.object { name, scan in
            guard name.elementsEqual("rows".utf8) else { return scan.skip() }
            return scan.array { scan in
                let start = scan.place
                let isObject = scan.object { name, scan in
                    guard name.elementsEqual("idempotency_key".utf8), let key = scan.string() else {
                        return scan.skip()
                    }
                    keys.append(key)
                    return true
                }
                ranges.append(start..<scan.place)
                return isObject
            }
        }
        guard whole else { return }
        self.ranges = ranges
        self.keys = keys
    }

    /// A line for each row: when and how it came, and the row as it was sent (a body of another form as text).
    func lines(of request: Request) -> [UInt8] {
        var head = Array("{\"received_us\":\(SystemClock().now()),\"method\":\"\(request.head.method)\",\"path\":".utf8)
        Self.quote(request.head.path.utf8, to: &head)
        head += Array(",\"headers\":{".utf8)
        for (index, header) in request.head.headers.enumerated() {
            if index > 0 { head.append(UInt8(ascii: ",")) }
            Self.quote(header.name.lowercased().utf8, to: &head)
            head.append(UInt8(ascii: ":"))
            Self.quote(header.value.utf8, to: &head)
        }
        head += Array("},".utf8)
        var lines: [UInt8] = []
        lines.reserveCapacity(body.count + max(1, ranges.count) * (head.count + 16))
        if ranges.isEmpty {
            lines += head
            lines += Array("\"body\":".utf8)
            Self.quote(String(decoding: body, as: UTF8.self).utf8, to: &lines)
            lines += Array("}\n".utf8)
        }
        for range in ranges {
            lines += head
            lines += Array("\"row\":".utf8)
            // A line feed may stand between the parts of a row; inside of strings JSON has none.
            lines += body[range].lazy.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
            lines += Array("}\n".utf8)
        }
        return lines
    }

    private static func quote(_ text: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case ..<0x20: bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Walks over JSON text, value by value. It finds where values end and does not judge what is in them.
struct JSONWalker {
    private let text: [UInt8]
    /// The next byte to be read.
    private(set) var place = 0

    init(_ text: [UInt8]) { self.text = text }

    /// Walks over an object; `member` is called at each value and walks over it. False when the text is none.
    mutating func object(_ member: (ArraySlice<UInt8>, inout JSONWalker) -> Bool) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        repeat {
            guard let name = string(), take(UInt8(ascii: ":")) else { return false }
            blank()
            guard member(name, &self) else { return false }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    /// The same for an array.
    mutating func array(_ element: (inout JSONWalker) -> Bool) -> Bool {
        guard take(UInt8(ascii: "[")) else { return false }
        if take(UInt8(ascii: "]")) { return true }
        repeat {
            blank()
            guard element(&self) else { return false }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }

    /// The inside of a string, escapes as they stand; nil, and nothing is read, when there is none.
    mutating func string() -> ArraySlice<UInt8>? {
        let before = place
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = place
        while place < text.count {
            switch text[place] {
            case UInt8(ascii: "\""):
                place += 1
                return text[start..<(place - 1)]
            case UInt8(ascii: "\\"): place += 2
            default: place += 1
            }
        }
        place = before
        return nil
    }

    /// Walks over any value.
    mutating func skip() -> Bool {
        blank()
        guard place < text.count else { return false }
        switch text[place] {
        case UInt8(ascii: "\""): return string() != nil
        case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested()
        default:
            let start = place
            while place < text.count, !Self.ends(text[place]) { place += 1 }
            return place > start
        }
    }

    /// Brackets are counted, not matched: recursion would let a body overflow the stack.
    private mutating func skipNested() -> Bool {
        var depth = 0
        while place < text.count {
            switch text[place] {
            case UInt8(ascii: "\""):
                guard string() != nil else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            place += 1
            if depth == 0 { return true }
        }
        return false
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        blank()
        guard place < text.count, text[place] == byte else { return false }
        place += 1
        return true
    }

    private mutating func blank() {
        while place < text.count, text[place] <= 0x20 { place += 1 }
    }

    private static func ends(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
    }
}
