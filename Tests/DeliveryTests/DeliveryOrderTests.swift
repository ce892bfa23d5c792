import CTessera
import Delivery
import Platform
import PluginHost
import TestSupport
import Testing

struct DeliveryOrderTests {
    /// Two threads, one for a destination that says that it is gone, one for a person who enables it: whoever comes last in
    /// memory comes last on the disk.
    @Test func theDiskAgreesWithWhoCameLast() throws {
        let bench = try Bench()
        struct Parts: @unchecked Sendable {
            let table: UnsafePointer<tessera_delivery_service>
            let call: UnsafePointer<tessera_call>
            let destination = LentText("d")
            let reason = LentText("410 Gone")
        }
        let parts = Parts(table: bench.table, call: bench.call(timeoutUs: .max / 2))
        let (delivery, memory) = (bench.delivery, bench.memory)
        var wrong = 0
        for _ in 0..<500 {
            let ready = Monitor(0)
            let meet: @Sendable () -> Void = {
                ready.update { $0 += 1 }
                let both: Void? = ready.wait(microseconds: 1_000_000) { $0 == 2 ? () : nil }
                #expect(both != nil)
            }
            let threads = [
                NativeThread(name: "gone") {
                    meet()
                    parts.table.pointee.disable(parts.table, parts.call, parts.destination.text, parts.reason.text)
                },
                NativeThread(name: "person") {
                    meet()
                    delivery.enable(workspaceID: "w", destinationID: "d")
                },
            ]
            threads.forEach { $0.join() }
            if (bench.figures.disabledReason != nil) != memory.state.withLock({ $0.isDisabled }) { wrong += 1 }
        }
        #expect(wrong == 0)
    }
}
