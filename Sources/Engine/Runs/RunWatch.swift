import Store

/// A run as it is at a moment, for those who watch it go.
public struct RunSnapshot: Sendable {
    public var run: RunRecord
    /// Rows of the model that entry has read so far; nil where entry does not read it from its first row on.
    public var rowsRead: Int?
}

extension Engine {
    /// The run with its counts as they are at this moment, and how far entry is; nil unless it goes on here. Any thread.
    public func watch(_ run: RunRecord) -> RunSnapshot? {
        guard let control = queue.running(run.journeyID), control.runID == run.id else { return nil }
        let rowsRead = control.state.withLock { $0.countRows == nil ? nil : $0.rowsRead }
        return RunSnapshot(run: live(run), rowsRead: rowsRead)
    }

    /// Whether the run is at work here: it may be until a moment after its end was stored. Any thread.
    public func isAtWork(journeyID: String, runID: String) -> Bool { queue.running(journeyID)?.runID == runID }

    /// How many rows of the model entry will read in all; nil when that is not known, or can't be counted within ten
    /// seconds. Costs a count of the model's rows: never on a reactor.
    /// - Parameter cancelled: asked often while it counts: whether nobody wants to know any more.
    public func rowsToRead(journeyID: String, runID: String, cancelled: @escaping () -> Bool) -> Int? {
        guard let control = queue.running(journeyID), control.runID == runID,
            let count = control.state.withLock({ $0.countRows })
        else { return nil }
        return try? count(cancelled)
    }
}
