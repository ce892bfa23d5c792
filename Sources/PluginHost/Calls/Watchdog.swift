import Platform

/// Ends calls whose deadline has passed, by the host's clock.
final class Watchdog: Sendable {
    private struct Watched {
        var deadline: Int64
        var expire: CallSlot
    }
    private struct State {
        var calls: [UInt64: Watched] = [:]
        /// The earliest deadline that the thread waits for.
        var next = Int64.max
        var isStopped = false
    }
    private enum Step {
        case stop
        case expired([(UInt64, CallSlot)])
    }

    private let state = Monitor(State())
    private let thread: NativeThread

    init(clock: any Clock) {
        let state = state
        thread = NativeThread(name: "plugin-watch") {
            while true {
                let deadline = state.withLock { $0.next }
                let step = clock.wait(on: state, deadline: deadline) { state -> Step? in
                    if state.isStopped { return .stop }
                    // An earlier deadline came: wait for that one instead.
                    return state.next != deadline ? .expired([]) : nil
                }
                if case .stop? = step { return }
                for (serial, slot) in Self.expired(state, now: clock.now()) { slot.expire(serial) }
            }
        }
    }

    func watch(_ slot: CallSlot, serial: UInt64, deadline: Int64) {
        let isEarlier = state.withLock { state in
            state.calls[serial] = Watched(deadline: deadline, expire: slot)
            guard deadline < state.next else { return false }
            state.next = deadline
            return true
        }
        if isEarlier { state.wake() }
    }

    func forget(serial: UInt64) { state.withLock { _ = $0.calls.removeValue(forKey: serial) } }

    /// Ends the thread; calls are not watched any more. Once.
    func stop() {
        let wasStopped = state.update { state in
            defer { state.isStopped = true }
            return state.isStopped
        }
        if !wasStopped { thread.join() }
    }

    private static func expired(_ state: Monitor<State>, now: Int64) -> [(UInt64, CallSlot)] {
        state.withLock { state in
            let over = state.calls.filter { $0.value.deadline <= now }
            for serial in over.keys { state.calls[serial] = nil }
            state.next = state.calls.values.map(\.deadline).min() ?? .max
            return over.map { ($0.key, $0.value.expire) }
        }
    }
}
