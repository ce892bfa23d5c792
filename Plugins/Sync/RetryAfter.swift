import CCurl

/// The header `Retry-After`, in both its forms.
enum RetryAfter {
    /// An hour: a longer wait is cut, so that a destination can't put members off for days.
    static let longest: Int64 = 3_600_000_000

    /// The time to try again, microseconds since 1970 UTC, at most an hour after `now`; 0 when the value is neither seconds nor
    /// a date, or is no later than `now`: then the pauses of the tile count.
    static func time(_ value: UnsafeRawBufferPointer, now: Int64) -> Int64 {
        guard !value.isEmpty, value.count <= 64 else { return 0 }
        if value.allSatisfy({ (0x30...0x39).contains($0) }) {
            let seconds = value.reduce(Int64(0)) { min($0 * 10 + Int64($1 - 0x30), 1_000_000) }
            return capped(now + seconds * 1_000_000, now: now)
        }
        let date = curl_getdate(value.map { CChar(bitPattern: $0) } + [0], nil)
        guard date > 0 else { return 0 }
        return capped(Int64(date) * 1_000_000, now: now)
    }

    /// The same for a time that a connector has read from an answer.
    static func capped(_ time: Int64, now: Int64) -> Int64 { time > now ? min(time, now + longest) : 0 }
}
