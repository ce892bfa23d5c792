/// Collects the changes of a zone's offset, in seconds, and makes a zone of them.
struct ZoneChanges {
    private static let second: Int64 = 1_000_000
    /// Far from all dates and from the ends of Int64: some files begin with the Big Bang.
    private static let times: ClosedRange<Int64> = -100_000_000_000...1_000_000_000_000

    private var starts: [Int64] = [.min]
    private var offsets: [Int64]
    private var last: Int64?

    init(first offset: Int64) { offsets = [offset * Self.second] }

    /// Changes come in order; of two at one moment the later counts.
    mutating func append(at time: Int64, offset: Int64) {
        if let last, time < last { return }
        last = time
        let start = min(max(time, Self.times.lowerBound), Self.times.upperBound) * Self.second
        if starts.last == start {
            offsets[offsets.count - 1] = offset * Self.second
        } else if offsets.last != offset * Self.second {
            starts.append(start)
            offsets.append(offset * Self.second)
        }
    }

    /// - Parameter rule: what holds after the last change.
    func zone(rule: ZoneRule?) -> Zone {
        guard let rule else { return Zone(starts: starts, offsets: offsets, repeats: nil) }
        var changes = self
        guard rule.hasSummerTime else {
            if last == nil { changes.offsets = [rule.standard * Self.second] }
            return Zone(starts: changes.starts, offsets: changes.offsets, repeats: nil)
        }
        let begin = max(last ?? 0, 0)
        let first = CalendarDay.year(of: begin / 86_400)
        for year in first...(first + 405) {
            for change in rule.changes(year: year) where change.time > begin {
                changes.append(at: change.time, offset: change.offset)
            }
        }
        let repeats = CalendarDay.number(year: first + 2, month: 1, day: 1) * CalendarDay.microseconds
        return Zone(starts: changes.starts, offsets: changes.offsets, repeats: repeats)
    }
}
