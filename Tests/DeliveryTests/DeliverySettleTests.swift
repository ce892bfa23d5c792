import CTessera
@testable import Delivery
import TestSupport
import Testing

/// What the end of a request says, and what it does not.
struct DeliverySettleTests {
    private func tripped(_ bench: Bench) -> UnsafePointer<tessera_call> {
        let call = bench.call(timeoutUs: .max / 2)
        #expect(bench.acquire(call, 5).0 == 5)
        for _ in 0..<5 { bench.settle(call, TESSERA_SETTLE_FAILED) }
        bench.clock.advance(bench.figures.breaker.until - bench.clock.now())
        return call
    }

    /// A secret that is missing says nothing of the destination: the next request is the trial.
    @Test func aRefusalOfOurOwnLeavesABreakerAsItIs() throws {
        let bench = try Bench(DeliveryLimits())
        let call = tripped(bench)
        for _ in 0..<3 {
            #expect(bench.acquire(call, 2, rows: 5).0 == 1)
            bench.settle(call, TESSERA_SETTLE_REJECTED, rows: 5, latency: -1)
            #expect(bench.figures.breaker.state == .halfOpen && bench.figures.inFlight == 0)
        }
        #expect(bench.acquire(call, 1).0 == 1)
        bench.settle(call, TESSERA_SETTLE_FAILED)
        #expect(bench.figures.breaker.state == .open && bench.figures.breaker.trips == 2)
    }

    /// One that went before the breaker opened gives no place to a second trial.
    @Test func aLateRefusalIsNotTheTrial() throws {
        let bench = try Bench(DeliveryLimits())
        let began = bench.clock.now()
        let call = bench.call(timeoutUs: .max / 2)
        #expect(bench.acquire(call, 6).0 == 6)
        for _ in 0..<5 { bench.settle(call, TESSERA_SETTLE_FAILED) }
        bench.clock.advance(bench.figures.breaker.until - began)
        #expect(bench.acquire(call, 1).0 == 1)
        bench.settle(call, TESSERA_SETTLE_REJECTED, latency: began - bench.clock.now())
        #expect(bench.acquire(call, 1).0 == 0)
        bench.settle(call, TESSERA_SETTLE_DELIVERED)
        #expect(bench.figures.breaker.state == .closed)
    }

    @Test func aRefusalOfOurOwnNeitherHealsNorHarms() throws {
        let bench = try Bench(DeliveryLimits(deliveriesPerDay: 1000))
        let call = bench.call(timeoutUs: .max / 2)
        for _ in 0..<4 {
            #expect(bench.take(call, rows: 1))
            bench.settle(call, TESSERA_SETTLE_FAILED)
        }
        let before = bench.figures
        for _ in 0..<50 {
            #expect(bench.take(call, rows: 7))
            bench.settle(call, TESSERA_SETTLE_REJECTED, rows: 7, latency: -3)
        }
        let after = bench.figures
        #expect(after.breaker == before.breaker && after.breaker.consecutiveFailures == 4)
        #expect(after.window == before.window && after.latency == before.latency)
        #expect(after.requestsPerSecond == before.requestsPerSecond)
        #expect(after.today == 4 && after.inFlight == 0)
        #expect(after.rejected.requests == 50 && after.rejected.rows == 350)
    }

    /// Of a request that failed after it was sent nobody knows what the destination took.
    @Test func onlyWhatWasNotHandedOverIsGivenBack() throws {
        let bench = try Bench(DeliveryLimits(deliveriesPerDay: 1000))
        let call = bench.call(timeoutUs: .max / 2)
        func used(_ kind: UInt32, retried: UInt32 = 0, latency: Int64) -> Int {
            let before = bench.figures.today
            #expect(bench.take(call, rows: 10))
            bench.settle(call, kind, rows: 10, retried: retried, latency: latency)
            return bench.figures.today - before
        }
        #expect(used(TESSERA_SETTLE_FAILED, retried: 10, latency: 30_000_000) == 10)
        #expect(used(TESSERA_SETTLE_DELIVERED, latency: 0) == 10)
        #expect(used(TESSERA_SETTLE_FAILED, retried: 10, latency: -5_000_000) == 0)
        #expect(used(TESSERA_SETTLE_THROTTLED, retried: 10, latency: 20) == 0)
        #expect(used(TESSERA_SETTLE_REJECTED, retried: 10, latency: 20) == 0)
        #expect(used(TESSERA_SETTLE_REJECTED, latency: 20) == 10)
        #expect(used(TESSERA_SETTLE_REJECTED, latency: .min) == 0)
        #expect(bench.figures.latency.longest == 30_000_000)
    }

    /// Ten rows each: of the first two were refused and three are tried again, of the other all were taken.
    @Test func onlyRowsThatWereTakenCountAsDelivered() throws {
        let bench = try Bench(DeliveryLimits())
        let call = bench.call()
        #expect(bench.acquire(call, 2, rows: 10).0 == 2)
        bench.settle(call, TESSERA_SETTLE_DELIVERED, rows: 8, retried: 3)
        #expect(bench.figures.rejected.rows == 0)
        bench.settle(call, TESSERA_SETTLE_DELIVERED, rows: 10)
        let figures = bench.figures
        #expect(figures.delivered.requests == 2 && figures.delivered.rows == 15)
        #expect(figures.rejected.requests == 0 && figures.rejected.rows == 2)
        #expect(figures.retries == 3)
        #expect(figures.deliveriesPerSecond == 15.0 / 60)
        // What is split is counted when it has come to an end.
        #expect(bench.acquire(call, 1, rows: 4).0 == 1)
        bench.settle(call, TESSERA_SETTLE_REJECTED, rows: 4, retried: 4)
        #expect(bench.figures.rejected.requests == 1 && bench.figures.rejected.rows == 2)
    }

    @Test func rowsAreHeldBackOnceHoweverOftenTheyAreAskedFor() throws {
        let bench = try Bench(DeliveryLimits(requestsPerSecond: 2))
        let call = bench.call()
        #expect(bench.acquire(call, 1, rows: 10).0 == 1)
        for _ in 0..<100 { #expect(bench.acquire(call, 1, rows: 10).0 == 0) }
        #expect(bench.figures.heldBack == 0)
        bench.settle(call, TESSERA_SETTLE_THROTTLED, rows: 10, retryAt: bench.clock.now() + 60_000_000)
        #expect(bench.acquire(call, 2, rows: 10).0 == 0)
        #expect(bench.figures.heldBack == 20)
    }
}
