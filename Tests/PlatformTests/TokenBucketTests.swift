import Platform
import Synchronization
import Testing

/// Rates by an injected clock. Times in milliseconds; nil: a token was there, else the milliseconds until there is one.
@Suite struct TokenBucketTests {
    struct Case: Sendable {
        var name: String
        var rate: Rate
        var takes: [(at: Int64, wait: Int64?)]
    }

    private static let ten = Rate(perSecond: 10, burst: 2)

    static let cases = [
        Case(
            name: "a burst, then the rate", rate: ten,
            takes: [(0, nil), (0, nil), (0, 100), (99, 1), (100, nil), (100, 100)]),
        Case(name: "a refusal costs nothing", rate: ten, takes: [(0, nil), (0, nil), (50, 50), (60, 40), (100, nil)]),
        Case(
            name: "it fills up, and no further", rate: ten,
            takes: [(0, nil), (0, nil), (9_000, nil), (9_000, nil), (9_000, 100)]),
        Case(
            name: "one at a time", rate: Rate(perSecond: 1, burst: 1),
            takes: [(0, nil), (0, 1000), (999, 1), (1000, nil)]),
        Case(name: "no limit", rate: Rate(perSecond: 0, burst: 0), takes: [(0, nil), (0, nil), (0, nil)]),
        Case(
            name: "a clock set back by an hour", rate: ten,
            takes: [(3_600_000, nil), (3_600_000, nil), (0, 100), (50, 50), (100, nil), (100, 100), (300, nil)]),
        Case(
            name: "a clock set forward", rate: ten,
            takes: [(0, nil), (0, nil), (3_600_000, nil), (3_600_000, nil), (3_600_000, 100)]),
    ]

    @Test(arguments: cases.indices) func takes(_ index: Int) {
        let item = Self.cases[index]
        let bucket = TokenBucket()
        for (number, take) in item.takes.enumerated() {
            let wait = bucket.take(item.rate, now: 1_700_000_000_000_000 + take.at * 1000)
            #expect(wait == take.wait.map { $0 * 1000 }, "\(item.name), take \(number)")
        }
    }

    private final class Shared: Sendable {
        let bucket = TokenBucket()
        let taken = Atomic<Int>(0)
    }

    /// No token is given twice, none is lost.
    @Test func threadsShareOne() {
        let shared = Shared()
        let rate = Rate(perSecond: 1000, burst: 5000)
        let threads = (0..<8).map { _ in
            NativeThread(name: "taker") {
                for _ in 0..<2000 where shared.bucket.take(rate, now: 1_700_000_000_000_000) == nil {
                    shared.taken.wrappingAdd(1, ordering: .relaxed)
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(shared.taken.load(ordering: .relaxed) == 5000)
    }
}
