/// A UUID as its 128 bits: compared and hashed without text.
public struct UUIDBits: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    /// From 8-4-4-4-12 hex digits in any case; nil when it is anything else.
    public init?(_ text: UnsafeBufferPointer<UInt8>) {
        guard text.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        // What is no digit sets bits above the low four of one of them, and is looked for once.
        var strange: UInt8 = 0
        for index in 0..<36 {
            switch index {
            case 8, 13, 18, 23: if text[index] != UInt8(ascii: "-") { return nil }
            default:
                let digit = UUIDBits.digit(text[index])
                strange |= digit
                if index < 18 {
                    halves.0 = halves.0 << 4 | UInt64(digit)
                } else {
                    halves.1 = halves.1 << 4 | UInt64(digit)
                }
            }
        }
        guard strange < 16 else { return nil }
        (high, low) = halves
    }

    /// 16 and more for what is no digit.
    @inline(__always)
    private static func digit(_ byte: UInt8) -> UInt8 {
        let number = byte &- UInt8(ascii: "0")
        if number < 10 { return number }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : 0xF0
    }

    /// In lower case.
    public var text: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var place = 0
            for half in [high, low] {
                for shift in stride(from: 60, through: 0, by: -4) {
                    if place == 8 || place == 13 || place == 18 || place == 23 {
                        buffer[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    let digit = UInt8(truncatingIfNeeded: half >> UInt64(shift)) & 15
                    buffer[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                    place += 1
                }
            }
            return 36
        }
    }
}
