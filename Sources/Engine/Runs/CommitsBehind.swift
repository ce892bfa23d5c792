import Platform
import Store

/// Writes a run's commits of pure movement on a thread of its own, while the run reads and moves the next members: the second
/// processor's share of a run. One commit at a time, in order; a further one waits for it.
///
/// Belongs to the thread of its run. The thread starts with the first commit, so that small runs have none.
final class CommitsBehind {
    private struct State: Sendable {
        /// Handed over and not yet written.
        var commit: MemberCommit?
        /// Of the first commit that could not be written. It stays: what came after it must not be written either, for the
        /// run's progress would pass over members that were lost.
        var failure: (any Error)?
        var isClosed = false
    }

    private let writer: PatientWriter
    private let state = Monitor(State())
    private var thread: NativeThread?

    init(_ writer: PatientWriter) { self.writer = writer }

    /// Hands a commit over, once the one before is written.
    /// - Throws: why the one before, or an earlier one, could not be written; then this one is not written at all.
    func add(_ commit: MemberCommit) throws {
        try finish()
        if thread == nil {
            let started = NativeThread(name: "run-write", stackSize: 2 << 20) { [writer, state] in
                while let next = state.wait(until: CommitsBehind.next) { CommitsBehind.write(next, writer, state) }
            }
            // Without a thread to be had the run's own does it.
            guard started.isRunning else { return try writer.write(commit, .normal) }
            thread = started
        }
        state.update { $0.commit = commit }
    }

    /// Waits until all is written.
    /// - Throws: why a commit could not be written.
    func finish() throws {
        try state.wait { state -> Result<Void, any Error>? in
            if let failure = state.failure { return .failure(failure) }
            return state.commit == nil ? .success(()) : nil
        }.get()
    }

    /// Ends the thread, after the commit that it has. To be called once the run is over, whatever its end.
    func close() {
        state.update { $0.isClosed = true }
        thread?.join()
        thread = nil
    }

    private static func next(_ state: inout State) -> MemberCommit?? {
        if let commit = state.commit, state.failure == nil { return commit }
        return state.isClosed ? .some(nil) : nil
    }

    private static func write(_ commit: MemberCommit, _ writer: PatientWriter, _ state: Monitor<State>) {
        do {
            try writer.write(commit, .normal)
            state.update { $0.commit = nil }
        } catch {
            state.update {
                $0.commit = nil
                $0.failure = error
            }
        }
    }
}
