import Platform

/// A clock that goes on by being waited for: who waits finds that the time has come. For one thread's use.
final class VirtualClock: Clock {
    private let time: Monitor<Int64>

    init(_ now: Int64) { time = Monitor(now) }

    func now() -> Int64 { time.withLock { $0 } }

    /// Never back.
    func advance(to now: Int64) { time.withLock { $0 = max($0, now) } }

    func wait<State, Result>(
        on monitor: Monitor<State>, deadline: Int64, until body: (inout State) -> Result?
    ) -> Result? {
        if let result = monitor.wait(microseconds: 0, until: body) { return result }
        advance(to: deadline)
        return nil
    }
}
