/// How long requests took, counted in fixed classes: what Prometheus calls a histogram.
public struct LatencyHistogram: Sendable, Hashable {
    /// Upper bounds in microseconds; above the last one there is one more class.
    public static let bounds: [Int64] = [
        1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
        10_000_000,
        30_000_000,
    ]

    /// One more than there are bounds.
    public private(set) var counts = [Int](repeating: 0, count: LatencyHistogram.bounds.count + 1)
    /// Microseconds.
    public private(set) var sum: Int64 = 0
    public private(set) var longest: Int64 = 0
    public private(set) var count = 0

    mutating func add(_ latency: Int64) {
        let place = Self.bounds.firstIndex { latency <= $0 } ?? Self.bounds.count
        counts[place] += 1
        count += 1
        // Of plugins' numbers none may end the gateway.
        let (total, isTooMuch) = sum.addingReportingOverflow(latency)
        sum = isTooMuch ? .max : total
        longest = max(longest, latency)
    }

    /// Microseconds; nil before the first request.
    public var mean: Int64? { count == 0 ? nil : sum / Int64(count) }

    /// About how long that share of the requests took at most, in microseconds, read off between the bounds of its class; nil
    /// before the first request.
    public func quantile(_ share: Double) -> Int64? {
        if count == 0 { return nil }
        let rank = max(1, (share * Double(count)).rounded(.up))
        var before = 0.0
        for (place, inClass) in counts.enumerated() where inClass > 0 {
            if before + Double(inClass) >= rank {
                let low = place == 0 ? 0 : Self.bounds[place - 1]
                let high = min(place < Self.bounds.count ? Self.bounds[place] : longest, longest)
                return low + Int64(Double(max(0, high - low)) * (rank - before) / Double(inClass))
            }
            before += Double(inClass)
        }
        return longest
    }
}
