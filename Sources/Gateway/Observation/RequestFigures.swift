import HTTPServer
import Synchronization

/// Requests by route and status, and how long they took. Written by reactors, read by any thread.
final class RequestFigures: Sendable {
    /// Of one route.
    final class Counters: Sendable {
        let statuses = InlineArray<27, Atomic<Int>> { _ in Atomic(0) }
        let buckets = InlineArray<13, Atomic<Int>> { _ in Atomic(0) }
        let microseconds = Atomic<Int>(0)
    }

    /// Those that the gateway answers with; the last place is for any other, so that their number is bounded.
    static let statuses = [
        200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 408, 409, 412, 413, 414, 415, 417, 422, 429, 431, 499,
        500, 501, 503, 505,
    ]
    /// Upper bounds in microseconds; the last bucket has none.
    static let bounds: [Int64] = [
        100, 500, 1000, 2500, 5000, 10_000, 25_000, 100_000, 500_000, 1_000_000, 5_000_000, 30_000_000,
    ]

    /// By the number of the route; the last is for what found none.
    let routes: [(method: String, pattern: String, counters: Counters)]
    private let counters: [Counters]

    init(_ routes: [Route]) {
        self.routes =
            routes.map { ($0.method.description, $0.pattern, Counters()) } + [("", "", Counters())]
        counters = self.routes.map(\.counters)
    }

    /// - Parameter route: nil when none was found.
    func count(_ route: Int?, status: Int, microseconds: Int64) {
        let counters = counters[route ?? counters.count - 1]
        let place = Self.place(status)
        counters.statuses[place].wrappingAdd(1, ordering: .relaxed)
        var bucket = 0
        while bucket < Self.bounds.count, microseconds > Self.bounds[bucket] { bucket += 1 }
        counters.buckets[bucket].wrappingAdd(1, ordering: .relaxed)
        counters.microseconds.wrappingAdd(Int(microseconds), ordering: .relaxed)
    }

    private static func place(_ status: Int) -> Int {
        // Nearly all are.
        if status == 200 { return 0 }
        return statuses.firstIndex(of: status) ?? statuses.count
    }
}
