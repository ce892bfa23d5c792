import SQLite

/// What people do to members. Counters are right after each call; errors of members that leave go with them.
///
/// Single changes are durable (FULL) when they return. Bulk work comes in steps, each a transaction of its own, so that
/// runs of other journeys get their turn between.
extension MemberStore {
    /// Makes the active members among the next `limit` rows leave as `exited` with that reason, at the store's clock.
    /// - Parameter cursor: nil for the first step, then what the last one gave. After a crash begin with nil again.
    /// - Returns: how many left, and the cursor of the next step; nil when all are out.
    public func exitAll(
        _ journey: Int32, reason: ExitReason, after cursor: [UInt8]? = nil, limit: Int = 10_000
    ) throws -> (exited: Int, next: [UInt8]?) {
        try write(.normal) { database in
            guard let range = try Self.range(journey, after: cursor, limit: limit, database) else { return (0, nil) }
            var deltas = CounterDeltas()
            try Self.count(
                journey, by: -1, into: &deltas, database, where: "AND key >= ?2 AND key <= ?3 AND status = 0",
                bind: range.bind)
            let statement = try database.statement(
                """
                UPDATE members SET status = 2, state = 0, wake = NULL, left_at = ?4, reason = ?5
                WHERE journey = ?1 AND key >= ?2 AND key <= ?3 AND status = 0
                """
            ).bind(1, Int(journey)).bind(4, clock.now()).bind(5, Int(reason.rawValue))
            range.bind(statement)
            try statement.run()
            let exited = database.changes
            for tile in 0..<Int32(deltas.values.count / CounterKind.allCases.count) {
                deltas.add(tile: tile, .exited, by: -deltas.value(tile: tile, .active))
            }
            try Self.write(deltas, journey: journey, database)
            try Self.deleteErrors(journey, range, database)
            return (exited, range.isLast ? nil : range.last)
        }
    }

    /// Makes one active member leave as `exited`.
    /// - Parameter unlessUnderWay: not one whose outcome at a tile with side effects is awaited: a run would write it over.
    /// - Returns: false when it is not active (or was never there), or under way: nothing changes then.
    @discardableResult
    public func setExited(
        _ journey: Int32, key: [UInt8], reason: ExitReason, unlessUnderWay: Bool = false
    ) throws -> Bool {
        try change(journey, key: key) { rows in
            guard rows.status(0) == .active, !unlessUnderWay || rows.state(0) != .arrived else { return false }
            rows.setStatus(0, .exited)
            rows.setState(0, .none)
            rows.setReason(0, reason)
            rows.wake[0] = MemberRows.noTime
            rows.leftAt[0] = clock.now()
            return true
        }
    }

    /// Removes a journey's members, paths, counters, tiles and runs, members by up to `limit` rows a call.
    /// - Returns: whether there is more to remove: call again. At the end all of it is on the disk: who comes back after that has
    ///   no journey that could be removed again.
    public func deleteJourney(_ journey: Int32, limit: Int = 10_000) throws -> Bool {
        if try deleteMembers(journey, limit: limit) { return true }
        try write(.full) { database in
            for table in ["counters", "branch_counters", "run_progress", "tiles", "step_kinds", "pauses"] {
                try database.statement("DELETE FROM \(table) WHERE journey = ?").bind(1, Int(journey)).run()
            }
            try database.statement("DELETE FROM journeys WHERE n = ?").bind(1, Int(journey)).run()
        }
        return false
    }

    private func deleteMembers(_ journey: Int32, limit: Int) throws -> Bool {
        try write(.normal) { database in
            guard let range = try Self.range(journey, after: nil, limit: limit, database) else { return false }
            var deltas = CounterDeltas()
            let condition = "AND key >= ?2 AND key <= ?3"
            try Self.count(journey, by: -1, into: &deltas, database, where: condition, bind: range.bind)
            let statement = try database.statement("DELETE FROM members WHERE journey = ?1 \(condition)")
            statement.bind(1, Int(journey))
            range.bind(statement)
            try statement.run()
            try Self.write(deltas, journey: journey, database)
            try Self.deleteErrors(journey, range, database)
            try Self.deletePast(journey, range, database)
            return !range.isLast
        }
    }

    /// Reads one member, lets `body` change it, and writes it and the counters.
    private func change(_ journey: Int32, key: [UInt8], _ body: (MemberRows) -> Bool) throws -> Bool {
        try write(.full) { database in
            let rows = MemberRows()
            let statement = try database.statement(
                "SELECT \(Self.allColumns) FROM members WHERE journey = ?1 AND key = ?2")
            let found = try key.withUnsafeBytes { key in
                defer { statement.reset() }
                statement.bind(1, Int(journey)).bind(2, borrowedText: key)
                guard try statement.step() else { return false }
                rows.append(statement)
                return true
            }
            guard found else { return false }
            var deltas = CounterDeltas()
            deltas.count(tile: rows.tile[0], status: rows.status(0), state: rows.state(0), by: -1)
            guard body(rows) else { return false }
            deltas.count(tile: rows.tile[0], status: rows.status(0), state: rows.state(0), by: 1)
            try Self.write(rows, journey: journey, database)
            try Self.write(deltas, journey: journey, database)
            return true
        }
    }
}
