import Foundation

/// A cron expression: when a schedule fires.
///
/// Five fields (minute, hour, day of month, month, day of week) with lists, ranges, steps and names (`jan`, `mon`, any
/// case), or `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly`, `@annually`. Times are UTC unless
/// `CRON_TZ=Area/City ` stands before. As in Vixie cron, when both day fields are restricted (neither begins with `*`) a
/// day matches if either does.
///
/// Where clocks change, an expression that names every hour follows real time. One that names hours fires once for each
/// time of day: a time that the change skips fires at the first instant after it, one that comes twice at its first.
public struct Cron: Sendable, Hashable {
    /// The expression as it was given.
    public let text: String
    /// Nil: UTC.
    let timeZone: TimeZone?
    let minutes: UInt64
    let hours: UInt64
    private let daysOfMonth: UInt64
    private let months: UInt64
    private let daysOfWeek: UInt64
    private let eitherDay: Bool

    private static let shorthands = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    /// - Throws: `CronError`, naming the field at fault.
    public init(parsing text: String) throws(CronError) {
        self.text = text
        var rest = text[...].trimmingSpaces
        if rest.hasPrefix("CRON_TZ=") {
            let name = rest.dropFirst(8).prefix { $0 != " " && $0 != "\t" }
            guard let zone = Self.timeZone(named: String(name)) else {
                throw CronError(message: "schedule: time zone '\(name)' is unknown: use a name like Europe/Berlin")
            }
            timeZone = zone.secondsFromGMT() == 0 && ["UTC", "Etc/UTC", "GMT"].contains(String(name)) ? nil : zone
            rest = rest.dropFirst(8 + name.count).trimmingSpaces
        } else {
            timeZone = nil
        }
        if rest.hasPrefix("@") {
            guard let fields = Self.shorthands[rest.lowercased()] else {
                let known = Self.shorthands.keys.sorted().joined(separator: ", ")
                throw CronError(message: "schedule: '\(rest)' is unknown: use five fields or one of \(known)")
            }
            rest = fields[...]
        }
        let fields = rest.split { $0 == " " || $0 == "\t" }
        guard fields.count == 5 else {
            throw CronError(
                message: "schedule: a cron expression has five fields (minute, hour, day of month, month, day of week)"
                    + ", not \(fields.count)")
        }
        minutes = try CronField.minute.parse(fields[0])
        hours = try CronField.hour.parse(fields[1])
        daysOfMonth = try CronField.dayOfMonth.parse(fields[2])
        months = try CronField.month.parse(fields[3])
        let week = try CronField.dayOfWeek.parse(fields[4])
        daysOfWeek = (week | week >> 7) & 0x7F
        eitherDay = !fields[2].hasPrefix("*") && !fields[4].hasPrefix("*")
    }

    /// Whether the expression fires on a day (days since 1970-01-01, local).
    func matches(day: Int) -> Bool {
        let (_, month, dayOfMonth) = Timestamp.civil(fromDays: day)
        guard months >> UInt64(month) & 1 == 1 else { return false }
        let byMonth = daysOfMonth >> UInt64(dayOfMonth) & 1 == 1
        // 1970-01-01 was a Thursday.
        let weekday = ((day + 4) % 7 + 7) % 7
        let byWeek = daysOfWeek >> UInt64(weekday) & 1 == 1
        return eitherDay ? byMonth || byWeek : byMonth && byWeek
    }

    /// Whether it fires at a minute of a matching day (0 to 1439, local).
    func matches(minuteOfDay: Int) -> Bool {
        hours >> UInt64(minuteOfDay / 60) & 1 == 1 && minutes >> UInt64(minuteOfDay % 60) & 1 == 1
    }

    var firesEveryHour: Bool { hours == 0xFF_FFFF }

    private static func timeZone(named name: String) -> TimeZone? {
        if name == "UTC" { return TimeZone(secondsFromGMT: 0) }
        guard TimeZone.knownTimeZoneIdentifiers.contains(name) || name.contains("/") else { return nil }
        return TimeZone(identifier: name)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return start[start.endIndex...] }
        return start[...end]
    }
}
