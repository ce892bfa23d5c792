/// Days of the Gregorian calendar as numbers: whole days since 1970-01-01.
enum CalendarDay {
    static let microseconds: Int64 = 86_400_000_000
    /// 0001-01-01 and 9999-12-31: what lies outside is before, or after, every date that a member has.
    static let all: ClosedRange<Int64> = -719_162...2_932_896

    /// The number of a day; its day of the month may lie outside of the month.
    static func number(year: Int64, month: Int64, day: Int64) -> Int64 {
        // Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March, 400 of them are an era.
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func daysInMonth(year: Int64, month: Int64) -> Int64 {
        let (nextYear, nextMonth) = month == 12 ? (year + 1, 1) : (year, month + 1)
        return number(year: nextYear, month: nextMonth, day: 1) - number(year: year, month: month, day: 1)
    }

    static func year(of day: Int64) -> Int64 {
        var year = 1970 + day / 366
        while number(year: year, month: 1, day: 1) > day { year -= 1 }
        while number(year: year + 1, month: 1, day: 1) <= day { year += 1 }
        return year
    }

    /// Rounded down, also before 1970.
    @inline(__always)
    static func day(of time: Int64) -> Int64 {
        let quotient = time / microseconds
        return time % microseconds < 0 ? quotient - 1 : quotient
    }

    /// 0 is Monday.
    @inline(__always)
    static func weekday(_ day: Int64) -> Int {
        let rest = Int((day + 3) % 7)
        return rest < 0 ? rest + 7 : rest
    }
}
