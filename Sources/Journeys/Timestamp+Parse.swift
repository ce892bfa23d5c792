/// Strict reading: exactly these forms, days that exist, years 0001 to 9999, no leap second, nothing around them.
extension Timestamp {
    /// `YYYY-MM-DDTHH:MM:SSZ`, with one to six digits of fraction if any, to microseconds; nil for anything else.
    public static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard text.count >= 20, text.count <= fixedLength, text[10] == UInt8(ascii: "T"),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"), text[text.count - 1] == UInt8(ascii: "Z"),
            let days = parseDate(UnsafeRawBufferPointer(rebasing: text[0..<10])),
            let hour = number(text, 11, 2), hour < 24, let minute = number(text, 14, 2), minute < 60,
            let second = number(text, 17, 2), second < 60
        else { return nil }
        var fraction = 0
        if text.count > 20 {
            let length = text.count - 21
            guard text[19] == UInt8(ascii: "."), length > 0, let value = number(text, 20, length) else { return nil }
            fraction = (length..<6).reduce(value) { value, _ in value * 10 }
        }
        let seconds = (Int64(days) * 24 + Int64(hour)) * 3600 + Int64(minute * 60 + second)
        return seconds * 1_000_000 + Int64(fraction)
    }

    /// Only the fixed form `YYYY-MM-DDTHH:MM:SS.ffffffZ`, as embedded tables hold it.
    public static func parseFixed(_ text: UnsafeRawBufferPointer) -> Int64? {
        text.count == fixedLength ? parse(text) : nil
    }

    /// `YYYY-MM-DD` to days since 1970-01-01; nil for anything else.
    public static func parseDate(_ text: UnsafeRawBufferPointer) -> Int32? {
        guard text.count == dateLength, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            let year = number(text, 0, 4), year >= 1, let month = number(text, 5, 2), (1...12).contains(month),
            let day = number(text, 8, 2), day >= 1, day <= daysInMonth(year: year, month: month)
        else { return nil }
        return Int32(days(year: year, month: month, day: day))
    }

    /// `parse` for a string.
    public static func parse(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
    }

    /// `parseFixed` for a string.
    public static func parseFixed(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { parseFixed(UnsafeRawBufferPointer($0)) }
    }

    /// `parseDate` for a string.
    public static func parseDate(_ text: String) -> Int32? {
        var text = text
        return text.withUTF8 { parseDate(UnsafeRawBufferPointer($0)) }
    }

    private static func number(_ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<start + count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
