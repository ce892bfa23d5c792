import Platform

/// Work on members that no request waits for: they leave archived journeys, deleted journeys lose theirs, drained ones
/// are archived when the last has left, waits move after a pause; and the first look at members after a start. One thread,
/// bounded steps, taken up again after a restart.
final class Housekeeper: Sendable {
    struct Task: Sendable, Hashable {
        /// `plan`: the next starts of a journey that was found at the start; `pullBack`: the same after the clock went back;
        /// `tidy`: what had to wait for the end of a run.
        enum Kind: Sendable { case archive, remove, drain, plan, pullBack, shiftWaits, tidy }
        var workspaceID: String
        var journeyID: String
        var kind: Kind
    }

    private struct State {
        /// In order, from `first` on, each once.
        var tasks: [Task] = []
        var first = 0
        var known: Set<Task> = []
        /// What could not be done, and when it is tried again.
        var later: [Task: Int64] = [:]
        var isStopping = false
        var thread: NativeThread?

        mutating func add(_ task: Task) {
            if known.insert(task).inserted { tasks.append(task) }
        }

        mutating func take() -> Task? {
            guard first < tasks.count else { return nil }
            let task = tasks[first]
            first += 1
            known.remove(task)
            if first == tasks.count { (tasks, first) = ([], 0) }
            return task
        }

        mutating func takeUp(at now: Int64) {
            for task in later.filter({ $0.value <= now }).keys {
                later[task] = nil
                add(task)
            }
        }
    }

    private let state = Monitor(State())
    private let clock: any Clock

    init(clock: any Clock) { self.clock = clock }

    func start(_ body: @escaping @Sendable (Task) -> Void) {
        state.update { state in
            state.thread = NativeThread(name: "housekeeper") { [self] in
                while let task = next() { body(task) }
            }
        }
    }

    func enqueue(_ task: Task) { state.update { $0.add(task) } }

    /// Once more at `time`, by the clock.
    func enqueue(_ task: Task, at time: Int64) { state.update { $0.later[task] = time } }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    func stop() {
        let thread = state.update { state in
            defer { state.thread = nil }
            state.isStopping = true
            return state.thread
        }
        thread?.join()
    }

    private func next() -> Task? {
        while true {
            let deadline = state.withLock { $0.later.values.min() ?? .max }
            let task: Task?? = clock.wait(on: state, deadline: deadline) { state -> Task?? in
                if state.isStopping { return .some(nil) }
                if let task = state.take() { return .some(task) }
                // Something else comes first now: wait for that.
                return state.later.values.min() ?? .max < deadline ? .some(nil) : nil
            }
            if let task = task ?? nil { return task }
            if isStopping { return nil }
            state.withLock { $0.takeUp(at: clock.now()) }
        }
    }
}
