import HTTPServer
import Platform

/// Sends answers a fixed time after they were made, so that the receiver looks slow. Any thread.
final class DelayedAnswers: Sendable {
    private struct State {
        /// In the order of their times, since the delay is the same for all.
        var waiting: [(due: Int64, responder: Responder, response: Response)] = []
        var isStopped = false
    }
    private let state: Monitor<State>
    private let delay: Int64
    private let thread: NativeThread

    init(delay: Int64) throws(SystemError) {
        let state = Monitor(State())
        self.state = state
        self.delay = delay
        thread = NativeThread(name: "receiver-delay") { DelayedAnswers.run(state) }
        guard thread.isRunning else { throw SystemError("start a thread", code: 11) }
    }

    func add(_ responder: Responder, _ response: Response) {
        let due = SystemClock().now() + delay
        state.update { $0.waiting.append((due, responder, response)) }
    }

    /// Drops what waits and ends the thread; once.
    func stop() {
        state.update { $0.isStopped = true }
        thread.join()
    }

    private static func run(_ state: Monitor<State>) {
        let clock = SystemClock()
        while true {
            let first: Int64? = state.wait { state in
                if state.isStopped { return .some(nil) }
                return state.waiting.first.map { $0.due }
            }
            guard let first else { return }
            let stopped: Bool? = clock.wait(on: state, deadline: first) { $0.isStopped ? true : nil }
            if stopped != nil { return }
            let due = state.withLock { state in
                let now = clock.now()
                let count = state.waiting.firstIndex { $0.due > now } ?? state.waiting.count
                defer { state.waiting.removeFirst(count) }
                return state.waiting[..<count].map { ($0.responder, $0.response) }
            }
            Responder.respond(due)
        }
    }
}
