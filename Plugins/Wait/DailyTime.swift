/// A time of day in a time zone, on all days of the week or some.
struct DailyTime: Sendable {
    /// As configs name them; in order, Monday is 0.
    enum Weekday: String, CaseIterable {
        case mon, tue, wed, thu, fri, sat, sun
    }

    /// Microseconds since midnight.
    private let time: Int64
    private let zone: Zone
    /// By weekday: how many days later is one that counts.
    private let steps: [Int64]

    /// - Parameter weekdays: none: all.
    init(time: Int64, weekdays: [Weekday], zone: Zone) {
        (self.time, self.zone) = (time, zone)
        let counts = Weekday.allCases.map { weekdays.isEmpty || weekdays.contains($0) }
        steps = (0..<7).map { day in (0..<7).first { counts[(day + $0) % 7] }.map(Int64.init) ?? 0 }
    }

    /// The first such moment that is not before `time`. A day that the zone went over has none; on others a time that clocks
    /// went over is the moment of that change.
    private func search(from time: Int64) -> Int64 {
        // A change late in the evening moves the moment of yesterday into today.
        var day = CalendarDay.day(of: time + zone.segment(at: time).offset) - 1
        while true {
            if steps[CalendarDay.weekday(day)] == 0, zone.has(day: day) {
                let moment = zone.first(local: day * CalendarDay.microseconds + self.time)
                if moment >= time { return moment }
            }
            day += 1
        }
    }
}

extension DailyTime {
    /// Finds the next moments for the rows of a batch.
    struct Search {
        private let daily: DailyTime
        private var cursor: Zone.Cursor
        /// Of all times in it `until` is the answer.
        private var from = Int64.max
        private var until = Int64.min

        private static let earliest = CalendarDay.all.lowerBound * CalendarDay.microseconds
        private static let latest = CalendarDay.all.upperBound * CalendarDay.microseconds

        init(_ daily: DailyTime) {
            self.daily = daily
            cursor = Zone.Cursor(daily.zone)
        }

        /// The first moment that is not before `time`; Int64.max after the year 9999.
        mutating func next(_ time: Int64) -> Int64 {
            if time >= from, time <= until { return until }
            guard time < Self.latest else { return .max }
            from = max(time, Self.earliest)
            until = find(from)
            return until
        }

        private mutating func find(_ time: Int64) -> Int64 {
            guard cursor.move(to: time) else { return daily.search(from: time) }
            let local = time + cursor.segment.offset
            var day = CalendarDay.day(of: local)
            if day * CalendarDay.microseconds + daily.time < local { day += 1 }
            day += daily.steps[CalendarDay.weekday(day)]
            let moment = day * CalendarDay.microseconds + daily.time - cursor.segment.offset
            return moment < cursor.segment.end ? moment : daily.search(from: time)
        }
    }
}
