import Journeys

/// How many came and went, for each tile and day of UTC.
struct SimulationCounts {
    struct Day {
        var entered = 0
        var left = 0
        var delivered = 0
        var failed = 0

        var members: [String: JSON] {
            [
                "entered": .integer(Int64(entered)), "left": .integer(Int64(left)),
                "delivered": .integer(Int64(delivered)), "failed": .integer(Int64(failed)),
            ]
        }

        mutating func add(_ other: Day) {
            entered += other.entered
            left += other.left
            delivered += other.delivered
            failed += other.failed
        }
    }

    struct Tile {
        var days: [Int32: Day] = [:]
        var branches: [Int]
    }

    var tiles: [Tile]
    var completed = 0
    var exited = 0

    init(_ plan: JourneyPlan) {
        tiles = plan.tiles.map { Tile(branches: .init(repeating: 0, count: $0.branches.count)) }
    }

    mutating func change(_ tile: Int, at time: Int64, _ body: (inout Day) -> Void) {
        body(&tiles[tile].days[Timestamp.day(of: time), default: Day()])
    }

    private func total(_ tile: Tile) -> Day { tile.days.values.reduce(into: Day()) { $0.add($1) } }

    var delivered: Int { tiles.reduce(0) { $0 + total($1).delivered } }

    func json(_ plan: JourneyPlan) -> JSON {
        var json: [String: JSON] = [:]
        for (node, tile) in zip(plan.tiles, tiles) {
            var members = total(tile).members
            var branches: [String: JSON] = [:]
            for (name, count) in zip(node.branches, tile.branches) { branches[name] = .integer(Int64(count)) }
            members["branches"] = .object(branches)
            members["days"] = .array(
                tile.days.sorted { $0.key < $1.key }.map { day, counts in
                    .object(counts.members.merging(["date": .string(Timestamp.date(day))]) { $1 })
                })
            json[node.id] = .object(members)
        }
        return .object(json)
    }

    /// - Parameter active: members who are inside at the end.
    func totals(_ plan: JourneyPlan, active: Int) -> JSON {
        [
            "entered": .integer(Int64(total(tiles[plan.entry]).entered)), "completed": .integer(Int64(completed)),
            "exited": .integer(Int64(exited)), "delivered": .integer(Int64(delivered)),
            "failed": .integer(Int64(tiles.reduce(0) { $0 + total($1).failed })), "active": .integer(Int64(active)),
        ]
    }
}
