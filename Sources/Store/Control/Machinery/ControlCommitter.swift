import CSQLite
import Glibc
import Platform
import SQLite

/// The one thread that writes control.db. It takes all writes that wait, runs each in a savepoint, commits them together
/// and answers after the fsync: while the disk syncs one group, the next gathers.
final class ControlCommitter: Sendable {
    static let maxWaiting = 16_384
    static let maxGroup = 256

    private struct State {
        var waiting: [ControlJob] = []
        var isClosing = false
        var thread: pthread_t?
    }

    private let state = Monitor(State())
    private let log: Log
    /// Why the last group was not committed.
    let refusal = Monitor<String?>(nil)

    init(log: Log) { self.log = log }

    /// Starts the thread, which owns the writer from now on. Returned so that `close` can wait for its end.
    func start(_ writer: sending ControlWriter, checkpointer: ControlCheckpointer) -> NativeThread {
        let handedOver = HandedOver(writer)
        return NativeThread(name: "control-commit") { [self] in
            guard let writer = handedOver.take() else { return }
            state.update { $0.thread = pthread_self() }
            run(writer, checkpointer)
        }
    }

    /// Queues a job; an error when it was not taken, and then nobody else tells the caller.
    func submit(_ job: ControlJob) -> StoreError? {
        state.update { state in
            if state.isClosing { return .closed }
            if state.waiting.count >= Self.maxWaiting { return .overloaded }
            state.waiting.append(job)
            return nil
        }
    }

    /// Writes that wait for their group.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// Takes no more jobs; the thread ends when those that wait are done.
    func close() { state.update { $0.isClosing = true } }

    /// Whether the caller runs on the committer: there it can't wait for a write.
    var isCurrentThread: Bool {
        state.withLock { state in state.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    private func run(_ writer: ControlWriter, _ checkpointer: ControlCheckpointer) {
        while true {
            let group: [ControlJob]? = state.wait { state in
                if state.waiting.isEmpty { return state.isClosing ? .some(nil) : nil }
                let group = Array(state.waiting.prefix(Self.maxGroup))
                state.waiting.removeFirst(group.count)
                return .some(group)
            }
            guard var rest = group else { return }
            while !rest.isEmpty { rest = commit(rest, writer) }
            checkpointer.committed(on: writer.connection)
        }
    }

    /// Commits one group and tells its callers. Gives back the jobs that have not run because the transaction was lost
    /// under them.
    private func commit(_ group: [ControlJob], _ writer: ControlWriter) -> [ControlJob] {
        let connection = writer.connection
        do {
            try connection.run("BEGIN IMMEDIATE")
        } catch {
            log.error(event: "control_not_writable", "control.db can't be written", ["error": "\(error)"])
            refusal.withLock { $0 = "\(error)" }
            for job in group { job.reject(StoreError.notCommitted("\(error)")) }
            return []
        }
        var outcomes: [ControlJob.Outcome] = []
        var failure: (any Error)?
        for job in group {
            do {
                try connection.run("SAVEPOINT body")
                let outcome = job.perform(writer)
                outcomes.append(outcome)
                // A full disk may end the whole transaction under a body: what the others wrote is gone with it.
                guard connection.database.inTransaction else {
                    throw StoreError.notCommitted("the transaction was lost, as on a full disk")
                }
                if !outcome.succeeded { try connection.run("ROLLBACK TO body") }
                try connection.run("RELEASE body")
            } catch {
                failure = error
                break
            }
        }
        let rest = Array(group[outcomes.count...])
        if failure == nil {
            do {
                let begun = SystemClock.uptime()
                try connection.run("COMMIT")
                CommitFigures.control.count(SystemClock.uptime() - begun, connection.database)
            } catch { failure = StoreError.notCommitted("\(error)") }
        }
        if let failure {
            if connection.database.inTransaction { _ = try? connection.run("ROLLBACK") }
            log.error(
                event: "control_not_committed", "a group of writes was not committed",
                ["error": "\(failure)", "writes": "\(outcomes.count)"])
        }
        // Before anybody is told.
        refusal.withLock { $0 = failure.map { "\($0)" } }
        for outcome in outcomes { outcome.finish(failure) }
        if outcomes.isEmpty, let failure, let first = rest.first {
            // Not even a savepoint: give up on the first, so that the loop above ends.
            first.reject(failure)
            return Array(rest.dropFirst())
        }
        return rest
    }
}

/// Carries a value that is not Sendable to the one thread that owns it from then on.
private final class HandedOver<Value>: @unchecked Sendable {
    private var value: Value?

    init(_ value: sending Value) { self.value = value }

    /// Gives the value away; nil the second time.
    func take() -> Value? {
        defer { value = nil }
        return value
    }
}
