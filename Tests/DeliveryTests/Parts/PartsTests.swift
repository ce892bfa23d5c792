@testable import Delivery
import Testing

private let second: Int64 = 1_000_000

@Suite struct RateLimiterTests {
    /// Asked every `step`, for `seconds`: the times at which a request went.
    private func times(_ rate: Double, step: Int64, seconds: Int64) -> [Int64] {
        let limiter = Held(RateLimiter(rate, now: 0))
        var times: [Int64] = []
        for now in stride(from: 0, to: seconds * second, by: Int64.Stride(step)) {
            while limiter.value.admits(now) {
                limiter.value.take(now)
                times.append(now)
            }
        }
        return times
    }

    @Test(
        arguments: [(1.0, 100_000), (7.0, 3_000), (100.0, 1_000), (100.0, 17_000), (2500.0, 900)] as [(Double, Int64)])
    func noSecondSeesMoreThanTheLimitAndOne(rate: Double, step: Int64) {
        let times = times(rate, step: step, seconds: 20)
        var first = 0
        var most = 0
        for (last, time) in times.enumerated() {
            while time - times[first] >= second { first += 1 }
            most = max(most, last - first + 1)
        }
        #expect(Double(most) <= rate.rounded(.up) + 1)
        // And it is made use of.
        #expect(Double(times.count) > 20 * rate * 0.9)
    }

    @Test func aSlowPaceGivesEachATurnOfItsOwn() {
        let limiter = Held(RateLimiter(0.5, now: 0))
        limiter.value.take(0)
        let turns = (0..<4).map { _ in limiter.value.turn(0) }
        #expect(turns == turns.sorted() && Set(turns).count == 4)
        #expect(zip(turns, turns.dropFirst()).allSatisfy { $1 - $0 >= 2 * second })
        #expect((0..<100_000).map { _ in limiter.change { $0.turn(0) } }.allSatisfy { $0 <= 3600 * second })
    }

    @Test func aHigherLimitHoldsAtOnce() {
        let limiter = Held(RateLimiter(0.001, now: 0))
        limiter.value.take(0)
        for _ in 0..<10 { _ = limiter.value.turn(0) }
        limiter.value.set(0.001, now: 0)
        #expect(!limiter.value.admits(100 * second))
        limiter.value.set(0.5, now: 0)
        #expect(!limiter.value.admits(second))
        #expect(limiter.change { $0.turn(0) } <= 3 * second)
        #expect(limiter.value.admits(3 * second))
    }

    @Test func noLimitIsNone() {
        let limiter = Held(RateLimiter(nil, now: 0))
        for _ in 0..<1000 {
            #expect(limiter.value.admits(0))
            limiter.value.take(0)
        }
        limiter.value.set(1, now: 0)
        #expect(limiter.value.admits(0))
        limiter.value.take(0)
        #expect(!limiter.value.admits(second / 2))
        #expect(limiter.value.admits(2 * second))
    }
}

@Suite struct CircuitBreakerTests {
    private func opened() -> CircuitBreaker {
        let breaker = Held(CircuitBreaker())
        for time in 0..<5 { _ = breaker.value.note(isFailure: true, began: Int64(time), Int64(time), seed: 0) }
        return breaker.value
    }

    @Test func fiveFailuresInARowOpenIt() {
        let breaker = Held(CircuitBreaker())
        for _ in 0..<3 {
            for _ in 0..<4 { #expect(!breaker.change { $0.note(isFailure: true, began: 0, 0, seed: 0) }) }
            #expect(!breaker.change { $0.note(isFailure: false, began: 0, 0, seed: 0) })
        }
        #expect(breaker.value.state == .closed && breaker.value.refusal(0) == nil)
        #expect(opened().state == .open)
        #expect(opened().refusal(6)! >= 5 * second)
    }

    @Test func soDoesHalfOfMany() {
        let breaker = Held(CircuitBreaker())
        var noted = 0
        while breaker.value.state == .closed, noted < 200 {
            _ = breaker.value.note(isFailure: noted % 2 == 0, began: 0, 0, seed: 0)
            noted += 1
        }
        #expect(noted >= 50 && noted <= 52)
        let well = Held(CircuitBreaker())
        for request in 0..<1000 { #expect(!well.change { $0.note(isFailure: request % 3 == 0, began: 0, 0, seed: 0) }) }
    }

    @Test func oneGoesAheadAndDecides() {
        let breaker = Held(opened())
        let until = breaker.value.until
        #expect(breaker.value.refusal(until - 1) == until)
        // Requests from before say nothing.
        #expect(!breaker.change { $0.note(isFailure: true, began: until - 1, until - 1, seed: 0) })
        #expect(breaker.value.refusal(until) == nil)
        #expect(breaker.change { $0.admit(until) })
        #expect(breaker.value.state == .halfOpen)
        #expect(breaker.value.refusal(until)! > until)
        #expect(breaker.change { $0.note(isFailure: true, began: until + 5, until + 5, seed: 0) })
        #expect(breaker.value.state == .open && breaker.value.trips == 2)
        #expect(breaker.value.until - (until + 5) >= 10 * second)
        #expect(breaker.value.refusal(breaker.value.until) == nil)
        let later = breaker.value.until
        _ = breaker.value.admit(later)
        #expect(breaker.change { $0.note(isFailure: false, began: later, later, seed: 0) })
        #expect(breaker.value == CircuitBreaker())
    }

    /// Requests of before may end while the trial is under way: neither does it fail with them, nor is it over.
    @Test func onlyTheTrialDecides() {
        let breaker = Held(opened())
        let start = breaker.value.until
        _ = breaker.value.admit(start)
        for isFailure in [true, false] {
            #expect(!breaker.change { $0.note(isFailure: isFailure, began: 4, start + second, seed: 0) })
        }
        #expect(breaker.value.state == .halfOpen && breaker.value.trips == 1)
        #expect(breaker.change { $0.note(isFailure: true, began: start, start + second, seed: 0) })
        #expect(breaker.value.state == .open && breaker.value.trips == 2)
    }

    @Test func pausesDoubleUpToFiveMinutes() {
        let breaker = Held(opened())
        var now: Int64 = 10
        var pauses: [Int64] = []
        for _ in 0..<10 {
            now = breaker.value.until
            _ = breaker.value.admit(now)
            _ = breaker.value.note(isFailure: true, began: now, now, seed: 77)
            pauses.append(breaker.value.until - now)
        }
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $1 >= $0 - 30 * second })
        #expect(pauses.last! >= 300 * second && pauses.last! <= 330 * second)
    }

    @Test func aTrialWithoutAnEndIsGivenUp() {
        let breaker = Held(opened())
        let start = breaker.value.until
        _ = breaker.value.admit(start)
        #expect(breaker.value.refusal(start + 59 * second) != nil)
        #expect(breaker.value.refusal(start + 60 * second) == nil)
    }

    @Test func itIsTakenUpAsItWas() {
        let before = opened()
        let after = CircuitBreaker(openedAt: before.openedAt, until: before.until, trips: before.trips, now: 0)
        #expect(after.state == .open && after.until == before.until && after.trips == 1)
        // A clock that was wrong does not keep it open for years.
        let late = CircuitBreaker(openedAt: 0, until: .max / 2, trips: 3, now: 1000 * second)
        #expect(late.until == 1330 * second)
        #expect(CircuitBreaker(openedAt: nil, until: 0, trips: 0, now: 0) == CircuitBreaker())
    }
}

@Suite struct SendWindowTests {
    @Test func itGrowsWithAnswersAndFallsWithFailures() {
        var window = SendWindow(limit: 64)
        #expect(window.size == 8)
        for _ in 0..<8 { window.answer(limit: 64) }
        #expect(window.size == 16)
        for _ in 0..<1000 { window.answer(limit: 64) }
        #expect(window.size == 64)
        window.failure(limit: 64)
        #expect(window.size == 32)
        for _ in 0..<10 { window.failure(limit: 64) }
        #expect(window.size == 8)
        window.fit(3)
        #expect(window.size == 3)
        #expect(SendWindow(limit: 2).size == 2)
        // A throttle costs attempts: down to one, and up again by answers.
        for _ in 0..<10 { window.throttled() }
        #expect(window.size == 1)
        window.failure(limit: 64)
        #expect(window.size == 1)
        window.answer(limit: 64)
        #expect(window.size == 2)
    }
}

@Suite struct LatencyHistogramTests {
    @Test func quantilesLieWhereTheTimesDo() {
        var histogram = LatencyHistogram()
        #expect(histogram.mean == nil && histogram.quantile(0.5) == nil)
        for time in 1...1000 { histogram.add(Int64(time) * 100) }
        #expect(histogram.count == 1000 && histogram.longest == 100_000)
        #expect(histogram.mean == 50_050)
        #expect(abs(histogram.quantile(0.5)! - 50_000) < 1000)
        #expect(abs(histogram.quantile(0.99)! - 99_000) < 1000)
        #expect(histogram.quantile(1) == 100_000)
        histogram.add(.max)
        #expect(histogram.sum == .max && histogram.counts.last == 1)
    }
}

@Suite struct RateMeterTests {
    @Test func onlyTheLastMinuteCounts() {
        var meter = RateMeter()
        for time in 0..<120 { meter.add(requests: 2, rows: 10, Int64(time) * second) }
        let rate = meter.perSecond(119 * second)
        #expect(rate.requests == 2 && rate.rows == 10)
        #expect(meter.perSecond(149 * second).requests == 1)
        #expect(meter.perSecond(1000 * second).rows == 0)
    }
}
