import Journeys
import Testing

/// `members/<workspace>.db` seen with the sqlite3 program: counted one by one, not by the counters that Tessera keeps.
struct MembersFile {
    let path: String

    init(_ gateway: InstalledGateway) throws {
        path = try SQLiteProgram.copy(of: "\(gateway.data)/members/\(gateway.workspace).db", in: gateway.folder)
    }

    /// The members that stand at a tile with side effects, their outcome not committed.
    func inFlight() throws -> [String] {
        try SQLiteProgram.lines(path, "SELECT key FROM members WHERE status = 0 AND state = 4 ORDER BY key")
    }

    /// Members by tile, status and state, as `tile|status|state|count`.
    func census() throws -> [String] {
        try SQLiteProgram.lines(
            path,
            """
            SELECT t.tile_id, m.status, m.state, count(*) FROM members m
            JOIN tiles t ON t.journey = m.journey AND t.n = m.tile GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """)
    }

    /// Where the counters say something else than a full count of the members.
    func wrongCounters() throws -> [String] {
        try SQLiteProgram.lines(
            path,
            """
            WITH counted AS (
              SELECT journey, tile, sum(status = 0) AS active, sum(status = 1) AS completed,
                     sum(status = 2) AS exited, sum(status = 0 AND state = 3) AS failed
              FROM members GROUP BY journey, tile)
            SELECT t.tile_id, c.active, n.active, c.completed, n.completed, c.exited, n.exited, c.failed, n.failed
            FROM tiles t LEFT JOIN counters c ON c.journey = t.journey AND c.tile = t.n
                         LEFT JOIN counted n ON n.journey = t.journey AND n.tile = t.n
            WHERE ifnull(c.active, 0) <> ifnull(n.active, 0) OR ifnull(c.completed, 0) <> ifnull(n.completed, 0)
               OR ifnull(c.exited, 0) <> ifnull(n.exited, 0) OR ifnull(c.failed, 0) <> ifnull(n.failed, 0)
            """)
    }
}
