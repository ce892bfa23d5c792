/// One transaction on the members of one journey: rows, what they change in the counters, and how far the run is.
///
/// Eight batches of 8,192 rows make a good one. All of it is written or nothing.
public struct MemberCommit: Sendable {
    public enum Durability: Sendable {
        /// On disk when `commit` returns: it survives power loss, and so does every commit before it.
        case full
        /// Survives the end of the process; power loss may undo it, never in part. For movement without side effects.
        case normal
    }

    /// The journey's number (`MemberStore.journeyNumber`).
    public var journey: Int32
    /// Written in this order. A key may come again in later rows.
    public var rows: [MemberRows]
    public var counters: CounterDeltas
    /// Kinds of steps that the rows have and the journey has not had before, with their numbers.
    public var stepKinds: [(number: Int32, kind: StepKind)]
    /// The run's progress after this commit; replaces what was stored.
    public var progress: RunProgress?

    public init(
        journey: Int32, rows: [MemberRows] = [], counters: CounterDeltas = CounterDeltas(),
        stepKinds: [(number: Int32, kind: StepKind)] = [], progress: RunProgress? = nil
    ) {
        self.journey = journey
        self.rows = rows
        self.counters = counters
        self.stepKinds = stepKinds
        self.progress = progress
    }
}
