/// A time zone: by how much its clocks are ahead of UTC, from ever to ever. All times are in microseconds.
struct Zone: Sendable {
    /// A time in which the offset stays the same.
    struct Segment {
        var start: Int64
        /// The first moment after it.
        var end: Int64
        var offset: Int64
    }

    static let utc = Zone(starts: [.min], offsets: [0], repeats: nil)

    /// 400 years: the calendar repeats then, the days of the week too.
    static let period: Int64 = 146_097 * CalendarDay.microseconds
    /// No offset is larger (RFC 8536).
    private static let widest: Int64 = 26 * 3600 * 1_000_000

    /// When each offset begins, in order; the first has no beginning.
    private let starts: [Int64]
    private let offsets: [Int64]
    /// From here on all is as it was a period ago; nil: the last offset stays.
    private let repeats: Int64?

    /// - Parameter repeats: the offsets must reach two years further than a period after it, and two years back.
    init(starts: [Int64], offsets: [Int64], repeats: Int64?) {
        self.starts = starts
        self.offsets = offsets
        self.repeats = repeats
    }

    func segment(at time: Int64) -> Segment {
        var shift: Int64 = 0
        if let repeats, time >= repeats + Self.period { shift = (time - repeats) / Self.period * Self.period }
        let place = time - shift
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= place { low = middle } else { high = middle }
        }
        return Segment(
            start: low == 0 ? .min : starts[low] + shift, end: high < starts.count ? starts[high] + shift : .max,
            offset: offsets[low])
    }

    /// The first moment at which clocks show this local time, or a later one: where clocks go forward over it, the
    /// moment of the change; where it comes twice, the first.
    func first(local: Int64) -> Int64 {
        var segment = segment(at: local - Self.widest)
        while true {
            let time = max(segment.start, local - segment.offset)
            if time < segment.end { return time }
            segment = self.segment(at: segment.end)
        }
    }

    /// Whether a day ever was: the zone may have gone over it when it changed sides of the date line.
    func has(day: Int64) -> Bool {
        let first = first(local: day * CalendarDay.microseconds)
        return CalendarDay.day(of: first + segment(at: first).offset) == day
    }
}

extension Zone {
    /// Asks a zone for many times that lie near each other: the last segment answers most of them with an addition.
    struct Cursor {
        let zone: Zone
        private(set) var segment: Segment
        /// Three days into the segment, more than any two offsets differ: from here to its end no clock of an offset before
        /// it has shown these local times.
        private var clear: Int64

        init(_ zone: Zone) {
            self.zone = zone
            (segment, clear) = (Segment(start: .max, end: .min, offset: 0), .max)
        }

        /// Goes to the segment of a time. Whether it is clear of those around it at that time.
        @inline(__always)
        mutating func move(to time: Int64) -> Bool {
            if time < segment.start || time >= segment.end { load(time) }
            return time >= clear
        }

        /// As `Zone.first(local:)`.
        @inline(__always)
        mutating func first(local: Int64) -> Int64 {
            let time = local - segment.offset
            if time >= clear, time < segment.end { return time }
            let first = zone.first(local: local)
            _ = move(to: first)
            return first
        }

        private mutating func load(_ time: Int64) {
            segment = zone.segment(at: time)
            clear = segment.start == .min ? .min : segment.start + 3 * CalendarDay.microseconds
        }
    }
}
