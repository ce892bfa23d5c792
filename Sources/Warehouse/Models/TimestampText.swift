import Journeys

/// Timestamps as files and SQL write them: more forms than `Timestamp.parse` takes, all with one meaning.
enum TimestampText {
    /// Microseconds since 1970 UTC of `YYYY-MM-DDTHH:MM[:SS[.f…]]` with `Z`, an offset (`+02:00`, `+0200`, `+02`) or
    /// nothing, which stands for UTC. A space may stand for the `T`. Nine digits of fraction are read, six kept. Nil for
    /// anything else, and outside of the years 0001 to 9999.
    static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
        if let instant = Timestamp.parseFixed(text) { return instant }
        guard text.count >= 16, text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: "t") || text[10] == 0x20,
            let days = Timestamp.parseDate(UnsafeRawBufferPointer(rebasing: text[0..<10])),
            let hour = pair(text, 11), hour < 24, text[13] == UInt8(ascii: ":"), let minute = pair(text, 14),
            minute < 60
        else { return nil }
        var index = 16
        var second = 0
        var fraction = 0
        if index < text.count, text[index] == UInt8(ascii: ":") {
            guard let value = pair(text, index + 1), value < 60 else { return nil }
            second = value
            index += 3
            if index < text.count, text[index] == UInt8(ascii: ".") {
                let start = index + 1
                index = start
                while index < text.count, index - start < 9, let digit = digit(text[index]) {
                    if index - start < 6 { fraction = fraction * 10 + digit }
                    index += 1
                }
                guard index > start else { return nil }
                for _ in min(6, index - start)..<6 { fraction *= 10 }
            }
        }
        guard let offset = offset(text, from: index) else { return nil }
        let seconds = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset * 60)
        guard seconds >= firstSecond, seconds <= lastSecond else { return nil }
        return seconds * 1_000_000 + Int64(fraction)
    }

    private static let firstSecond = Int64(Timestamp.days(year: 1, month: 1, day: 1)) * 86_400
    private static let lastSecond = Int64(Timestamp.days(year: 10_000, month: 1, day: 1)) * 86_400 - 1

    /// The minutes east of UTC that the rest of the text says; 0 when there is none.
    private static func offset(_ text: UnsafeRawBufferPointer, from index: Int) -> Int? {
        let rest = text.count - index
        if rest == 0 { return 0 }
        switch text[index] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"):
            return rest == 1 ? 0 : nil
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard let hours = pair(text, index + 1), hours < 24 else { return nil }
            var minutes = 0
            if rest == 5 || (rest == 6 && text[index + 3] == UInt8(ascii: ":")) {
                guard let value = pair(text, index + rest - 2), value < 60 else { return nil }
                minutes = value
            } else if rest != 3 {
                return nil
            }
            let total = hours * 60 + minutes
            return text[index] == UInt8(ascii: "-") ? -total : total
        default:
            return nil
        }
    }

    private static func pair(_ text: UnsafeRawBufferPointer, _ index: Int) -> Int? {
        guard index + 1 < text.count, let tens = digit(text[index]), let ones = digit(text[index + 1]) else {
            return nil
        }
        return tens * 10 + ones
    }

    private static func digit(_ byte: UInt8) -> Int? {
        let value = byte &- UInt8(ascii: "0")
        return value < 10 ? Int(value) : nil
    }
}

extension TimestampText {
    /// `parse` for a string.
    static func parse(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
    }
}
