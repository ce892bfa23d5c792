import Platform

/// Threads that answer requests of children which may wait: grown when all are busy, kept for later ones.
final class ServiceThreads: Sendable {
    static let shared = ServiceThreads()
    private static let limit = 256

    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var threads = 0
        var idle = 0
    }
    private let state = Monitor(State())

    func run(_ job: @escaping @Sendable () -> Void) {
        let mustGrow = state.update { state in
            state.jobs.append(job)
            guard state.idle < state.jobs.count, state.threads < Self.limit else { return false }
            state.threads += 1
            return true
        }
        guard mustGrow else { return }
        let thread = NativeThread(name: "plugin-service") { [self] in work() }
        if thread.isRunning { return thread.detach() }
        let mustHelp = state.update { state in
            state.threads -= 1
            return state.threads == 0
        }
        // Without any thread of the pool nobody else would ever come.
        if mustHelp, let job = state.withLock({ $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }) { job() }
    }

    private func work() {
        while true {
            state.withLock { $0.idle += 1 }
            let job = state.wait { state -> (@Sendable () -> Void)? in
                if state.jobs.isEmpty { return nil }
                state.idle -= 1
                return state.jobs.removeFirst()
            }
            job()
        }
    }
}
