import Journeys
import SQLite

extension ControlReader {
    private static let runColumns = """
        id, workspace_id, journey_id, journey_version, status, trigger, error, counts, tiles, started_at, finished_at, \
        created_at, created_by, owner_id, fence, traceparent
        """

    /// The last runs of a journey, newest first: 50 as the API shows them.
    public func runs(workspaceID: String, journeyID: String, limit: Int = 50) throws -> [RunRecord] {
        try connection.rows(
            "SELECT \(Self.runColumns) FROM runs WHERE journey_id = ?1 AND workspace_id = ?2 ORDER BY n DESC LIMIT ?3",
            { $0.bind(1, journeyID).bind(2, workspaceID).bind(3, limit) }, Self.run)
    }

    /// The runs of a journey that a query asks for, newest first unless it says otherwise.
    public func runs(workspaceID: String, journeyID: String, _ query: RunQuery) throws -> [RunRecord] {
        // Names of our own, so they may stand in the text.
        func condition(_ column: String, _ names: [String]) -> String {
            names.isEmpty ? "" : " AND \(column) IN (\(names.sorted().map { "'\($0)'" }.joined(separator: ", ")))"
        }
        let (direction, after) = query.isAscending ? ("ASC", ">") : ("DESC", "<")
        // Runs go with their journey only: the row of one that was listed is there.
        let place = query.after == nil ? "" : " AND n \(after) (SELECT n FROM runs WHERE id = ?4 AND journey_id = ?1)"
        return try connection.rows(
            """
            SELECT \(Self.runColumns) FROM runs WHERE journey_id = ?1 AND workspace_id = ?2\(place)\
            \(condition("status", query.statuses.map(\.rawValue)))\(condition("trigger", query.triggers.map(\.rawValue))) \
            ORDER BY n \(direction) LIMIT ?3
            """,
            {
                $0.bind(1, journeyID).bind(2, workspaceID).bind(3, query.limit)
                if let id = query.after { $0.bind(4, id) }
            }, Self.run)
    }

    /// The status of a run of a journey; nil when there is none such.
    public func runStatus(workspaceID: String, journeyID: String, id: String) throws -> RunStatus? {
        try connection.first(
            "SELECT status FROM runs WHERE id = ?1 AND journey_id = ?2 AND workspace_id = ?3",
            { $0.bind(1, id).bind(2, journeyID).bind(3, workspaceID) }
        ) { try $0.value(0, "the status of run \(id)") }
    }

    /// The ids and statuses of the last runs of a journey, newest first: much cheaper than the runs.
    public func runStatuses(workspaceID: String, journeyID: String, limit: Int) throws -> [(
        id: String, status: RunStatus
    )] {
        try connection.rows(
            "SELECT id, status FROM runs WHERE journey_id = ?1 AND workspace_id = ?2 ORDER BY n DESC LIMIT ?3",
            { $0.bind(1, journeyID).bind(2, workspaceID).bind(3, limit) }
        ) { (id: $0.string(0), status: try $0.value(1, "the status of run \($0.string(0))")) }
    }

    /// A run; of another journey's it is nil when `journeyID` is given.
    public func run(workspaceID: String, journeyID: String? = nil, id: String) throws -> RunRecord? {
        try connection.first(
            """
            SELECT \(Self.runColumns) FROM runs
            WHERE id = ?1 AND workspace_id = ?2 AND journey_id = coalesce(?3, journey_id)
            """, { $0.bind(1, id).bind(2, workspaceID).bind(3, journeyID) }, Self.run)
    }

    /// The versions of a journey that runs may have moved members by since the last completed one: that one's first, then
    /// those of runs that have begun since then, the newest first.
    /// - Parameter runID: of a run that does not count.
    public func workedVersions(workspaceID: String, journeyID: String, besides runID: String? = nil) throws -> [Int] {
        try connection.rows(
            """
            WITH begun AS (
                SELECT n, journey_version AS version, status = 'completed' AS is_completed FROM runs
                WHERE journey_id = ?1 AND workspace_id = ?2 AND id IS NOT ?3 AND started_at IS NOT NULL),
            last AS (SELECT coalesce((SELECT n FROM begun WHERE is_completed ORDER BY n DESC LIMIT 1), 0) AS n)
            SELECT version FROM begun WHERE n >= (SELECT n FROM last)
            GROUP BY version ORDER BY max(is_completed) DESC, max(n) DESC
            """, { $0.bind(1, journeyID).bind(2, workspaceID).bind(3, runID) }
        ) { $0.int(0) }
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
            ownerID: row.optionalString(13), fence: row.int(14), traceparent: row.string(15))
    }
}
