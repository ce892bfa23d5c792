import Platform

/// The `Date` field, made once a second.
struct HTTPDate {
    private var second = Int64.min
    /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` and a line break.
    private(set) var field: [UInt8] = []

    /// `now`: microseconds since 1970 UTC.
    mutating func update(_ now: Int64) {
        let second = now >= 0 ? now / 1_000_000 : -((999_999 - now) / 1_000_000)
        if second == self.second { return }
        self.second = second
        field = Array("Date: \(HTTPDate.text(second))\r\n".utf8)
    }

    /// IMF-fixdate of RFC 9110 5.6.7, from seconds since 1970 UTC.
    static func text(_ second: Int64) -> String {
        let time = UTCTime(second * 1_000_000)
        return "\(days[time.weekday]), \(two(time.day)) \(months[time.month - 1]) \(time.year) "
            + "\(two(time.hour)):\(two(time.minute)):\(two(time.second)) GMT"
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
