import Glibc

/// The one source of time. The gateway has one clock and hands it to every room; tests own a `ManualClock`.
public protocol Clock: AnyObject, Sendable {
    /// Microseconds since 1970-01-01 UTC. Any thread.
    func now() -> Int64

    /// Waits on `monitor` until `body` returns a value, or until this clock reads `deadline` (then nil). Any thread.
    /// After nil the clock may still read less, when it was set back meanwhile.
    func wait<State, Result>(
        on monitor: Monitor<State>, deadline: Int64, until body: (inout State) -> Result?
    ) -> Result?
}

/// The machine's clock.
public final class SystemClock: Clock {
    public init() {}

    public func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    public func wait<State, Result>(
        on monitor: Monitor<State>, deadline: Int64, until body: (inout State) -> Result?
    ) -> Result? {
        // The wall clock may be set meanwhile: forward is seen within ten seconds; and one that goes back does not make
        // anybody wait for longer than was left at first.
        let end = Self.uptime() + max(0, deadline - now())
        while true {
            let left = min(deadline - now(), end - Self.uptime())
            if let result = monitor.wait(microseconds: min(max(left, 0), 10_000_000), until: body) { return result }
            if now() >= deadline || Self.uptime() >= end { return nil }
        }
    }

    /// Microseconds of the clock that nobody sets.
    public static func uptime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// A clock that stands still until a test moves it.
public final class ManualClock: Clock {
    private struct State {
        var now: Int64
        var wakers: [Int: @Sendable () -> Void] = [:]
        var nextWaker = 0
    }
    private let state: Monitor<State>

    public init(_ now: Int64 = 1_700_000_000_000_000) { state = Monitor(State(now: now)) }

    public func now() -> Int64 { state.withLock { $0.now } }

    /// Moves the clock forward and wakes everybody who waits for it.
    public func advance(_ microseconds: Int64) { set(now() + microseconds) }

    /// Sets the clock and wakes everybody who waits for it.
    public func set(_ now: Int64) {
        let wakers = state.update { state in
            state.now = now
            return Array(state.wakers.values)
        }
        for waker in wakers { waker() }
    }

    public func wait<State, Result>(
        on monitor: Monitor<State>, deadline: Int64, until body: (inout State) -> Result?
    ) -> Result? {
        let id = state.withLock { state in
            state.nextWaker += 1
            state.wakers[state.nextWaker] = { monitor.wake() }
            return state.nextWaker
        }
        defer { state.withLock { _ = $0.wakers.removeValue(forKey: id) } }
        return monitor.wait { value -> Result?? in
            if let result = body(&value) { return .some(result) }
            return self.now() >= deadline ? .some(nil) : nil
        }
    }
}
