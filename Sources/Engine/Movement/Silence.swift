import Glibc

/// How long tiles have said nothing about their calls in flight, in real time: a destination stands still in that, whatever
/// clock the journey goes by.
struct Silence {
    /// When each tile was last heard of, or called after a rest; nil when nothing is asked of it.
    private var since: [Int64?]

    init(tiles: Int) { since = .init(repeating: nil, count: tiles) }

    /// The tile was called: from now on something may be expected of it.
    mutating func called(_ tile: Int) { if since[tile] == nil { since[tile] = Silence.now } }

    /// The tile has reported something.
    mutating func heard(_ tile: Int) { since[tile] = Silence.now }

    /// None of the tile's calls is in flight.
    mutating func rests(_ tile: Int) { since[tile] = nil }

    /// Microseconds since the tile was last heard of; nil while nothing is asked of it.
    func duration(_ tile: Int) -> Int64? { since[tile].map { Silence.now - $0 } }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

extension Mover {
    /// Takes members off that wait for a tile that stands still, of the one with the most. They come back after as long as
    /// it has been silent, from five seconds to a minute: one that is dead for hours is asked seldom, and the others' members
    /// are not held up again and again.
    /// - Parameter limit: microseconds of silence after which a tile stands still.
    /// - Returns: false when none does.
    func shelve(after limit: Int64) -> Bool {
        // In virtual time nobody stands still, and a busy machine must not change when members move.
        if call.rehearsal != nil { return false }
        func waiting(_ tile: Int) -> Int { staged[tile].dropFirst(admitted[tile]).reduce(0) { $0 + $1.rows.count } }
        let still = staged.indices.filter { tile in
            staged[tile].count > admitted[tile] && silence.duration(tile).map { $0 >= limit } == true
        }
        guard let tile = still.max(by: { waiting($0) < waiting($1) }), let silent = silence.duration(tile) else {
            return false
        }
        shelve(tile, until: clock.now() + min(max(silent, 5_000_000), 60_000_000))
        return true
    }
}
