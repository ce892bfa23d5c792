/// A date, or an instant, in the words of ISO 8601: exactly `YYYY-MM-DD`, or that with `THH:MM:SS`, a fraction of up to six
/// digits if any, and `Z` or an offset such as `+02:00`.
enum DateText {
    /// A day's number: midnight depends on the time zone.
    case day(Int64)
    /// Microseconds since 1970 UTC.
    case instant(Int64)

    init?(_ text: String) {
        var digits = TextScan(text)
        guard let year = digits.number(4), year >= 1, digits.skip("-"), let month = digits.number(2),
            (1...12).contains(month), digits.skip("-"), let day = digits.number(2),
            (1...CalendarDay.daysInMonth(year: year, month: month)).contains(day)
        else { return nil }
        let number = CalendarDay.number(year: year, month: month, day: day)
        if digits.isAtEnd {
            self = .day(number)
            return
        }
        guard digits.skip("T"), let minutes = Self.minutes(&digits), digits.skip(":"), let seconds = digits.number(2),
            seconds < 60
        else { return nil }
        var time = number * CalendarDay.microseconds + (minutes * 60 + seconds) * 1_000_000
        if digits.skip(".") {
            var unit: Int64 = 100_000
            guard let first = digits.number(1) else { return nil }
            time += first * unit
            while let digit = digits.number(1) {
                unit /= 10
                guard unit > 0 else { return nil }
                time += digit * unit
            }
        }
        if !digits.skip("Z") {
            let isEast = digits.skip("+")
            guard isEast || digits.skip("-"), let offset = Self.minutes(&digits) else { return nil }
            time -= (isEast ? offset : -offset) * 60_000_000
        }
        guard digits.isAtEnd else { return nil }
        self = .instant(time)
    }

    /// `HH:MM`, exactly; nil for anything else.
    static func timeOfDay(_ text: String) -> Int64? {
        var digits = TextScan(text)
        guard let minutes = minutes(&digits), digits.isAtEnd else { return nil }
        return minutes * 60_000_000
    }

    private static func minutes(_ digits: inout TextScan) -> Int64? {
        guard let hour = digits.number(2), hour < 24, digits.skip(":"), let minute = digits.number(2), minute < 60
        else { return nil }
        return hour * 60 + minute
    }
}
