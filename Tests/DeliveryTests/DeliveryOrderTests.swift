import CTessera
import Delivery
import Platform
import PluginHost
import TestSupport
import Testing

struct DeliveryOrderTests {
    private struct Parts: @unchecked Sendable {
        let table: UnsafePointer<tessera_delivery_service>
        let call: UnsafePointer<tessera_call>
        let destination = LentText("d")
        let reason = LentText("410 Gone")

        func disable() { table.pointee.disable(table, call, destination.text, reason.text) }
    }

    /// A destination says that it is gone, and a person enables it, each on a thread of its own and one in the middle of the
    /// other: whoever comes last in memory comes last on the disk.
    @Test(arguments: [true, false]) func theDiskAgreesWithWhoCameLast(goneIsFirst: Bool) throws {
        let bench = try Bench()
        let parts = Parts(table: bench.table, call: bench.call(timeoutUs: .max / 2))
        // Without it in memory there would be nothing to enable.
        #expect(bench.figures.disabledReason == nil)
        let delivery = bench.delivery
        let enable: @Sendable () -> Void = { delivery.enable(workspaceID: "w", destinationID: "d") }
        let disable: @Sendable () -> Void = { parts.disable() }
        let (first, second) = goneIsFirst ? (disable, enable) : (enable, disable)
        let other = Monitor<NativeThread?>(nil)
        let isOver = Monitor(false)
        bench.memory.state.update {
            $0.meanwhile = {
                let thread = NativeThread(name: "second") {
                    second()
                    isOver.update { $0 = true }
                }
                other.update { $0 = thread }
                // It has its time to come in between, and must not make use of it.
                let _: Void? = isOver.wait(microseconds: 100_000) { $0 ? () : nil }
            }
        }
        first()
        let thread = try #require(other.withLock { $0 })
        thread.join()
        #expect(isOver.withLock { $0 })
        #expect((bench.figures.disabledReason != nil) == bench.memory.state.withLock { $0.isDisabled })
        #expect((bench.figures.disabledReason == nil) == goneIsFirst)
    }
}
