import Synchronization

/// How often something may happen.
public struct Rate: Sendable, Hashable {
    /// In the long run. 0: there is no limit.
    public var perSecond: Int
    /// At once, by who asked for nothing before.
    public var burst: Int

    public init(perSecond: Int, burst: Int) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// A bucket of tokens that fills steadily; full at first. One number and no lock (the generic cell rate algorithm), so that
/// several threads can share one in a hot path. Any thread.
public struct TokenBucket: ~Copyable, Sendable {
    /// Nanoseconds since 1970 at which the bucket is full again.
    private let full = Atomic<Int64>(0)

    public init() {}

    /// Takes a token.
    /// - Parameters:
    ///   - rate: a bucket is always asked with the same one.
    ///   - now: microseconds of the gateway's clock. One that was set back locks nobody out for longer than a bucket
    ///     takes to fill.
    /// - Returns: nil, or when the bucket is empty the microseconds until it has a token.
    public borrowing func take(_ rate: Rate, now: Int64) -> Int64? {
        guard rate.perSecond > 0 else { return nil }
        let interval = max(1, 1_000_000_000 / Int64(rate.perSecond))
        let now = now * 1000
        let latest = now + interval * Int64(max(1, rate.burst))
        var seen = full.load(ordering: .relaxed)
        while true {
            let next = min(max(seen, now), latest) + interval
            let isEmpty = next > latest
            if isEmpty, seen <= latest { return (next - latest + 999) / 1000 }
            let (isTaken, present) = full.compareExchange(
                expected: seen, desired: isEmpty ? latest : next, ordering: .relaxed)
            if isTaken { return isEmpty ? (interval + 999) / 1000 : nil }
            seen = present
        }
    }
}
