/// What a call of a tile brings beside the batch.
public struct CallContext: Sendable {
    public var workspaceID: String
    public var journeyID: String
    public var runID: String
    public var tileID: String
    /// The time of this call, microseconds since 1970 UTC as all times.
    public var nowUs: Int64
    /// The start of the run: relative dates count from it.
    public var runAtUs: Int64
    /// After it rows that were not reported are unknown, and the sink hears `timedOut`. In the host clock's time.
    public var deadlineUs: Int64
    /// Do everything but the effect. Only for types with `supportsDryRun`.
    public var dryRun: Bool
    /// Whether the run was paused or cancelled; asked from any thread until the call has ended.
    public var cancelled: @Sendable () -> Bool

    public init(
        workspaceID: String, journeyID: String, runID: String, tileID: String, nowUs: Int64, runAtUs: Int64,
        deadlineUs: Int64, dryRun: Bool = false, cancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.workspaceID = workspaceID
        self.journeyID = journeyID
        self.runID = runID
        self.tileID = tileID
        self.nowUs = nowUs
        self.runAtUs = runAtUs
        self.deadlineUs = deadlineUs
        self.dryRun = dryRun
        self.cancelled = cancelled
    }
}
