import Platform
import Synchronization

/// Where calls of the tile go: one loop on one thread for the whole plugin, begun with the first call. Any thread.
final class Transport: Sendable {
    static let shared = Transport()

    private struct State {
        var limits = SendLimits()
        var loop: DeliveryLoop?
        var thread: NativeThread?
    }
    private let state = Mutex(State())

    /// Sets the limits; before the first call.
    func configure(_ limits: SendLimits) { state.withLock { $0.limits = limits } }

    var limits: SendLimits { state.withLock { $0.limits } }

    /// Takes a call over; the loop reports its rows and calls `done`.
    /// - Throws: `TransportError` when the system has no thread, descriptor or memory to begin with.
    func submit(_ job: Job) throws(TransportError) {
        let loop = try state.withLock { state throws(TransportError) in
            if let loop = state.loop { return loop }
            let loop = try DeliveryLoop(state.limits)
            let thread = NativeThread(name: "sync-transport") { loop.run() }
            guard thread.isRunning else { throw TransportError("the system has no thread for deliveries") }
            state.loop = loop
            state.thread = thread
            return loop
        }
        loop.submit(job)
    }

    /// Ends the thread once no call is under way. [control]
    func stop() {
        let (loop, thread) = state.withLock { state in
            defer {
                state.loop = nil
                state.thread = nil
            }
            return (state.loop, state.thread)
        }
        loop?.stop()
        thread?.join()
    }
}
