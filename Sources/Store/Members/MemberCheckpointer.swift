import Platform

/// The thread that checkpoints the logs of all member stores of a process, one after another.
public final class MemberCheckpointer: Sendable {
    private struct State {
        var waiting: [MemberCheckpoints] = []
        var started = false
        var stopped = false
    }
    private let state = Monitor(State())

    public init() {}

    deinit { state.update { $0.stopped = true } }

    /// Has the store checkpointed soon; several requests before that are one.
    func request(_ checkpoints: MemberCheckpoints) {
        let start = state.update { state in
            if !state.waiting.contains(where: { $0 === checkpoints }) { state.waiting.append(checkpoints) }
            defer { state.started = true }
            return !state.started
        }
        guard start else { return }
        // The thread holds the state, not this object, so that the last owner's release stops it.
        let state = state
        let thread = NativeThread(name: "members-ckpt", stackSize: 512 << 10) {
            while let next = state.wait(until: Self.next) { next.checkpoint() }
        }
        if thread.isRunning { thread.detach() } else { state.withLock { $0.started = false } }
    }

    private static func next(_ state: inout State) -> MemberCheckpoints?? {
        if state.stopped { return .some(nil) }
        return state.waiting.isEmpty ? nil : .some(state.waiting.removeFirst())
    }
}
