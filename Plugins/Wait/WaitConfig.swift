import TesseraPluginKit

/// What the config of a wait says: how long, and the time of day on which it ends.
struct WaitConfig: Sendable {
    enum End: Sendable {
        /// At the arrival: only the time of day counts.
        case arrival
        /// So many microseconds after the arrival.
        case span(Int64)
        case instant(Int64)
        case column(ColumnEnd)
    }

    let end: End
    /// The wait goes on from its end until such a moment.
    let daily: DailyTime?

    init(_ config: ConfigReader, open: OpenCall) {
        let zone = Self.zone(config)
        let until = config.value("until")
        let hasSpan = !["duration", "unit"].compactMap(config.value).isEmpty
        daily = Self.daily(config, zone: zone)
        var isZoneOfUse = daily != nil
        switch (until, hasSpan) {
        case (.string(let text)?, false):
            switch DateText(text) {
            case .instant(let time): end = .instant(time)
            case .day(let day):
                end = .instant(zone.first(local: day * CalendarDay.microseconds))
                isZoneOfUse = true
            case nil:
                end = .arrival
                Self.refuseUntil(config, "a text of another form")
            }
        case (.object?, false):
            end = .column(ColumnEnd(config.object("until"), zone: zone, open: open))
            isZoneOfUse = true
        case (let other?, false):
            end = .arrival
            Self.refuseUntil(config, other.kindName)
        case (.some, true):
            end = .arrival
            config.problem("until", "until can't stand beside duration: remove one, or make it two wait tiles")
        case (nil, true):
            end = .span(Span(config).microseconds)
        case (nil, false):
            end = .arrival
            isZoneOfUse = true
            if config.value("time_of_day") == nil {
                config.problem(nil, "a wait needs an end: give duration and unit, until, or time_of_day")
            }
        }
        if config.value("time_zone") != nil, !isZoneOfUse, config.value("time_of_day") == nil {
            config.problem("time_zone", "time_zone has no effect here: remove it, or give time_of_day")
        }
    }

    private static func refuseUntil(_ config: ConfigReader, _ given: String) {
        config.problem(
            "until",
            "until must be a date such as 2026-12-24, an instant such as 2026-12-24T08:00:00Z, or an object with column, "
                + "not \(given)")
    }

    private static func zone(_ config: ConfigReader) -> Zone {
        guard let name = config.optionalText("time_zone", "the name of a time zone such as Europe/Berlin") else {
            return .utc
        }
        do throws(ZoneFile.Failure) {
            return try ZoneFile.zone(name)
        } catch {
            let message =
                switch error {
                case .unknown:
                    "the machine knows no time zone of that name: give one of the IANA database such as Europe/Berlin"
                case .notInstalled: "the machine knows no time zones but UTC: have the package tzdata installed"
                case .unreadable: "the machine's file of that time zone can't be read: choose another one"
                }
            config.problem("time_zone", message)
        }
        return .utc
    }

    /// Nil when there is no time of day.
    private static func daily(_ config: ConfigReader, zone: Zone) -> DailyTime? {
        let names = config.optionalTexts("weekdays", count: 1...7)
        let weekdays = names.compactMap(DailyTime.Weekday.init(rawValue:))
        let wanted = DailyTime.Weekday.allCases.map(\.rawValue).joined(separator: ", ")
        if weekdays.count < names.count {
            config.problem("weekdays", "weekdays must be some of \(wanted)")
        } else if Set(weekdays).count < weekdays.count {
            config.problem("weekdays", "weekdays must name each day once")
        }
        guard let text = config.optionalText("time_of_day", "a time such as 09:00") else {
            if config.value("weekdays") != nil {
                config.problem("weekdays", "weekdays need a time of day: give time_of_day, such as 09:00")
            }
            return nil
        }
        guard let time = DateText.timeOfDay(text) else {
            config.problem("time_of_day", "time_of_day must be a time from 00:00 to 23:59, not a text of another form")
            return nil
        }
        return DailyTime(time: time, weekdays: weekdays, zone: zone)
    }
}
