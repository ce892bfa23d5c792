import Platform
import Store
import TestSupport
import Testing

@testable import Gateway

@Suite struct AuditKeeperTests {
    /// A clock that goes on by a second with each look, as one does while a sweep takes its time, and keeps what it is waited for.
    private final class BusyClock: Clock {
        let looks = Monitor<Int64>(0)
        let deadlines = Monitor<[Int64]>([])

        func now() -> Int64 {
            looks.withLock { looks in
                defer { looks += 1 }
                return looks * 1_000_000
            }
        }

        func wait<State, Result>(
            on monitor: Monitor<State>, deadline: Int64, until body: (inout State) -> Result?
        ) -> Result? {
            deadlines.update { $0.append(deadline) }
            return monitor.wait(until: body)
        }
    }

    @Test func theNextSweepIsAnHourAfterTheBeginningOfThisOne() throws {
        let directory = try TemporaryDirectory()
        let control = try ControlStore(dataDirectory: directory.path, clock: SystemClock(), log: .silent)
        defer { control.close() }
        let clock = BusyClock()
        let keeper = AuditKeeper(control: control, retention: AuditRetention(), clock: clock, log: .silent)
        keeper.start()
        defer { keeper.stop() }
        let deadline = clock.deadlines.wait(microseconds: 60_000_000) { $0.first }
        #expect(deadline == AuditKeeper.interval)
        #expect(clock.now() > 1_000_000, "the sweep has looked at the clock, too")
    }
}
