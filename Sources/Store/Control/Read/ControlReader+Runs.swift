import Journeys
import SQLite

extension ControlReader {
    private static let runColumns = """
        id, workspace_id, journey_id, journey_version, status, trigger, error, counts, tiles, started_at, finished_at, \
        created_at, created_by, owner_id, fence
        """

    /// The last runs of a journey, newest first: 50 as the API shows them.
    public func runs(workspaceID: String, journeyID: String, limit: Int = 50) throws -> [RunRecord] {
        try connection.rows(
            "SELECT \(Self.runColumns) FROM runs WHERE journey_id = ?1 AND workspace_id = ?2 ORDER BY n DESC LIMIT ?3",
            { $0.bind(1, journeyID).bind(2, workspaceID).bind(3, limit) }, Self.run)
    }

    /// A run; of another journey's it is nil when `journeyID` is given.
    public func run(workspaceID: String, journeyID: String? = nil, id: String) throws -> RunRecord? {
        try connection.first(
            """
            SELECT \(Self.runColumns) FROM runs
            WHERE id = ?1 AND workspace_id = ?2 AND journey_id = coalesce(?3, journey_id)
            """, { $0.bind(1, id).bind(2, workspaceID).bind(3, journeyID) }, Self.run)
    }

    /// The queued and running runs of all workspaces, oldest first, for start-up.
    public func unfinishedRuns() throws -> [RunRecord] {
        try connection.rows(
            "SELECT \(Self.runColumns) FROM runs WHERE status IN ('queued', 'running') ORDER BY n", { _ in }, Self.run)
    }

    /// The queued and running runs of a journey, oldest first.
    public func unfinishedRuns(workspaceID: String, journeyID: String) throws -> [RunRecord] {
        try connection.rows(
            """
            SELECT \(Self.runColumns) FROM runs
            WHERE journey_id = ?1 AND workspace_id = ?2 AND status IN ('queued', 'running') ORDER BY n
            """, { $0.bind(1, journeyID).bind(2, workspaceID) }, Self.run)
    }

    private static func run(_ row: Statement) throws -> RunRecord {
        let id = row.string(0)
        let tiles = try row.json(8, "the tiles of run \(id)").objectValue ?? [:]
        return RunRecord(
            id: id, workspaceID: row.string(1), journeyID: row.string(2), journeyVersion: row.int(3),
            status: try row.value(4, "the status of run \(id)"), trigger: try row.value(5, "the trigger of run \(id)"),
            error: row.string(6), counts: RunCounts(json: try row.json(7, "the counts of run \(id)")),
            tiles: tiles.mapValues(RunTileCounts.init(json:)), startedAt: row.optionalInt64(9),
            finishedAt: row.optionalInt64(10), createdAt: row.int64(11), createdBy: row.string(12),
            ownerID: row.optionalString(13), fence: row.int(14))
    }
}
