import CTessera
@testable import Delivery
import Platform
import PluginHost
import TestSupport
import Testing

struct DeliveryTests {
    @Test func requestsInFlightAreLimited() throws {
        let bench = try Bench()
        let call = bench.call()
        #expect(bench.acquire(call, 3) == (3, 0))
        let (granted, notBefore) = bench.acquire(call, 3)
        #expect(granted == 1)
        #expect(notBefore > bench.clock.now() && notBefore <= bench.clock.now() + 1_000_000)
        #expect(bench.acquire(call, 1).0 == 0)
        bench.settle(call, TESSERA_SETTLE_DELIVERED)
        #expect(bench.acquire(call, 2).0 == 1)
        #expect(bench.figures.inFlight == 4)
        // Another workspace's destination of that id is another one.
        #expect(bench.acquire(bench.call(otherWorkspace: true), 4).0 == 4)
    }

    @Test func figuresAddUp() throws {
        let bench = try Bench()
        let call = bench.call()
        _ = bench.acquire(call, 4)
        bench.settle(call, TESSERA_SETTLE_DELIVERED, rows: 10, latency: 300)
        bench.settle(call, TESSERA_SETTLE_REJECTED, rows: 2, latency: 100)
        bench.settle(call, TESSERA_SETTLE_THROTTLED, rows: 3, retried: 3, latency: -5)
        bench.clock.advance(9)
        bench.settle(call, 99, rows: 4, latency: .max)
        let figures = bench.figures
        #expect(figures.delivered.requests == 1 && figures.delivered.rows == 10)
        #expect(figures.rejected.rows == 2)
        #expect(figures.throttled.rows == 3)
        #expect(figures.failed.rows == 4)
        #expect(figures.settled == 4)
        #expect(figures.inFlight == 0)
        #expect(figures.latency.longest == 86_400_000_000 && figures.latency.count == 4)
        #expect(figures.retries == 3)
        #expect(figures.lastError == .failed)
        #expect(figures.lastErrorAt == bench.clock.now())
    }

    @Test func whatACallNeverSettledFallsBackAtItsDeadline() throws {
        let bench = try Bench()
        let lost = bench.call(timeoutUs: 500)
        #expect(bench.acquire(lost, 4).0 == 4)
        let next = bench.call()
        #expect(bench.acquire(next, 1).0 == 0)
        bench.clock.advance(500)
        #expect(bench.acquire(next, 2).0 == 2)
        // A late settle counts in the figures, not twice in the limit.
        bench.settle(lost, TESSERA_SETTLE_DELIVERED)
        #expect(bench.figures.inFlight == 2)
        #expect(bench.figures.delivered.requests == 1)
    }

    @Test func aDisabledDestinationGetsNothingUntilAPersonActs() throws {
        let bench = try Bench()
        let call = bench.call()
        bench.disable(call, "410 Gone")
        bench.disable(call, "410 Gone again")
        #expect(bench.memory.state.withLock { $0.disabled } == ["d: 410 Gone"])
        let (granted, notBefore) = bench.acquire(call, 1)
        #expect(granted == 0)
        #expect(notBefore == bench.clock.now() + 300_000_000)
        // Who asks for nothing learns whether there is such a destination.
        #expect(bench.acquire(call, 0) == (0, 0))
        #expect(bench.figures.disabledReason == "410 Gone")
        bench.delivery.enable(workspaceID: "w", destinationID: "d")
        #expect(bench.acquire(call, 1).0 == 1)
        bench.memory.state.update { $0.unknown = ["d"] }
        bench.delivery.remove(workspaceID: "w", destinationID: "d")
        #expect(bench.delivery.figures(workspaceID: "w", destinationID: "d") == nil)
        // A child may name any id: nothing is kept of it, and nothing may go there.
        #expect(bench.acquire(call, 0) == (0, bench.clock.now() + 60_000_000))
        #expect(bench.acquire(call, 1).0 == 0)
        #expect(bench.delivery.all().isEmpty)
    }

    @Test func whatWentBeforeAPersonActedDisablesNothing() throws {
        let bench = try Bench()
        let call = bench.call()
        #expect(bench.acquire(call, 2).0 == 2)
        bench.delivery.enable(workspaceID: "w", destinationID: "d")
        for _ in 0..<2 {
            bench.disable(call, "410 Gone")
            bench.settle(call, TESSERA_SETTLE_REJECTED)
        }
        #expect(bench.figures.disabledReason == nil)
        #expect(bench.acquire(call, 1).0 == 1)
        bench.disable(call, "410 Gone")
        #expect(bench.figures.disabledReason == "410 Gone")
    }

    @Test func threadsNeverGetMoreThanTheLimit() throws {
        let bench = try Bench(DeliveryLimits(maxInFlight: 8))
        struct Parts: @unchecked Sendable {
            let table: UnsafePointer<tessera_delivery_service>
            let call: UnsafePointer<tessera_call>
            let destination = LentText("d")
        }
        let most = Monitor(0)
        let delivery = bench.delivery
        let threads = (0..<4).map { _ in
            let parts = Parts(table: bench.table, call: bench.call(timeoutUs: .max / 2))
            return NativeThread(name: "deliver") {
                for _ in 0..<2000 {
                    var notBefore: Int64 = 0
                    let granted = parts.table.pointee.acquire(
                        parts.table, parts.call, parts.destination.text, [1, 1, 1], 3, &notBefore)
                    let inFlight = delivery.figures(workspaceID: "w", destinationID: "d")?.inFlight ?? 0
                    most.withLock { $0 = max($0, inFlight) }
                    for _ in 0..<granted {
                        var settlement = tessera_settlement(
                            size: UInt32(MemoryLayout<tessera_settlement>.size), settle_class: 0, rows: 1, retried: 0,
                            latency_us: 1, retry_at_us: 0)
                        parts.table.pointee.settle(parts.table, parts.call, parts.destination.text, &settlement)
                    }
                }
            }
        }
        threads.forEach { $0.join() }
        #expect(most.withLock { $0 } <= 8)
        #expect(bench.figures.inFlight == 0)
        #expect(bench.figures.delivered.requests > 0)
    }

    @Test func aDeadDestinationIsTriedByOneRequestAtATime() throws {
        let bench = try Bench(DeliveryLimits(maxInFlight: 64))
        let call = bench.call(timeoutUs: .max / 2)
        #expect(bench.acquire(call, 64).0 == 8)
        for _ in 0..<8 { bench.settle(call, TESSERA_SETTLE_FAILED) }
        #expect(bench.figures.breaker.state == .open)
        let (none, until) = bench.acquire(call, 10)
        #expect(none == 0 && until == bench.figures.breaker.until)
        // Whose turn comes soon waits and gives nothing back.
        #expect(bench.figures.heldBack == 10)
        bench.clock.advance(until - bench.clock.now())
        #expect(bench.acquire(call, 10).0 == 1)
        #expect(bench.figures.breaker.state == .halfOpen)
        bench.settle(call, TESSERA_SETTLE_DELIVERED)
        #expect(bench.figures.breaker.state == .closed)
        #expect(bench.acquire(call, 64).0 == 8)
    }

    @Test func aBreakerAndAPauseOutliveARestart() throws {
        let memory = MemoryOfAll()
        let bench = try Bench(memory: memory)
        let call = bench.call()
        for _ in 0..<5 {
            #expect(bench.acquire(call, 1).0 == 1)
            bench.settle(call, TESSERA_SETTLE_FAILED)
        }
        let breaker = bench.figures.breaker
        #expect(breaker.state == .open)
        memory.state.update { if let kept = $0.kept.last { $0.settings.kept = kept } }
        let next = try Bench(memory: memory)
        #expect(next.figures.breaker.state == .open && next.figures.breaker.until == breaker.until)
        #expect(next.acquire(next.call(), 1) == (0, breaker.until))
    }

    @Test func retryAfterHoldsTheWholeDestination() throws {
        let bench = try Bench()
        let call = bench.call()
        let now = bench.clock.now()
        #expect(bench.acquire(call, 2).0 == 2)
        bench.settle(call, TESSERA_SETTLE_THROTTLED, retryAt: now + 20_000_000)
        #expect(bench.acquire(call, 1) == (0, now + 20_000_000))
        // Another answer does not shorten it, and none stretches it over an hour.
        bench.settle(call, TESSERA_SETTLE_THROTTLED, retryAt: now + 1_000_000)
        #expect(bench.figures.holdUntil == now + 20_000_000)
        bench.clock.advance(20_000_000)
        #expect(bench.acquire(call, 1).0 == 1)
        bench.settle(call, TESSERA_SETTLE_FAILED, retryAt: .max)
        #expect(bench.figures.holdUntil == bench.clock.now() + 3_600_000_000)
        bench.delivery.enable(workspaceID: "w", destinationID: "d")
        #expect(bench.acquire(call, 1).0 == 1)
    }

    @Test func aDailyCapCountsRowsAndIsKeptAhead() throws {
        let memory = MemoryOfAll(DeliveryLimits(deliveriesPerDay: 100))
        let bench = try Bench(memory: memory)
        let call = bench.call(timeoutUs: .max / 2)
        // The first reserve is not on the disk yet.
        memory.state.update { $0.isSlow = true }
        #expect(bench.acquire(call, 1, rows: 30).0 == 0)
        memory.write()
        #expect(bench.acquire(call, 1, rows: 30) == (1, 0))
        memory.state.update { $0.isSlow = false }
        memory.write()
        for rows: UInt32 in [30, 30] {
            #expect(bench.take(call, rows: rows))
        }
        // Ten are left: a request with fewer rows may go, which 0 says.
        #expect(bench.acquire(call, 1, rows: 30) == (0, 0))
        #expect(bench.take(call, rows: 10))
        let (none, until) = bench.acquire(call, 1, rows: 1)
        #expect(none == 0 && until == bench.clock.now() + 900_000_000)
        // What was not handed over is to be had again.
        bench.settle(call, TESSERA_SETTLE_FAILED, rows: 10, latency: -100)
        #expect(bench.figures.today == 90)
        #expect(bench.acquire(call, 1, rows: 10).0 == 1)
        // A stop in order gives up what was reserved, a crash would not.
        bench.delivery.stop()
        #expect(memory.state.withLock { $0.kept.last?.reserved } == 100)
    }

    /// What is given back can be had again: so no more than was granted, and nothing of yesterday's.
    @Test func onlyRowsOfTodaysRequestsAreGivenBack() throws {
        let memory = MemoryOfAll(DeliveryLimits(deliveriesPerDay: 100))
        let bench = try Bench(memory: memory)
        let call = bench.call(timeoutUs: .max / 2)
        #expect(bench.take(call, rows: 40))
        #expect(bench.take(call, rows: 50))
        #expect(bench.figures.today == 90)
        // Ten of an answered request's are tried again: the others were taken.
        bench.settle(call, TESSERA_SETTLE_DELIVERED, rows: 40, retried: 10)
        #expect(bench.figures.today == 80)
        // One that was refused as a whole and is split.
        bench.settle(call, TESSERA_SETTLE_REJECTED, rows: 50, retried: 50)
        #expect(bench.figures.today == 30)
        // Nobody holds anything any more.
        for _ in 0..<3 { bench.settle(call, TESSERA_SETTLE_FAILED, rows: 30, latency: -100) }
        #expect(bench.figures.today == 30)
        bench.delivery.enable(workspaceID: "w", destinationID: "d")
        #expect(bench.take(call, rows: 5))
        bench.settle(call, TESSERA_SETTLE_FAILED, rows: .max, latency: -100)
        #expect(bench.figures.today == 30)
        // Under way over midnight: it does not count today, so nothing of it comes back today.
        #expect(bench.take(call, rows: 60))
        bench.clock.advance(DailyCap.end(of: DailyCap.day(bench.clock.now())) - bench.clock.now())
        let next = bench.call(timeoutUs: .max / 2)
        #expect(bench.take(next, rows: 70))
        bench.settle(call, TESSERA_SETTLE_FAILED, rows: 60, latency: -100)
        #expect(bench.figures.today == 70)
    }

    /// A full disk is not asked two hundred times a second, and what it did not take is not used.
    @Test func aDiskThatFailsIsTriedAgainAfterAWhile() throws {
        let memory = MemoryOfAll(DeliveryLimits(deliveriesPerDay: 100))
        let bench = try Bench(memory: memory)
        let call = bench.call(timeoutUs: .max / 2)
        memory.state.update { $0.isSlow = true }
        #expect(bench.acquire(call, 1) == (0, bench.clock.now() + 5_000))
        memory.write(false)
        let again = bench.clock.now() + 500_000
        #expect(bench.acquire(call, 1) == (0, again))
        #expect(memory.state.withLock { $0.kept.count } == 1)
        bench.clock.advance(500_000)
        #expect(bench.acquire(call, 1).0 == 0)
        #expect(memory.state.withLock { $0.kept.count } == 2)
        memory.write()
        #expect(bench.acquire(call, 1).0 == 1)
    }

    @Test func aTrialIsNotDecidedByRequestsOfBefore() throws {
        let bench = try Bench(DeliveryLimits())
        let call = bench.call(timeoutUs: .max / 2)
        #expect(bench.acquire(call, 8).0 == 8)
        for _ in 0..<5 { bench.settle(call, TESSERA_SETTLE_FAILED) }
        let began = bench.clock.now()
        bench.clock.advance(bench.figures.breaker.until - began)
        #expect(bench.acquire(call, 2).0 == 1)
        bench.settle(call, TESSERA_SETTLE_FAILED, latency: bench.clock.now() - began)
        bench.settle(call, TESSERA_SETTLE_DELIVERED, latency: bench.clock.now() - began)
        #expect(bench.figures.breaker.state == .halfOpen && bench.figures.breaker.trips == 1)
        bench.settle(call, TESSERA_SETTLE_DELIVERED)
        #expect(bench.figures.breaker.state == .closed)
    }

    @Test func changedLimitsHoldAtOnce() throws {
        let bench = try Bench(DeliveryLimits())
        let call = bench.call()
        #expect(bench.acquire(call, 5).0 == 5)
        bench.delivery.set(DeliveryLimits(maxInFlight: 6), workspaceID: "w", destinationID: "d")
        #expect(bench.acquire(call, 5).0 == 1)
        for _ in 0..<6 { bench.settle(call, TESSERA_SETTLE_DELIVERED) }
        bench.delivery.set(DeliveryLimits(requestsPerSecond: 1), workspaceID: "w", destinationID: "d")
        #expect(bench.acquire(call, 5).0 == 1)
        #expect(bench.acquire(call, 1).1 >= bench.clock.now() + 900_000)
    }
}
