import Platform

/// Work on members that no request waits for: they leave archived journeys, deleted journeys lose theirs, drained ones
/// are archived when the last has left, waits move after a pause; and the first look at members after a start. One thread,
/// bounded steps, taken up again after a restart.
final class Housekeeper: Sendable {
    struct Task: Sendable, Hashable {
        /// `plan`: the next starts of a journey that was found at the start; `pullBack`: the same after the clock went back.
        enum Kind: Sendable { case archive, remove, drain, plan, pullBack, shiftWaits }
        var workspaceID: String
        var journeyID: String
        var kind: Kind
    }

    private struct State {
        var tasks: [Task] = []
        var isStopping = false
        var thread: NativeThread?
    }

    private let state = Monitor(State())

    func start(_ body: @escaping @Sendable (Task) -> Void) {
        state.update { state in
            state.thread = NativeThread(name: "housekeeper") { [self] in
                while let task = next() { body(task) }
            }
        }
    }

    func enqueue(_ task: Task) {
        state.update { if !$0.tasks.contains(task) { $0.tasks.append(task) } }
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    func stop() {
        let thread = state.update { state in
            state.isStopping = true
            return state.thread
        }
        thread?.join()
    }

    private func next() -> Task? {
        state.wait { state -> Task?? in
            if state.isStopping { return .some(nil) }
            return state.tasks.isEmpty ? nil : .some(state.tasks.removeFirst())
        }
    }
}
