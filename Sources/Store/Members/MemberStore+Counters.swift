import SQLite

/// Counters are moved by the transactions that move members; reading them costs the same at any number of members.
extension MemberStore {
    /// The counters of a journey, from one committed state.
    public func stats(_ journey: Int32) throws -> JourneyStats {
        try read { database in try database.transaction(immediate: false) { try Self.stats(journey, database) } }
    }

    /// Members inside the journey now.
    public func countActive(_ journey: Int32) throws -> Int {
        try read { database in
            let statement = try database.statement("SELECT coalesce(sum(active), 0) FROM counters WHERE journey = ?")
            defer { statement.reset() }
            return try statement.bind(1, Int(journey)).step() ? statement.int(0) : 0
        }
    }

    private static func stats(_ journey: Int32, _ database: Database) throws -> JourneyStats {
        var tiles = try tiles(journey, database).map { TileStats(tile: $0.number, tileID: $0.id) }
        let counters = try database.statement(
            "SELECT tile, active, completed, exited, failed, entered FROM counters WHERE journey = ? ORDER BY tile")
        defer { counters.reset() }
        counters.bind(1, Int(journey))
        while try counters.step() {
            let index = place(of: Int32(counters.int(0)), in: &tiles)
            tiles[index].active = counters.int(1)
            tiles[index].completed = counters.int(2)
            tiles[index].exited = counters.int(3)
            tiles[index].failed = counters.int(4)
            tiles[index].entered = counters.int(5)
        }
        let branches = try database.statement(
            "SELECT tile, branch, n FROM branch_counters WHERE journey = ? ORDER BY tile, branch")
        defer { branches.reset() }
        branches.bind(1, Int(journey))
        while try branches.step() {
            let index = place(of: Int32(branches.int(0)), in: &tiles)
            tiles[index].branches.append(TileStats.Branch(name: branches.string(1), count: branches.int(2)))
        }
        return JourneyStats(tiles: tiles)
    }

    private static func place(of tile: Int32, in tiles: inout [TileStats]) -> Int {
        if let known = tiles.firstIndex(where: { $0.tile == tile }) { return known }
        tiles.append(TileStats(tile: tile))
        return tiles.count - 1
    }

    /// Compares the counters with a count of all members: for tests and for an operator's doubt, since it reads every row.
    /// - Returns: a line for each counter that is wrong; empty when all are right.
    public func verifyCounters(_ journey: Int32) throws -> [String] {
        try read { database in
            try database.transaction(immediate: false) {
                var wrong = CounterDeltas()
                for tile in try Self.stats(journey, database).tiles {
                    wrong.add(tile: tile.tile, .active, by: tile.active)
                    wrong.add(tile: tile.tile, .completed, by: tile.completed)
                    wrong.add(tile: tile.tile, .exited, by: tile.exited)
                    wrong.add(tile: tile.tile, .failed, by: tile.failed)
                }
                try Self.count(journey, by: -1, into: &wrong, database, where: "")
                return (0..<Int32(wrong.values.count / CounterKind.allCases.count)).flatMap { tile in
                    CounterKind.allCases.compactMap { kind in
                        let difference = wrong.value(tile: tile, kind)
                        return difference == 0 ? nil : "tile \(tile): \(kind) is \(difference) too many"
                    }
                }
            }
        }
    }

    /// Adds `sign` for each of a journey's members that `condition` (SQL, beginning with AND, or empty) selects.
    static func count(
        _ journey: Int32, by sign: Int, into deltas: inout CounterDeltas, _ database: Database,
        where condition: String, bind: (Statement) -> Void = { _ in }
    ) throws {
        let statement = try database.statement(
            """
            SELECT tile, status, state, count(*) FROM members WHERE journey = ?1 \(condition)
            GROUP BY tile, status, state
            """)
        defer { statement.reset() }
        statement.bind(1, Int(journey))
        bind(statement)
        while try statement.step() {
            deltas.count(
                tile: Int32(statement.int(0)),
                status: MemberStatus(rawValue: UInt8(truncatingIfNeeded: statement.int(1))) ?? .active,
                state: MemberState(rawValue: UInt8(truncatingIfNeeded: statement.int(2))) ?? .none,
                by: sign * statement.int(3))
        }
    }
}
