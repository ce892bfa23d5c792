import CTessera
import Delivery
import Platform
import PluginHost
import Testing

struct DeliveryTests {
    /// A delivery as a plugin sees it, with calls to ask by.
    private final class Bench {
        let clock = ManualClock()
        let services = HostServices()
        let delivery: Delivery
        let disabled = Monitor<[String]>([])
        let table: UnsafePointer<tessera_delivery_service>

        init(limit: Int = 4) throws {
            let disabled = disabled
            delivery = Delivery(limits: Delivery.Limits(maxInFlight: limit), clock: clock, log: .silent) {
                _, id, reason in
                disabled.update { $0.append("\(id): \(reason)") }
            }
            delivery.offer(to: services)
            table = try #require(services.table(TESSERA_SERVICE_DELIVERY))
                .assumingMemoryBound(to: tessera_delivery_service.self)
        }

        private let workspace = LentText("w")
        private let other = LentText("v")
        private let destination = LentText("d")

        /// Memory of a call, freed with the process.
        func call(timeoutUs: Int64 = 1_000_000, otherWorkspace: Bool = false) -> UnsafePointer<tessera_call> {
            let call = UnsafeMutablePointer<tessera_call>.allocate(capacity: 1)
            call.initialize(to: tessera_call())
            call.pointee.workspace_id = otherWorkspace ? other.text : workspace.text
            call.pointee.deadline_us = clock.now() + timeoutUs
            return UnsafePointer(call)
        }

        func acquire(_ call: UnsafePointer<tessera_call>, _ count: UInt32) -> (UInt32, Int64) {
            var notBefore: Int64 = -1
            let granted = table.pointee.acquire(
                table, call, destination.text, [UInt32](repeating: 1, count: Int(count)), count, &notBefore)
            return (granted, notBefore)
        }

        func settle(_ call: UnsafePointer<tessera_call>, _ kind: UInt32, rows: UInt32 = 1, latency: Int64 = 100) {
            var settlement = tessera_settlement(
                size: UInt32(MemoryLayout<tessera_settlement>.size), settle_class: kind, rows: rows, retried: 0,
                latency_us: latency, retry_at_us: 0)
            table.pointee.settle(table, call, destination.text, &settlement)
        }

        func disable(_ call: UnsafePointer<tessera_call>, _ reason: String) {
            let reason = LentText(reason)
            table.pointee.disable(table, call, destination.text, reason.text)
        }

        var figures: DeliveryFigures { delivery.figures(workspaceID: "w", destinationID: "d") }
    }

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
        bench.settle(call, TESSERA_SETTLE_THROTTLED, rows: 3, latency: -5)
        bench.clock.advance(9)
        bench.settle(call, 99, rows: 4, latency: .max)
        let figures = bench.figures
        #expect(figures.delivered.requests == 1 && figures.delivered.rows == 10)
        #expect(figures.rejected.rows == 2)
        #expect(figures.throttled.rows == 3)
        #expect(figures.failed.rows == 4)
        #expect(figures.settled == 4)
        #expect(figures.inFlight == 0)
        #expect(figures.latencyMaxUs == 86_400_000_000)
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
        #expect(bench.disabled.withLock { $0 } == ["d: 410 Gone"])
        let (granted, notBefore) = bench.acquire(call, 1)
        #expect(granted == 0)
        #expect(notBefore == bench.clock.now() + 300_000_000)
        #expect(bench.figures.disabledReason == "410 Gone")
        bench.delivery.enable(workspaceID: "w", destinationID: "d")
        #expect(bench.acquire(call, 1).0 == 1)
        bench.delivery.remove(workspaceID: "w", destinationID: "d")
        #expect(bench.figures == DeliveryFigures())
    }

    @Test func threadsNeverGetMoreThanTheLimit() throws {
        let bench = try Bench(limit: 8)
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
                    let inFlight = delivery.figures(workspaceID: "w", destinationID: "d").inFlight
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
}
