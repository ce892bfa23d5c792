/// How far a run is, kept beside the members and moved with them: what a restart goes on from.
public struct RunProgress: Sendable, Equatable {
    public var runID: String
    /// The journey's number.
    public var journey: Int32
    /// The engine's own numbering.
    public var phase: Int
    /// Where in the phase: a member key, as the engine means it.
    public var cursor: [UInt8]?
    public var counts: RunCounts
    /// By tile number.
    public var tiles: [Int32: RunTileCounts]

    public init(
        runID: String, journey: Int32, phase: Int = 0, cursor: [UInt8]? = nil, counts: RunCounts = RunCounts(),
        tiles: [Int32: RunTileCounts] = [:]
    ) {
        self.runID = runID
        self.journey = journey
        self.phase = phase
        self.cursor = cursor
        self.counts = counts
        self.tiles = tiles
    }
}
