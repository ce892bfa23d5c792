import Platform

/// Where calls of the tile go: one loop on one thread for the whole plugin, begun with the first call. Any thread.
final class Transport: Sendable {
    static let shared = Transport()

    private struct State {
        var limits: SendLimits?
        var loop: DeliveryLoop?
        var thread: NativeThread?
    }
    private let state = Monitor(State())

    /// The limits, as the operator's settings had them when they were first needed.
    var limits: SendLimits { state.withLock { Transport.limits(&$0) } }

    private static func limits(_ state: inout State) -> SendLimits {
        let limits = state.limits ?? SendLimits.fromHost()
        state.limits = limits
        return limits
    }

    /// Takes a call over; the loop reports its rows and calls `done`.
    /// - Throws: `TransportError` when the system has no thread, descriptor or memory to begin with.
    func submit(_ job: Job) throws(TransportError) {
        try state.withLock { state in
            Result { () throws(TransportError) in try Transport.loop(&state) }
        }.get().submit(job)
    }

    private static func loop(_ state: inout State) throws(TransportError) -> DeliveryLoop {
        if let loop = state.loop { return loop }
        let loop = try DeliveryLoop(limits(&state))
        let thread = NativeThread(name: "sync-transport") { loop.run() }
        guard thread.isRunning else { throw TransportError("the system has no thread for deliveries") }
        state.loop = loop
        state.thread = thread
        return loop
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
