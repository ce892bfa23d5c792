import SQLite

/// The ways that members took. Steps are written by `commit`.
extension MemberStore {
    /// Past entries of a member that are kept: older ones go.
    public static let pastEntriesKept = 20

    /// One member with the paths of its entries; nil when the key never entered.
    public func history(_ journey: Int32, key: [UInt8]) throws -> MemberHistory? {
        try read { database in
            // One committed state: a member that moves meanwhile is not shown at two places.
            try database.transaction(immediate: false) {
                guard let rows = try Self.member(journey, key: key, database) else { return nil }
                let columns = "entry, status, reason, tile, attempt, generation, entered_at, left_at, path"
                let present = try Self.entries(
                    "SELECT \(columns) FROM members WHERE journey = ?1 AND key = ?2", journey, key, database)
                let past = try Self.entries(
                    "SELECT \(columns) FROM past_entries WHERE journey = ?1 AND key = ?2 ORDER BY entry DESC", journey,
                    key, database)
                return present.first.map { MemberHistory(rows: rows, present: $0, past: past) }
            }
        }
    }

    /// All kinds of steps that the journey ever had, by number.
    public func stepKinds(_ journey: Int32) throws -> [(number: Int32, kind: StepKind)] {
        try read { database in
            let statement = try database.statement(
                "SELECT tile, branch, plugin, generation, n FROM step_kinds WHERE journey = ? ORDER BY n")
            defer { statement.reset() }
            statement.bind(1, Int(journey))
            var kinds: [(number: Int32, kind: StepKind)] = []
            while try statement.step() { kinds.append((Int32(statement.int(4)), Self.kind(statement))) }
            return kinds
        }
    }

    /// A commit that failed may have handed the same kinds out before.
    static func write(_ kinds: [(number: Int32, kind: StepKind)], journey: Int32, _ database: Database) throws {
        for (number, kind) in kinds {
            try database.statement("INSERT INTO step_kinds VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
                .bind(1, Int(journey)).bind(2, Int(number)).bind(3, Int(kind.tile)).bind(4, kind.branch)
                .bind(5, kind.plugin).bind(6, Int(kind.generation)).run()
        }
    }

    /// What the table has of those who enter again, before they are written over. CROSS JOIN: a search for each.
    static let keepPastSQL = """
        INSERT OR REPLACE INTO past_entries
        SELECT ?1, key, entry, status, reason, tile, attempt, generation, entered_at, left_at, path
        FROM tessera_rows(?2) CROSS JOIN members
        WHERE journey = ?1 AND key = c0 AND entry < c2 AND path IS NOT NULL
        """
    /// Each entry that comes takes one that is too old along.
    static let forgetPastSQL = """
        DELETE FROM past_entries WHERE journey = ?1 AND (key, entry) IN
        (SELECT c0, c2 - \(pastEntriesKept + 1) FROM tessera_rows(?2) WHERE c2 > \(pastEntriesKept + 1))
        """

    static func deletePast(_ journey: Int32, _ range: MemberKeyRange, _ database: Database) throws {
        let statement = try database.statement(
            "DELETE FROM past_entries WHERE journey = ?1 AND key >= ?2 AND key <= ?3")
        statement.bind(1, Int(journey))
        range.bind(statement)
        try statement.run()
    }

    private static func entries(
        _ sql: String, _ journey: Int32, _ key: [UInt8], _ database: Database
    ) throws -> [MemberEntry] {
        let statement = try database.statement(sql)
        defer { statement.reset() }
        return try key.withUnsafeBytes { key in
            statement.bind(1, Int(journey)).bind(2, borrowedText: key)
            var entries: [MemberEntry] = []
            while try statement.step() { entries.append(try entry(statement, journey, database)) }
            return entries
        }
    }

    private static func entry(_ row: Statement, _ journey: Int32, _ database: Database) throws -> MemberEntry {
        var entry = MemberEntry(
            entry: Int32(row.int(0)), status: MemberStatus(rawValue: UInt8(truncatingIfNeeded: row.int(1))) ?? .active,
            reason: ExitReason(rawValue: UInt8(truncatingIfNeeded: row.int(2))) ?? .none, enteredAt: row.int64(6),
            leftAt: row.optionalInt64(7), path: nil)
        guard !row.isNull(8) else { return entry }
        var steps: [MemberEntry.Step] = []
        for step in EncodedStep.decode(row.bytes(8), enteredAt: entry.enteredAt) {
            let kind = try kind(step.kind, journey, database)
            steps.append(
                MemberEntry.Step(
                    tile: kind.tile, arrivedAt: steps.last?.leftAt ?? entry.enteredAt, leftAt: step.leftAt,
                    branch: kind.branch, attempts: step.attempts, plugin: kind.plugin, generation: kind.generation))
        }
        // Who completed by a branch without an edge has left by it; all others are, or ended, where the row says.
        if entry.status != .completed || entry.reason != .none {
            steps.append(
                MemberEntry.Step(
                    tile: Int32(row.int(3)), arrivedAt: steps.last?.leftAt ?? entry.enteredAt, leftAt: entry.leftAt,
                    branch: nil, attempts: max(0, Int32(row.int(4))), plugin: nil, generation: Int32(row.int(5))))
        }
        entry.path = steps
        return entry
    }

    private static func kind(_ number: Int32, _ journey: Int32, _ database: Database) throws -> StepKind {
        let statement = try database.statement(
            "SELECT tile, branch, plugin, generation FROM step_kinds WHERE journey = ? AND n = ?")
        defer { statement.reset() }
        let isKnown = try statement.bind(1, Int(journey)).bind(2, Int(number)).step()
        return isKnown ? kind(statement) : StepKind(tile: 0, branch: nil, plugin: "", generation: 0)
    }

    private static func kind(_ row: Statement) -> StepKind {
        StepKind(
            tile: Int32(row.int(0)), branch: row.optionalString(1), plugin: row.string(2), generation: Int32(row.int(3))
        )
    }
}
