import Platform

/// Threads that work off a queue of bounded length. Any thread.
final class WorkerPool: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        /// Index of the next job: jobs before it are done.
        var next = 0
        var isStopping = false
    }
    private let state = Monitor(State())
    private let threads: [NativeThread]
    private let limit: Int

    /// - Parameter limit: how many jobs may wait.
    init(name: String, threads count: Int, limit: Int) {
        self.limit = limit
        let state = state
        threads = (0..<count).map { index in
            NativeThread(name: "\(name)-\(index)") {
                while let job = WorkerPool.take(state) { job() }
            }
        }
    }

    /// Queues a job; false when too many wait or the pool is stopping.
    func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        state.update { state in
            guard !state.isStopping, state.jobs.count - state.next < limit else { return false }
            state.jobs.append(job)
            return true
        }
    }

    /// Jobs that wait.
    var waiting: Int { state.withLock { $0.jobs.count - $0.next } }

    /// Takes no more jobs, does those that wait, and returns when the threads have ended. Once.
    func stop() {
        state.update { $0.isStopping = true }
        for thread in threads { thread.join() }
    }

    private static func take(_ state: Monitor<State>) -> (@Sendable () -> Void)? {
        state.wait { state -> (@Sendable () -> Void)?? in
            guard state.next < state.jobs.count else { return state.isStopping ? .some(nil) : nil }
            let job = state.jobs[state.next]
            state.next += 1
            if state.next == state.jobs.count || state.next > 1024 {
                state.jobs.removeFirst(state.next)
                state.next = 0
            }
            return .some(job)
        }
    }
}
