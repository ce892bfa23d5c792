import CTessera
@testable import Delivery
import Platform
import PluginHost
import TestSupport
import Testing

/// A delivery as a plugin sees it, with calls to ask by.
final class Bench {
    let clock = ManualClock()
    let services = HostServices()
    let delivery: Delivery
    let memory: MemoryOfAll
    let table: UnsafePointer<tessera_delivery_service>

    init(_ limits: DeliveryLimits = DeliveryLimits(maxInFlight: 4), memory: MemoryOfAll? = nil) throws {
        self.memory = memory ?? MemoryOfAll(limits)
        delivery = Delivery(memory: self.memory, clock: clock, log: .silent)
        delivery.offer(to: services)
        table = try #require(services.table(TESSERA_SERVICE_DELIVERY))
            .assumingMemoryBound(to: tessera_delivery_service.self)
    }

    private let workspace = LentText("w")
    private let other = LentText("v")
    private let destination = LentText("d")

    private let calls = Monitor<[UnsafeMutablePointer<tessera_call>]>([])

    deinit { calls.withLock { calls in calls.forEach { $0.deallocate() } } }

    /// Memory of a call, freed with the bench.
    func call(timeoutUs: Int64 = 1_000_000, otherWorkspace: Bool = false) -> UnsafePointer<tessera_call> {
        let call = UnsafeMutablePointer<tessera_call>.allocate(capacity: 1)
        call.initialize(to: tessera_call())
        call.pointee.workspace_id = otherWorkspace ? other.text : workspace.text
        call.pointee.deadline_us = clock.now() + timeoutUs
        calls.withLock { $0.append(call) }
        return UnsafePointer(call)
    }

    /// - Parameter rows: of each request.
    func acquire(_ call: UnsafePointer<tessera_call>, _ count: UInt32, rows: UInt32 = 1) -> (UInt32, Int64) {
        var notBefore: Int64 = -1
        let granted = table.pointee.acquire(
            table, call, destination.text, [UInt32](repeating: rows, count: Int(count)), count, &notBefore)
        return (granted, notBefore)
    }

    /// Asks for one request until it may go: a daily cap's first rows wait for the disk. A hundred times at the most.
    func take(_ call: UnsafePointer<tessera_call>, rows: UInt32) -> Bool {
        (0..<100).contains { _ in acquire(call, 1, rows: rows).0 == 1 }
    }

    func settle(
        _ call: UnsafePointer<tessera_call>, _ kind: UInt32, rows: UInt32 = 1, retried: UInt32 = 0,
        latency: Int64 = 100, retryAt: Int64 = 0
    ) {
        var settlement = tessera_settlement(
            size: UInt32(MemoryLayout<tessera_settlement>.size), settle_class: kind, rows: rows, retried: retried,
            latency_us: latency, retry_at_us: retryAt)
        table.pointee.settle(table, call, destination.text, &settlement)
    }

    func disable(_ call: UnsafePointer<tessera_call>, _ reason: String) {
        let reason = LentText(reason)
        table.pointee.disable(table, call, destination.text, reason.text)
    }

    var figures: DeliveryFigures {
        delivery.figures(workspaceID: "w", destinationID: "d") ?? DeliveryFigures()
    }
}
