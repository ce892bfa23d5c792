import TesseraPluginKit

/// A length of time as configs tell it: `{"duration": 3, "unit": "days"}`.
struct Span: Sendable {
    enum Unit: String, CaseIterable {
        case seconds, minutes, hours, days, weeks

        var seconds: Int64 {
            switch self {
            case .seconds: 1
            case .minutes: 60
            case .hours: 3600
            case .days: 86_400
            case .weeks: 604_800
            }
        }
    }

    private static let maxSeconds: Int64 = 3650 * 86_400

    /// Whole days, where the unit is a day or a week: those of the calendar, where there is one.
    var days: Int64 = 0
    /// Microseconds, without the days.
    var time: Int64 = 0

    /// Days of 24 hours.
    var microseconds: Int64 { days * CalendarDay.microseconds + time }

    static let none = Span()

    private init() {}

    /// - Parameter isSigned: whether it may go back, or be none at all.
    init(_ config: ConfigReader, isSigned: Bool = false) {
        let unit = config.choice("unit", of: Unit.self) ?? .seconds
        let limit = Self.maxSeconds / unit.seconds
        let seconds = config.integer("duration", in: (isSigned ? -limit : 1)...limit) * unit.seconds
        switch unit {
        case .days, .weeks: days = seconds / 86_400
        case .seconds, .minutes, .hours: time = seconds * 1_000_000
        }
    }
}
