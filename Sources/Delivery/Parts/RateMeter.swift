/// Requests and rows of the last minute, second by second.
struct RateMeter: Sendable, Hashable {
    static let seconds = 60

    private struct Second: Hashable {
        var number: Int64 = -1
        var requests = 0
        var rows = 0
    }
    private var ring = [Second](repeating: Second(), count: RateMeter.seconds)

    mutating func add(requests: Int, rows: Int, _ now: Int64) {
        let number = now / 1_000_000
        let place = Int(number % Int64(Self.seconds))
        guard place >= 0 else { return }
        if ring[place].number != number { ring[place] = Second(number: number) }
        ring[place].requests += requests
        ring[place].rows &+= rows
    }

    /// A second's average over the last minute.
    func perSecond(_ now: Int64) -> (requests: Double, rows: Double) {
        let number = now / 1_000_000
        var sum = (requests: 0, rows: 0)
        for second in ring where second.number > number - Int64(Self.seconds) && second.number <= number {
            sum.requests += second.requests
            sum.rows += second.rows
        }
        return (Double(sum.requests) / Double(Self.seconds), Double(sum.rows) / Double(Self.seconds))
    }
}
