/// Writing. Years outside 0000-9999 are clamped to that range's ends, so that the forms keep their length.
extension Timestamp {
    /// Bytes of `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
    public static let fixedLength = 27
    /// Bytes of `YYYY-MM-DD`.
    public static let dateLength = 10

    private static let minDays: Int64 = -719_528
    private static let maxDays: Int64 = 2_932_896

    /// `YYYY-MM-DDTHH:MM:SS.ffffffZ`: the one form of timestamps in embedded tables; sorts as it orders.
    public static func fixed(_ microseconds: Int64) -> String {
        String(unsafeUninitializedCapacity: fixedLength) { buffer in
            if let base = buffer.baseAddress { write(fixed: microseconds, to: base) }
            return fixedLength
        }
    }

    /// `YYYY-MM-DDTHH:MM:SSZ`, the form of the API; the fraction is cut off.
    public static func api(_ microseconds: Int64) -> String {
        String(unsafeUninitializedCapacity: fixedLength) { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            write(fixed: microseconds, to: base)
            base[19] = UInt8(ascii: "Z")
            return 20
        }
    }

    /// `YYYY-MM-DD`.
    public static func date(_ days: Int32) -> String {
        String(unsafeUninitializedCapacity: dateLength) { buffer in
            if let base = buffer.baseAddress { write(date: days, to: base) }
            return dateLength
        }
    }

    /// Writes the fixed form: exactly `fixedLength` bytes.
    public static func write(fixed microseconds: Int64, to out: UnsafeMutablePointer<UInt8>) {
        var days = Int64(day(of: microseconds))
        var rest = Int(microseconds % microsecondsPerDay)
        if rest < 0 { rest += Int(microsecondsPerDay) }
        if days < minDays { (days, rest) = (minDays, 0) }
        if days > maxDays { (days, rest) = (maxDays, Int(microsecondsPerDay) - 1) }
        write(date: Int32(days), to: out)
        out[10] = UInt8(ascii: "T")
        let seconds = rest / 1_000_000
        digits(seconds / 3600, 2, out + 11)
        out[13] = UInt8(ascii: ":")
        digits(seconds / 60 % 60, 2, out + 14)
        out[16] = UInt8(ascii: ":")
        digits(seconds % 60, 2, out + 17)
        out[19] = UInt8(ascii: ".")
        digits(rest - seconds * 1_000_000, 6, out + 20)
        out[26] = UInt8(ascii: "Z")
    }

    /// Writes `YYYY-MM-DD`: exactly `dateLength` bytes.
    public static func write(date days: Int32, to out: UnsafeMutablePointer<UInt8>) {
        let (year, month, day) = civil(fromDays: Int(max(minDays, min(maxDays, Int64(days)))))
        digits(year, 4, out)
        out[4] = UInt8(ascii: "-")
        digits(month, 2, out + 5)
        out[7] = UInt8(ascii: "-")
        digits(day, 2, out + 8)
    }

    private static func digits(_ value: Int, _ count: Int, _ out: UnsafeMutablePointer<UInt8>) {
        // Dividing 32 bits is several times as fast as 64.
        var value = UInt32(truncatingIfNeeded: value)
        for index in stride(from: count - 1, through: 0, by: -1) {
            out[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10)
            value /= 10
        }
    }
}
