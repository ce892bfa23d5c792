import Store

/// What has happened at the tiles of a run. One tally collects what the next commit carries, another the run's totals.
struct Tally: Sendable {
    struct Tile: Sendable, Hashable {
        var arrived = 0
        var left = 0
        var waiting = 0
        var failed = 0
        var branches: [Int]
        var generations: Set<Int32> = []
    }

    var tiles: [Tile]
    var entered = 0
    var moved = 0
    var waiting = 0
    var completed = 0
    var exited = 0
    var failed = 0
    var delivered = 0
    var skipped = 0

    /// - Parameter branches: number of branches of each tile.
    init(branches: [Int]) { tiles = branches.map { Tile(branches: .init(repeating: 0, count: $0)) } }

    mutating func add(_ other: Tally) {
        for index in tiles.indices {
            tiles[index].arrived += other.tiles[index].arrived
            tiles[index].left += other.tiles[index].left
            tiles[index].waiting += other.tiles[index].waiting
            tiles[index].failed += other.tiles[index].failed
            for branch in tiles[index].branches.indices {
                tiles[index].branches[branch] += other.tiles[index].branches[branch]
            }
            tiles[index].generations.formUnion(other.tiles[index].generations)
        }
        entered += other.entered
        moved += other.moved
        waiting += other.waiting
        completed += other.completed
        exited += other.exited
        failed += other.failed
        delivered += other.delivered
        skipped += other.skipped
    }
}

extension Tally {
    /// As the API shows a run's counts.
    var counts: RunCounts {
        var counts = RunCounts()
        counts.entered = entered
        counts.moved = moved
        counts.waiting = waiting
        counts.completed = completed
        counts.exited = exited
        counts.failed = failed
        counts.delivered = delivered
        counts.skipped = skipped
        return counts
    }

    func tileCounts(_ index: Int) -> RunTileCounts {
        var counts = RunTileCounts()
        counts.in = tiles[index].arrived
        counts.out = tiles[index].left
        counts.waiting = tiles[index].waiting
        counts.failed = tiles[index].failed
        counts.generations = tiles[index].generations.sorted().map(Int.init)
        return counts
    }

    /// Takes up the totals of a run that was interrupted.
    mutating func restore(_ progress: RunProgress, tileNumbers: [Int32]) {
        entered = progress.counts.entered
        moved = progress.counts.moved
        waiting = progress.counts.waiting
        completed = progress.counts.completed
        exited = progress.counts.exited
        failed = progress.counts.failed
        delivered = progress.counts.delivered
        skipped = progress.counts.skipped
        for (index, number) in tileNumbers.enumerated() {
            guard let stored = progress.tiles[number] else { continue }
            tiles[index].arrived = stored.in
            tiles[index].left = stored.out
            tiles[index].waiting = stored.waiting
            tiles[index].failed = stored.failed
            tiles[index].generations = Set(stored.generations.map(Int32.init(truncatingIfNeeded:)))
        }
    }
}
