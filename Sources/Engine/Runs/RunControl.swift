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

    func publish(_ counts: RunCounts, _ tiles: [String: RunTileCounts]) {
        state.withLock {
            $0.counts = counts
            $0.tiles = tiles
        }
    }
}
