/// The counters of one tile: members by where they are now, and cumulative arrivals and departures.
public struct TileStats: Sendable, Equatable {
    /// The tile's number and id; 0 and "" for a journey's total.
    public var tile: Int32
    public var tileID: String
    public var active = 0
    public var completed = 0
    public var exited = 0
    /// Part of `active`: parked with an error.
    public var failed = 0
    public var entered = 0
    /// Departures by branch, by name in byte order.
    public var branches: [Branch] = []

    public struct Branch: Sendable, Equatable {
        public var name: String
        public var count: Int
    }

    init(tile: Int32 = 0, tileID: String = "") {
        self.tile = tile
        self.tileID = tileID
    }
}

/// A journey's counters. Tiles are in the order of their numbers; tiles that nobody reached may be absent, tiles that an
/// update removed may be present.
public struct JourneyStats: Sendable, Equatable {
    public var tiles: [TileStats]

    /// Sums over all tiles; `entered` and `branches` make no sense there and are left empty.
    public var total: TileStats {
        tiles.reduce(into: TileStats()) { total, tile in
            total.active += tile.active
            total.completed += tile.completed
            total.exited += tile.exited
            total.failed += tile.failed
        }
    }

    /// A tile's counters; all zero when nobody reached it.
    public func tile(_ id: String) -> TileStats {
        tiles.first { $0.tileID.utf8.elementsEqual(id.utf8) } ?? TileStats(tileID: id)
    }
}
