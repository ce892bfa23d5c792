import Platform

/// Closes instances on a thread of its own: the last user of one may be a thread of the plugin itself, which must not
/// find itself inside its own `close`.
final class Reaper: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var isBusy = false
        var isStopped = false
    }
    private let state = Monitor(State())
    private let thread: NativeThread

    init() {
        let state = state
        thread = NativeThread(name: "plugin-reaper") {
            while true {
                let jobs = state.wait { state -> [@Sendable () -> Void]? in
                    if state.jobs.isEmpty { return state.isStopped ? [] : nil }
                    state.isBusy = true
                    defer { state.jobs = [] }
                    return state.jobs
                }
                if jobs.isEmpty { return }
                for job in jobs { job() }
                state.update { $0.isBusy = false }
            }
        }
    }

    /// Runs a job soon, from any thread. After `stop` it is left undone: the process ends.
    func after(_ job: @escaping @Sendable () -> Void) { state.update { if !$0.isStopped { $0.jobs.append(job) } } }

    /// Waits until all jobs given so far are done.
    func drain() {
        guard thread.isRunning else { return }
        state.wait { $0.jobs.isEmpty && !$0.isBusy ? () : nil }
    }

    /// Does what is left and ends the thread. Once.
    func stop() {
        let wasStopped = state.update { state in
            defer { state.isStopped = true }
            return state.isStopped
        }
        if !wasStopped { thread.join() }
    }
}
