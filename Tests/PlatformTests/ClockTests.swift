import Platform
import Testing

@Suite struct ClockTests {
    @Test func manualClockWakesAWaiterWhenItsTimeComes() {
        let clock = ManualClock(0)
        let monitor = Monitor(false)
        let order = Monitor<[String]>([])
        let thread = NativeThread(name: "waiter") {
            let value: Bool? = clock.wait(on: monitor, deadline: 1000) { $0 ? true : nil }
            order.update { $0.append(value == nil ? "deadline" : "value") }
        }
        clock.advance(1000)
        thread.join()
        #expect(order.withLock { $0 } == ["deadline"])
    }

    @Test func waitEndsWithTheValueBeforeTheDeadline() {
        let clock = ManualClock(0)
        let monitor = Monitor(0)
        let thread = NativeThread(name: "setter") { monitor.update { $0 = 7 } }
        let value = clock.wait(on: monitor, deadline: .max) { $0 > 0 ? $0 : nil }
        thread.join()
        #expect(value == 7)
    }
}
