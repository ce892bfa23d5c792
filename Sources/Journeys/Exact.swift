/// Comparisons of integers with doubles that round neither.
public enum Exact {
    /// -1, 0 or 1 as `integer` is below, equal to or above `number`; nil for NaN.
    @inlinable
    public static func compare(_ integer: Int64, _ number: Double) -> Int? {
        if number.isNaN { return nil }
        if number >= 0x1p63 { return -1 }
        if number < -0x1p63 { return 1 }
        let whole = number.rounded(.towardZero)
        let truncated = Int64(whole)
        if integer != truncated { return integer < truncated ? -1 : 1 }
        let fraction = number - whole
        return fraction > 0 ? -1 : fraction < 0 ? 1 : 0
    }

    /// The same for two JSON numbers; nil when one is none.
    static func compare(_ a: JSON, _ b: JSON) -> Int? {
        switch (a, b) {
        case (.integer(let a), .integer(let b)): a < b ? -1 : a > b ? 1 : 0
        case (.number(let a), .number(let b)): a < b ? -1 : a > b ? 1 : 0
        case (.integer(let a), .number(let b)): compare(a, b)
        case (.number(let a), .integer(let b)): compare(b, a).map { -$0 }
        default: nil
        }
    }
}
