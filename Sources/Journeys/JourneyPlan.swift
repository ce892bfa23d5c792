/// A valid graph, resolved: what the engine walks.
public struct JourneyPlan: Sendable, Hashable {
    /// One tile with its branches bound.
    public struct TileNode: Sendable, Hashable {
        public var id: String
        /// Its place in the journey's `tiles` and in the plan's.
        public var index: Int
        public var role: TileRole
        public var sideEffects: Bool
        /// As in the tile's shape; outcomes carry indices into it.
        public var branches: [String]
        /// For each branch the index of the tile it leads to; nil: the end of the journey.
        public var next: [Int?]

        public init(
            id: String, index: Int, role: TileRole, sideEffects: Bool, branches: [String], next: [Int?]
        ) {
            self.id = id
            self.index = index
            self.role = role
            self.sideEffects = sideEffects
            self.branches = branches
            self.next = next
        }
    }

    /// In the order of the journey's `tiles`.
    public var tiles: [TileNode]
    /// Tile indices so that every tile comes after all that lead to it; the same for the same journey.
    public var order: [Int]
    /// The index of the entry tile.
    public var entry: Int

    public init(tiles: [TileNode], order: [Int], entry: Int) {
        self.tiles = tiles
        self.order = order
        self.entry = entry
    }
}
