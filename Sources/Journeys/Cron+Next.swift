import Foundation

extension Cron {
    /// A matching day comes within eight years (29 February around 2100) or never.
    private static let horizonInDays = 9 * 366

    /// The first time that the schedule fires after an instant; both in microseconds since 1970 UTC. Nil when it never
    /// does (30 February). Pure; any thread; a day is looked at in well under a microsecond.
    public func next(after microseconds: Int64) -> Int64? {
        let after = Self.floorDivide(Int(microseconds), 1_000_000)
        let today = Self.floorDivide(after + offset(at: after), 86_400)
        // A day earlier to begin with: a change of clocks may move an instant across midnight.
        for day in today - 1...today + Self.horizonInDays where matches(day: day) {
            if let second = firstFire(on: day, after: after) { return Int64(second) * 1_000_000 }
        }
        return nil
    }

    /// Seconds east of UTC at an instant (seconds since 1970 UTC).
    private func offset(at second: Int) -> Int {
        timeZone?.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))) ?? 0
    }

    /// The first instant after `after` at which the schedule fires for a local day.
    private func firstFire(on day: Int, after: Int) -> Int? {
        let start = day * 86_400
        // No offset exceeds 15 hours: these two instants enclose the local day.
        let before = offset(at: start - 54_000)
        let later = offset(at: start + 86_400 + 54_000)
        guard before != later else {
            if start + 86_400 - before <= after { return nil }
            return (0..<1440).first { matches(minuteOfDay: $0) && start + $0 * 60 - before > after }
                .map { start + $0 * 60 - before }
        }
        let first = start - max(before, later)
        let end = start + 86_400 - min(before, later)
        return stride(from: first, to: end, by: 60).first { $0 > after && fires(at: $0, on: day) }
    }

    /// On a day when clocks change: whether the schedule fires at an instant for that local day.
    private func fires(at second: Int, on day: Int) -> Bool {
        let present = offset(at: second)
        let previous = offset(at: second - 60)
        let local = second + present
        if Self.floorDivide(local, 86_400) == day, matches(minuteOfDay: (local - day * 86_400) / 60) {
            return firesEveryHour || !isRepeat(local: local, at: second, offset: present)
        }
        guard present > previous, !firesEveryHour else { return false }
        // Clocks just jumped ahead: times of this day that were skipped fire now.
        let skipped = max(second + previous, day * 86_400)..<min(local, day * 86_400 + 86_400)
        guard skipped.lowerBound < skipped.upperBound else { return false }
        return stride(from: skipped.lowerBound, to: skipped.upperBound, by: 60)
            .contains { matches(minuteOfDay: ($0 - day * 86_400) / 60) }
    }

    /// Whether this local time was already shown, before clocks were set back.
    private func isRepeat(local: Int, at second: Int, offset present: Int) -> Bool {
        let earlier = offset(at: second - 10_800)
        return earlier > present && offset(at: local - earlier) == earlier
    }

    private static func floorDivide(_ a: Int, _ b: Int) -> Int {
        a >= 0 ? a / b : (a - b + 1) / b
    }
}
