/// How many rows a destination is still to get today, UTC. Never too many, whatever dies: rows are taken from a reserve that
/// was written to the disk before; after a crash the rest of the reserve counts as used.
struct DailyCap: Sendable, Hashable {
    static let microsecondsPerDay: Int64 = 86_400_000_000

    enum Answer: Hashable {
        case granted
        /// Fewer rows would be granted.
        case tooMany
        /// Nothing more today.
        case exhausted(until: Int64)
        /// The reserve is being written.
        case notYet
    }

    /// The day as a count from 1970-01-01.
    private(set) var day: Int32
    /// Rows handed over today, and those under way.
    private(set) var used: Int
    /// Of today's, on the disk: no more than these may be used.
    private(set) var reserved: Int

    /// - Parameter reserved: what was on the disk for `day`: all of it may have been used.
    init(day: Int32 = 0, reserved: Int = 0) {
        self.day = day
        self.reserved = reserved
        used = reserved
    }

    static func day(_ time: Int64) -> Int32 { Int32(clamping: time / microsecondsPerDay) }
    /// When the day after `day` begins.
    static func end(of day: Int32) -> Int64 { (Int64(day) + 1) * microsecondsPerDay }

    /// Begins a new day when one has begun. A clock that went back does not give a day twice; but one that went back for more
    /// than a day was wrong before, and its day must not last until the calendar comes to it.
    mutating func turn(_ now: Int64) {
        let today = Self.day(now)
        if today > day || today < day - 1 { self = DailyCap(day: today) }
    }

    mutating func take(_ rows: Int, limit: Int, _ now: Int64) -> Answer {
        turn(now)
        if used + rows > limit { return used < limit ? .tooMany : .exhausted(until: Self.end(of: day)) }
        if used + rows > reserved { return .notYet }
        used += rows
        return .granted
    }

    /// Rows that were not handed over after all.
    mutating func giveBack(_ rows: Int, _ now: Int64) {
        turn(now)
        used = max(0, used - rows)
    }

    /// Counts rows where no limit holds: a limit that comes in the middle of the day knows of them.
    mutating func count(_ rows: Int, _ now: Int64) {
        turn(now)
        used += rows
    }

    /// The reserve that is to be written next, when the present one will not last; nil when it will.
    /// - Parameter rows: what is wanted now.
    func wanted(for rows: Int, limit: Int) -> Int? {
        let block = min(max(limit / 20, 1), 10_000)
        guard reserved < limit, used + rows + block / 2 > reserved else { return nil }
        return min(limit, used + rows + block)
    }

    /// All that was not used of the reserve is given up, since the gateway stops in order.
    mutating func release() { reserved = used }

    /// A reserve of that day is on the disk.
    mutating func reserve(_ rows: Int, day: Int32) { if day == self.day { reserved = max(reserved, rows) } }
}
