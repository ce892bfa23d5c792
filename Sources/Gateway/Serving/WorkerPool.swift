import Platform

/// Threads that work off a queue of bounded length. Owners have a share of both, so that one can't keep the others out. Any thread.
final class WorkerPool: Sendable {
    private struct Job {
        let owner: String?
        let work: @Sendable () -> Void
    }

    private struct State {
        var jobs: [Job] = []
        /// Jobs at work, by owner.
        var running: [String: Int] = [:]
        var isStopping = false
    }
    private let state = Monitor(State())
    private let threads: [NativeThread]
    private let limit: Int
    private let hasShares: Bool

    /// - Parameters:
    ///   - limit: how many jobs may wait; with shares of one owner half as many.
    ///   - perOwner: the share: how many of an owner's jobs are done at once. More of them wait while others' go ahead.
    init(name: String, threads count: Int, limit: Int, perOwner: Int = .max) {
        self.limit = limit
        hasShares = perOwner < .max
        let state = state
        threads = (0..<count).map { index in
            NativeThread(name: "\(name)-\(index)") {
                while let job = WorkerPool.take(state, perOwner) {
                    job.work()
                    WorkerPool.end(job, state)
                }
            }
        }
    }

    /// Queues a job; false when too many wait, of the owner or in all, or the pool is stopping.
    /// - Parameter owner: nil for a job that is nobody's.
    func submit(owner: String? = nil, _ work: @escaping @Sendable () -> Void) -> Bool {
        let owner = hasShares ? owner : nil
        return state.update { state in
            guard !state.isStopping, state.jobs.count < limit else { return false }
            if let owner, state.jobs.count >= limit / 2 {
                guard state.jobs.count(where: { $0.owner == owner }) < limit / 2 else { return false }
            }
            state.jobs.append(Job(owner: owner, work: work))
            return true
        }
    }

    /// Jobs that wait.
    var waiting: Int { state.withLock { $0.jobs.count } }

    /// Takes no more jobs, does those that wait, and returns when the threads have ended. Once.
    func stop() {
        state.update { $0.isStopping = true }
        for thread in threads { thread.join() }
    }

    private static func take(_ state: Monitor<State>, _ perOwner: Int) -> Job? {
        state.wait { state -> Job?? in
            let next = state.jobs.firstIndex { job in
                job.owner.map { state.running[$0] ?? 0 < perOwner } ?? true
            }
            guard let next else { return state.isStopping && state.jobs.isEmpty ? .some(nil) : nil }
            let job = state.jobs.remove(at: next)
            if let owner = job.owner { state.running[owner, default: 0] += 1 }
            return .some(job)
        }
    }

    private static func end(_ job: Job, _ state: Monitor<State>) {
        guard let owner = job.owner else { return }
        state.update { state in
            let left = (state.running[owner] ?? 1) - 1
            state.running[owner] = left > 0 ? left : nil
        }
    }
}
