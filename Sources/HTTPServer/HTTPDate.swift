/// The `Date` field, made once a second.
struct HTTPDate {
    private var second = Int64.min
    /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` and a line break.
    private(set) var field: [UInt8] = []

    /// `now`: microseconds since 1970 UTC.
    mutating func update(_ now: Int64) {
        let second = HTTPDate.floor(now, 1_000_000)
        if second == self.second { return }
        self.second = second
        field = Array("Date: \(HTTPDate.text(second))\r\n".utf8)
    }

    /// IMF-fixdate of RFC 9110 5.6.7, from seconds since 1970 UTC.
    static func text(_ second: Int64) -> String {
        let day = floor(second, 86_400)
        let time = Int(second - day * 86_400)
        // Civil date from days, after Howard Hinnant: eras of 400 years that begin on 1 March.
        let shifted = day + 719_468
        let era = floor(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        let dayOfMonth = Int(ofYear - (153 * shiftedMonth + 2) / 5 + 1)
        let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        let weekday = Int((day % 7 + 11) % 7)
        return "\(days[weekday]), \(two(dayOfMonth)) \(months[month - 1]) \(year) "
            + "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60)) GMT"
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        value >= 0 ? value / unit : -((unit - 1 - value) / unit)
    }
}
