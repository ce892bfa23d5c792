extension JSONParser {
    mutating func number() throws(JSONParseError) -> JSON {
        let start = at
        let isNegative = take(UInt8(ascii: "-"))
        var magnitude: UInt64? = 0
        if !take(UInt8(ascii: "0")) {
            guard UInt8(ascii: "1")...UInt8(ascii: "9") ~= next else { throw fault("a digit must follow '-'") }
            skipDigits { digit in magnitude = magnitude.flatMap { Self.append(digit, to: $0) } }
        }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard skipDigits({ _ in }) else { throw fault("a digit must follow '.'") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard skipDigits({ _ in }) else { throw fault("an exponent needs a digit") }
        }
        if isWhole, let magnitude, let integer = Self.integer(magnitude, isNegative) { return .integer(integer) }
        let value = Double(String(decoding: text[start..<at], as: UTF8.self)) ?? .infinity
        guard value.isFinite else {
            throw JSONParseError(
                kind: .notJSON, message: "not valid JSON: a number is too large: at most about 1.8e308 is taken")
        }
        if !isWhole, value.magnitude >= Self.wholeFrom, let integer = Int64(exactly: value) { return .integer(integer) }
        return .number(value)
    }

    /// From here on what is whole is an integer: so it was read when Foundation's parser, which does not tell `1e15` from the
    /// integer, wrote what is stored.
    private static let wholeFrom = 1e15

    private static func append(_ digit: UInt8, to magnitude: UInt64) -> UInt64? {
        let (product, isTooLarge) = magnitude.multipliedReportingOverflow(by: 10)
        let (sum, overflows) = product.addingReportingOverflow(UInt64(digit))
        return isTooLarge || overflows ? nil : sum
    }

    private static func integer(_ magnitude: UInt64, _ isNegative: Bool) -> Int64? {
        if !isNegative { return Int64(exactly: magnitude) }
        return magnitude == Int64.min.magnitude ? .min : Int64(exactly: magnitude).map { -$0 }
    }

    /// - Returns: whether there was a digit.
    @discardableResult
    private mutating func skipDigits(_ body: (UInt8) -> Void) -> Bool {
        let start = at
        while UInt8(ascii: "0")...UInt8(ascii: "9") ~= next {
            body(next - UInt8(ascii: "0"))
            at += 1
        }
        return at > start
    }

    /// The text of a string, from its quotation mark to behind the other one.
    mutating func string() throws(JSONParseError) -> String {
        at += 1
        let start = at
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""):
                at += 1
                return String(decoding: text[start..<at - 1], as: UTF8.self)
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case ..<0x20: throw fault("a control character in a string must be escaped")
            default: at += 1
            }
        }
        throw fault("a string does not end")
    }

    private mutating func escapedString(from start: Int) throws(JSONParseError) -> String {
        var bytes = Array(text[start..<at])
        while at < text.count {
            let byte = text[at]
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &bytes)
            case ..<0x20: throw fault("a control character in a string must be escaped")
            default:
                at += 1
                bytes.append(byte)
            }
        }
        throw fault("a string does not end")
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(JSONParseError) {
        at += 1
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(next)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            at += 1
            let scalar = try scalar()
            bytes += Array(String(Character(scalar)).utf8)
            return
        default: throw fault("there is no such escape")
        }
        at += 1
    }

    /// The scalar whose four digits come next, or of the two escapes that stand for one.
    private mutating func scalar() throws(JSONParseError) -> Unicode.Scalar {
        let first = try fourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let second = try fourDigits()
            if 0xDC00...0xDFFF ~= second,
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        throw fault("half of a surrogate pair stands alone")
    }

    private mutating func fourDigits() throws(JSONParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(next)).hexDigitValue else {
                throw fault("four hexadecimal digits must follow \\u")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}
