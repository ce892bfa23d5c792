import Platform
import Store

/// The handle of a run that goes on: others stop it and read its counts; the run's own thread does the rest.
final class RunControl: Sendable {
    enum Stop: Sendable, Hashable {
        /// Cancelled, paused, archived or deleted: the run ends.
        case cancel
        /// The run can't go on, for this reason: it fails as a whole.
        case fail(String)
        /// The gateway stops: the run stays `running` and goes on after the next start.
        case shutdown
    }

    struct State: Sendable {
        var stop: Stop?
        /// The journey began to drain: nobody enters any more.
        var isEntryClosed = false
        var counts = RunCounts()
        var tiles: [String: RunTileCounts] = [:]
        /// What others want done between two batches.
        var errands: [Errand] = []
        /// The run's thread does no more errands.
        var isOver = false
    }

    /// Something to be done on the run's thread.
    final class Errand: Sendable {
        fileprivate let body: @Sendable () -> Void
        /// True once it was done, false once it will not be.
        fileprivate let outcome = Monitor<Bool?>(nil)

        fileprivate init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    let runID: String
    let journeyID: String
    let state = Monitor(State())

    init(runID: String, journeyID: String) {
        self.runID = runID
        self.journeyID = journeyID
    }

    var stop: Stop? { state.withLock { $0.stop } }

    func requestStop(_ stop: Stop) {
        // The first reason stays, so that a run which goes on after the next start does not fail on the way out; but one that
        // is cancelled is cancelled.
        state.update { if $0.stop == nil || stop == .cancel { $0.stop = stop } }
    }

    var isEntryClosed: Bool { state.withLock { $0.isEntryClosed } }
    func closeEntry() { state.update { $0.isEntryClosed = true } }

    /// Has the run's thread do something between two batches, when all that the run has done is committed, and waits for it.
    /// - Returns: nil when the run has ended, and nothing was done.
    func perform<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) -> Result<Value, any Error>? {
        let result = Monitor<Result<Value, any Error>?>(nil)
        let errand = Errand { result.withLock { $0 = Result(catching: body) } }
        let isTaken = state.update { state in
            if !state.isOver { state.errands.append(errand) }
            return !state.isOver
        }
        guard isTaken, errand.outcome.wait(until: { $0 }) else { return nil }
        return result.withLock { $0 }
    }

    var hasErrands: Bool { state.withLock { !$0.errands.isEmpty } }

    /// Does what was asked for. On the run's thread.
    func serve() {
        let errands = state.withLock { state in
            defer { state.errands = [] }
            return state.errands
        }
        for errand in errands {
            errand.body()
            errand.outcome.update { $0 = true }
        }
    }

    /// The run has ended: who waits does it without it.
    func close() {
        let errands = state.withLock { state in
            defer { state.errands = [] }
            state.isOver = true
            return state.errands
        }
        for errand in errands { errand.outcome.update { $0 = false } }
    }

    func publish(_ counts: RunCounts, _ tiles: [String: RunTileCounts]) {
        state.withLock {
            $0.counts = counts
            $0.tiles = tiles
        }
    }
}
