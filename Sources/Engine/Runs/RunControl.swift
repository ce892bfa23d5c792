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

    /// Counts the rows that entry will read, until it is told that nobody wants to know.
    typealias CountRows = @Sendable (_ cancelled: @escaping () -> Bool) throws -> Int

    struct State: Sendable {
        var stop: Stop?
        /// It ends because its journey stands still, not because somebody did not want this run.
        var isOfJourney = false
        /// The journey began to drain: nobody enters any more.
        var isEntryClosed = false
        var counts = RunCounts()
        var tiles: [String: RunTileCounts] = [:]
        /// Rows of the model that entry has read, and how many there are to read; nil where nobody enters, or not from the
        /// model's first row on.
        var rowsRead = 0
        var countRows: CountRows?
        /// What others want done between two batches.
        var errands: [Errand] = []
        /// The run's thread does no more errands.
        var isOver = false
        /// A run waits for a thread, or for the end of this one.
        var isCrowded = false
    }

    /// What has become of an errand.
    enum Performed<Value: Sendable>: Sendable {
        case done(Result<Value, any Error>)
        /// The run has ended, and nothing was done.
        case over
        /// The run came to no rest in time, and nothing was done.
        case busy
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
    private let othersWait: @Sendable () -> Bool
    private let isAbandoned: (@Sendable () -> Bool)?

    /// - Parameters:
    ///   - isAbandoned: whether nobody waits for what comes of it any more; asked often. Nil for runs, which nobody need
    ///     wait for.
    ///   - othersWait: whether a run waits for a thread now, or for the end of this one.
    init(
        runID: String, journeyID: String, isAbandoned: (@Sendable () -> Bool)? = nil,
        othersWait: @escaping @Sendable () -> Bool
    ) {
        self.runID = runID
        self.journeyID = journeyID
        self.isAbandoned = isAbandoned
        self.othersWait = othersWait
    }

    var stop: Stop? { state.withLock { $0.stop } ?? (isAbandoned?() == true ? .cancel : nil) }

    func requestStop(_ stop: Stop, ofJourney isOfJourney: Bool = false) {
        // The first reason stays, so that a run which goes on after the next start does not fail on the way out; but one that
        // is cancelled is cancelled.
        state.update {
            if $0.stop == nil || stop == .cancel { $0.stop = stop }
            if isOfJourney { $0.isOfJourney = true }
        }
    }

    var isEntryClosed: Bool { state.withLock { $0.isEntryClosed } }
    func closeEntry() { state.update { $0.isEntryClosed = true } }

    /// Has the run's thread do something between two batches, when all that the run has done is committed, and waits for it.
    /// - Parameter patience: microseconds of real time until it is taken back: a run may be inside a long query, or inside a
    ///   plugin, and a caller of the API must not be.
    func perform<Value: Sendable>(
        patience: Int64, _ body: @escaping @Sendable () throws -> Value
    ) -> Performed<Value> {
        let result = Monitor<Result<Value, any Error>?>(nil)
        let errand = Errand { result.withLock { $0 = Result(catching: body) } }
        let isTaken = state.update { state in
            if !state.isOver { state.errands.append(errand) }
            return !state.isOver
        }
        guard isTaken else { return .over }
        var isDone = errand.outcome.wait(microseconds: patience) { $0 }
        if isDone == nil {
            let isTakenBack = state.withLock { state in
                guard let place = state.errands.firstIndex(where: { $0 === errand }) else { return false }
                state.errands.remove(at: place)
                return true
            }
            if isTakenBack { return .busy }
            // It is being done: that is one short transaction.
            isDone = errand.outcome.wait { $0 }
        }
        guard isDone == true, let result = result.withLock({ $0 }) else { return .over }
        return .done(result)
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

    /// A run has begun to wait for a thread, or for the end of this one.
    func crowd() { state.update { $0.isCrowded = true } }

    /// Whether a run that only waits should make room. From now on `isCrowded` tells of a change.
    func shouldYield() -> Bool {
        state.withLock { $0.isCrowded = false }
        return othersWait()
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

    /// Entry begins at the model's first row; `count` tells, at some cost, how many it will read.
    func entryBegins(_ count: @escaping CountRows) { state.withLock { $0.countRows = count } }

    func read(rows: Int) { state.withLock { $0.rowsRead += rows } }

    func publish(_ counts: RunCounts, _ tiles: [String: RunTileCounts]) {
        state.withLock {
            $0.counts = counts
            $0.tiles = tiles
        }
    }
}
