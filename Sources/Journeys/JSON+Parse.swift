import Foundation

extension JSON {
    /// Parses one JSON text (any value at the top, white space around it).
    ///
    /// Strict where Foundation is not: no byte order mark, no comma before a closing bracket. A number with a fraction or
    /// an exponent is `.number`, another one `.integer` when it fits Int64, else `.number`; from 10^15 on every whole
    /// number that fits is an `.integer` however it was written. Of a repeated key the last
    /// value counts. Any thread.
    ///
    /// - Parameters:
    ///   - bytes: the text, UTF-8.
    ///   - maxDepth: arrays and objects within one another; one more is `tooDeep`. The depth is checked on the bytes,
    ///     before anything recurses.
    /// - Throws: `JSONParseError`.
    public static func parse(_ bytes: some Sequence<UInt8>, maxDepth: Int = 64) throws(JSONParseError) -> JSON {
        let contiguous = Array(bytes)
        try contiguous.withUnsafeBufferPointer { text throws(JSONParseError) in
            try JSONScan.check(text, maxDepth: maxDepth)
        }
        let parsed: Any
        do {
            parsed = try JSONSerialization.jsonObject(with: Data(contiguous), options: .fragmentsAllowed)
        } catch {
            let detail = (error as NSError).userInfo["NSDebugDescription"] as? String
            throw JSONParseError(kind: .notJSON, message: "not valid JSON: \(detail ?? "the text is malformed")")
        }
        return try convert(parsed)
    }

    /// Parses the text of a string; otherwise as `parse(_:maxDepth:)` for bytes.
    public static func parse(_ text: String, maxDepth: Int = 64) throws(JSONParseError) -> JSON {
        try parse(Array(text.utf8), maxDepth: maxDepth)
    }

    /// Compares the types themselves first: a cast that fails costs more than the rest.
    private static func convert(_ value: Any) throws(JSONParseError) -> JSON {
        let type = type(of: value)
        if type == String.self, let text = value as? String {
            return .string(text)
        }
        if type == [String: Any].self, let members = value as? [String: Any] {
            var object = [String: JSON](minimumCapacity: members.count)
            for (key, member) in members { object[key] = try convert(member) }
            return .object(object)
        }
        if type == [Any].self, let elements = value as? [Any] {
            var array: [JSON] = []
            array.reserveCapacity(elements.count)
            for element in elements { array.append(try convert(element)) }
            return .array(array)
        }
        if let number = value as? NSNumber { return try convert(number: number) }
        if value is NSNull { return .null }
        throw JSONParseError(kind: .notJSON, message: "not valid JSON: a value of type \(type) came of it")
    }

    /// Foundation marks what a number was by its Objective-C type: `c` only for true and false.
    private static func convert(number: NSNumber) throws(JSONParseError) -> JSON {
        switch UInt8(bitPattern: number.objCType.pointee) {
        case UInt8(ascii: "c"), UInt8(ascii: "B"):
            return .bool(number.boolValue)
        case UInt8(ascii: "d"), UInt8(ascii: "f"):
            return try convert(double: number)
        case UInt8(ascii: "Q"):
            return Int64(exactly: number.uint64Value).map { .integer($0) } ?? .number(Double(number.uint64Value))
        default:
            return .integer(number.int64Value)
        }
    }

    private static func convert(double number: NSNumber) throws(JSONParseError) -> JSON {
        var value = number.doubleValue
        if number is NSDecimalNumber {
            // Foundation makes a Decimal of 17 digits and more, of integers too. Decimal's own conversion to a double is
            // not the nearest one, that of its digits is.
            let digits = number.stringValue
            if let integer = Int64(digits), integer.magnitude >= wholeFrom { return .integer(integer) }
            value = Double(digits) ?? .infinity
        }
        guard value.isFinite else {
            throw JSONParseError(kind: .notJSON, message: "a number is too large: at most about 1.8e308 is taken")
        }
        if value.magnitude >= Double(wholeFrom), let integer = Int64(exactly: value) { return .integer(integer) }
        return .number(value)
    }

    /// From here on Foundation does not always tell `1e15` from the integer, so none is told: what is whole is an integer.
    private static let wholeFrom: UInt64 = 1_000_000_000_000_000
}
