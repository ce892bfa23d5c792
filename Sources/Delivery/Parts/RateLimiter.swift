/// Requests a second, by the generic cell rate algorithm (GCRA, ITU-T I.371): one time stands for the whole state, the one at
/// which the next request would be in step. A request may go a little before it, so that a caller who wakes late catches up;
/// the pace is slower by as much, and so no second sees more than the limit and one.
struct RateLimiter: Sendable {
    /// Of a second's worth: what may go ahead of the pace.
    private static let slack = 0.02
    /// The longest pause between two requests that a caller is expected to wait for; for a longer one it goes away and
    /// comes back, and then each gets a time of its own.
    private static let shortPause: Int64 = 1_000_000
    /// No one is told to come back later than this; microseconds.
    private static let farthest: Int64 = 3_600_000_000

    private var interval: Int64 = 0
    private var tolerance: Int64 = 0
    /// The time at which the next request is in step.
    private var next: Int64
    /// The time of the last caller that was told to come back.
    private var lastInLine: Int64 = 0

    /// Begins without a stock: nothing is known of what was sent before.
    init(_ requestsPerSecond: Double?, now: Int64) {
        next = now
        set(requestsPerSecond, now: now)
    }

    /// Another limit, from now on: the last request still counts, but by the new pace, and the line of before is gone.
    mutating func set(_ requestsPerSecond: Double?, now: Int64) {
        let before = interval
        guard let rate = requestsPerSecond, rate > 0 else {
            interval = 0
            return
        }
        interval = Int64(min(1_000_000 * (1 + Self.slack) / rate, Double(Self.farthest)).rounded(.up))
        tolerance = Int64(1_000_000 * Self.slack)
        if interval == before { return }
        next = min(next, now + interval)
        lastInLine = 0
    }

    /// Whether a request may go now. `take` uses it up.
    func admits(_ now: Int64) -> Bool { interval == 0 || now >= next - tolerance }

    mutating func take(_ now: Int64) {
        if interval == 0 { return }
        next = max(next, now) + interval
    }

    /// When a refused caller is to come back: all at the next turn where turns are short, else each at a turn of its own, so
    /// that a crowd does not come back for one turn.
    mutating func turn(_ now: Int64) -> Int64 {
        if interval < Self.shortPause { return max(next - tolerance, now + 1000) }
        lastInLine = min(max(lastInLine + interval, next), now + Self.farthest)
        return lastInLine
    }
}
