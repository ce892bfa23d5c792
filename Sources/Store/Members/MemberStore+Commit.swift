import CSQLite
import Journeys
import SQLite

/// Writing: the one way in which members move.
extension MemberStore {
    /// Writes all of `commit` in one transaction, or nothing.
    ///
    /// Rows that are `isNew` are inserted (one that exists already throws), others inserted or replaced. Blocks while another
    /// thread writes to this workspace.
    public func commit(_ commit: MemberCommit, durability: MemberCommit.Durability) throws {
        try write(durability) { database in
            try Self.write(commit.stepKinds, journey: commit.journey, database)
            for rows in commit.rows where rows.count > 0 { try Self.write(rows, journey: commit.journey, database) }
            try Self.write(commit.counters, journey: commit.journey, database)
            if let progress = commit.progress { try Self.write(progress, database) }
        }
    }

    static func write(_ rows: MemberRows, journey: Int32, _ database: Database) throws {
        try rows.withTable { table in
            if rows.reenters {
                try run(Self.keepPastSQL, journey: journey, table, database)
                // Most journeys are far from the limit.
                if rows.entry.contains(where: { $0 > pastEntriesKept + 1 }) {
                    try run(Self.forgetPastSQL, journey: journey, table, database)
                }
            }
            let insert = MemberInsert.fitting(rows, table.pointee)
            try run(insert.sql, journey: journey, table, database) { insert.bind($0, rows, table.pointee) }
            if !rows.isNew, try hasErrors(journey, database) {
                try run(deleteErrorsSQL, journey: journey, table, database)
            }
        }
        if rows.errors.isEmpty { return }
        var exchanges: [ObjectIdentifier: Int64] = [:]
        for (row, error) in rows.errors {
            var exchange: Int64?
            if let shared = error.exchange {
                exchange = try exchanges[ObjectIdentifier(shared)] ?? write(shared, database)
                exchanges[ObjectIdentifier(shared)] = exchange
            }
            try write(error, exchange, of: row, in: rows, journey: journey, database)
        }
    }

    private static func write(_ exchange: MemberExchange, _ database: Database) throws -> Int64 {
        let statement = try database.statement("INSERT INTO exchanges(request, response) VALUES(?, ?) RETURNING n")
        defer { statement.reset() }
        statement.bind(1, exchange.request).bind(2, exchange.response)
        return try statement.step() ? statement.int64(0) : 0
    }

    /// A search in the errors for each row, not the other way round: they may be many more. Who is still to be tried again
    /// (`retry` or `arrived`, after a first attempt) keeps the error of that attempt until there is a newer one: a member that is
    /// held back shows why it is not further. One of another tile is over: the member has left that.
    static let deleteErrorsSQL =
        "DELETE FROM member_errors WHERE journey = ?1 AND key IN "
        + "(SELECT c0 FROM tessera_rows(?2) WHERE NOT (c1 = 0 AND c5 IN (2, 4) AND c8 > 0) OR EXISTS "
        + "(SELECT 1 FROM member_errors e WHERE e.journey = ?1 AND e.key = c0 AND e.tile <> c4))"

    private static func run(
        _ sql: String, journey: Int32, _ table: UnsafePointer<tessera_rows>, _ database: Database,
        bind: (Statement) -> Void = { _ in }
    ) throws {
        let statement = try database.statement(sql)
        // The bound pointer must not outlive the rows that it points to.
        defer { statement.reset() }
        statement.bind(1, Int(journey))
        tessera_rows_bind(statement.handle, 2, table)
        bind(statement)
        try statement.run()
    }

    private static func hasErrors(_ journey: Int32, _ database: Database) throws -> Bool {
        let statement = try database.statement("SELECT 1 FROM member_errors WHERE journey = ? LIMIT 1")
        defer { statement.reset() }
        return try statement.bind(1, Int(journey)).step()
    }

    private static func write(
        _ error: MemberError, _ exchange: Int64?, of row: Int, in rows: MemberRows, journey: Int32,
        _ database: Database
    ) throws {
        let statement = try database.statement(
            """
            INSERT INTO member_errors VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT(journey, key) DO UPDATE SET
                code = excluded.code, message = excluded.message, http_status = excluded.http_status,
                tile = excluded.tile, destination = excluded.destination, attempts = excluded.attempts,
                failed_at = excluded.failed_at, parked = excluded.parked, exchange = excluded.exchange
            """)
        defer { statement.reset() }
        statement.bind(1, Int(journey)).bind(3, error.code).bind(4, error.message).bind(5, error.httpStatus)
            .bind(6, Int(rows.tile[row])).bind(7, error.destinationID).bind(8, Int(rows.attempt[row]))
            .bind(9, error.failedAt).bind(10, rows.state(row) == .parked ? 1 : 0).bind(11, exchange)
        statement.bind(2, borrowedText: rows.key(row))
        try statement.run()
    }

    static func write(_ deltas: CounterDeltas, journey: Int32, _ database: Database) throws {
        let kinds = CounterKind.allCases.count
        for tile in 0..<(deltas.values.count / kinds) {
            let values = deltas.values[(tile * kinds)..<((tile + 1) * kinds)]
            if values.allSatisfy({ $0 == 0 }) { continue }
            let statement = try database.statement(
                """
                INSERT INTO counters VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                active = active + excluded.active, completed = completed + excluded.completed,
                exited = exited + excluded.exited, failed = failed + excluded.failed,
                entered = entered + excluded.entered
                """
            ).bind(1, Int(journey)).bind(2, tile)
            for (index, value) in values.enumerated() { statement.bind(Int32(index + 3), value) }
            try statement.run()
        }
        for branch in deltas.branches where branch.count != 0 {
            try database.statement(
                "INSERT INTO branch_counters VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"
            ).bind(1, Int(journey)).bind(2, Int(branch.tile)).bind(3, branch.name).bind(4, branch.count).run()
        }
    }
}
