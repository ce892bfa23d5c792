/// When a zone's clocks change year by year, as the last line of its file says in the form of POSIX's TZ:
/// `CET-1CEST,M3.5.0,M10.5.0/3`. In seconds; offsets are east of UTC, the other way round than in the text.
struct ZoneRule {
    /// A day of each year and a time on it, which may lie days away (RFC 8536, section 3.3.1).
    private struct Change {
        enum Day {
            /// The nth (5: the last) weekday, 0 being Sunday, of a month.
            case weekday(month: Int64, week: Int64, weekday: Int64)
            /// 1 to 365: 29 February is not counted.
            case ordinal(Int64)
            /// 0 to 365.
            case offset(Int64)
        }
        var day: Day
        var time: Int64

        /// Seconds of the local clock since 1970.
        func local(year: Int64) -> Int64 {
            let newYear = CalendarDay.number(year: year, month: 1, day: 1)
            let day: Int64 =
                switch day {
                case .offset(let offset): newYear + offset
                case .ordinal(let ordinal):
                    newYear + ordinal - 1
                        + (ordinal >= 60 && CalendarDay.daysInMonth(year: year, month: 2) == 29 ? 1 : 0)
                case .weekday(let month, let week, let weekday):
                    Self.day(year: year, month: month, week: week, weekday: weekday)
                }
            return day * 86_400 + time
        }

        private static func day(year: Int64, month: Int64, week: Int64, weekday: Int64) -> Int64 {
            let first = CalendarDay.number(year: year, month: month, day: 1)
            let sunday0 = Int64((CalendarDay.weekday(first) + 1) % 7)
            let day = first + (weekday - sunday0 + 7) % 7 + (week - 1) * 7
            return day >= first + CalendarDay.daysInMonth(year: year, month: month) ? day - 7 : day
        }
    }

    private struct Summer {
        var offset: Int64
        var begin: Change
        var end: Change
    }

    let standard: Int64
    private let summer: Summer?

    var hasSummerTime: Bool { summer != nil }

    /// Nil when the text is not of that form.
    init?(_ text: some Sequence<UInt8>) {
        var scan = TextScan(text)
        guard Self.name(&scan), let west = Self.time(&scan) else { return nil }
        standard = -west
        if scan.isAtEnd {
            summer = nil
            return
        }
        guard Self.name(&scan) else { return nil }
        var offset = standard + 3600
        if !scan.skip(",") {
            guard let west = Self.time(&scan), scan.skip(",") else { return nil }
            offset = -west
        }
        guard let begin = Self.change(&scan), scan.skip(","), let end = Self.change(&scan), scan.isAtEnd else {
            return nil
        }
        summer = Summer(offset: offset, begin: begin, end: end)
    }

    /// The changes of a year, in order, with the offset from then on.
    func changes(year: Int64) -> [(time: Int64, offset: Int64)] {
        guard let summer else { return [] }
        let begin = (time: summer.begin.local(year: year) - standard, offset: summer.offset)
        let end = (time: summer.end.local(year: year) - summer.offset, offset: standard)
        return begin.time < end.time ? [begin, end] : [end, begin]
    }

    /// Letters, or anything between angle brackets.
    private static func name(_ scan: inout TextScan) -> Bool {
        if scan.skip("<") { return scan.skip { $0 != UInt8(ascii: ">") } > 0 && scan.skip(">") }
        return scan.skip { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) } > 0
    }

    /// `[+-]h[:mm[:ss]]`, up to a week.
    private static func time(_ scan: inout TextScan) -> Int64? {
        let isNegative = scan.skip("-")
        if !isNegative { _ = scan.skip("+") }
        guard let hours = scan.number(upTo: 3) else { return nil }
        var seconds = hours * 3600
        for unit: Int64 in [60, 1] {
            guard scan.skip(":") else { break }
            guard let value = scan.number(2) else { return nil }
            seconds += value * unit
        }
        return isNegative ? -seconds : seconds
    }

    private static func change(_ scan: inout TextScan) -> Change? {
        let day: Change.Day
        if scan.skip("M") {
            guard let month = scan.number(upTo: 2), (1...12).contains(month), scan.skip("."),
                let week = scan.number(1), (1...5).contains(week), scan.skip("."), let weekday = scan.number(1),
                weekday < 7
            else { return nil }
            day = .weekday(month: month, week: week, weekday: weekday)
        } else if scan.skip("J") {
            guard let ordinal = scan.number(upTo: 3), (1...365).contains(ordinal) else { return nil }
            day = .ordinal(ordinal)
        } else {
            guard let offset = scan.number(upTo: 3), offset <= 365 else { return nil }
            day = .offset(offset)
        }
        var time: Int64 = 7200
        if scan.skip("/") {
            guard let given = Self.time(&scan) else { return nil }
            time = given
        }
        return Change(day: day, time: time)
    }
}
