/// A moment taken apart into the fields of the calendar, in UTC.
public struct UTCTime: Sendable {
    public let year: Int
    public let month: Int
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int
    public let microsecond: Int
    /// 0 is Sunday.
    public let weekday: Int

    /// - Parameter microseconds: since 1970 UTC.
    public init(_ microseconds: Int64) {
        let days = Self.floor(microseconds, 86_400_000_000)
        let rest = Int(microseconds - days * 86_400_000_000)
        // Civil date from days, after Howard Hinnant: eras of 400 years that begin on 1 March.
        let shifted = days + 719_468
        let era = Self.floor(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        day = Int(ofYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        weekday = Int((days % 7 + 11) % 7)
        let seconds = rest / 1_000_000
        (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        microsecond = rest - seconds * 1_000_000
    }

    /// Appends `YYYY-MM-DDTHH:MM:SS.ffffffZ`, the form of RFC 3339 that sorts as it orders.
    public func append(to bytes: inout [UInt8]) {
        func digits(_ value: Int, _ count: Int, then separator: Unicode.Scalar) {
            var unit = 1
            for _ in 1..<count { unit *= 10 }
            while unit > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / unit % 10))
                unit /= 10
            }
            bytes.append(UInt8(ascii: separator))
        }
        digits(min(max(year, 0), 9999), 4, then: "-")
        digits(month, 2, then: "-")
        digits(day, 2, then: "T")
        digits(hour, 2, then: ":")
        digits(minute, 2, then: ":")
        digits(second, 2, then: ".")
        digits(microsecond, 6, then: "Z")
    }

    private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        value >= 0 ? value / unit : -((unit - 1 - value) / unit)
    }
}
