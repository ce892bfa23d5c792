import Journeys
import SQLite

extension ControlReader {
    private static let headColumns = """
        j.id, j.workspace_id, j.version, j.name, j.parent_model_id, j.schedule, j.status, j.status_error, \
        j.status_change, j.created_by, j.created_at, j.updated_at, j.last_run_id, j.last_run_at
        """
    private static let tables = "journeys j JOIN journey_versions v ON v.n = j.n * 1048576 + j.version"
    private static let select = "SELECT \(headColumns), v.definition FROM \(tables)"

    public func journey(workspaceID: String, id: String) throws -> JourneyRecord? {
        try connection.first(
            "\(Self.select) WHERE j.id = ?1 AND j.workspace_id = ?2 AND j.deleted_at IS NULL",
            { $0.bind(1, id).bind(2, workspaceID) }, Self.journey)
    }

    /// The journey without its definition, which is costly to parse.
    public func journeyHead(workspaceID: String, id: String) throws -> JourneyHead? {
        try connection.first(
            "SELECT \(Self.headColumns) FROM journeys j WHERE j.id = ?1 AND j.workspace_id = ?2 AND j.deleted_at IS NULL",
            { $0.bind(1, id).bind(2, workspaceID) }, Self.head)
    }

    /// The journeys of a workspace that a query asks for.
    public func journeys(
        workspaceID: String, _ query: ListQuery = ListQuery()
    ) throws -> Listing<JourneyRecord> {
        let statement = Self.listStatement(query, workspaceID)
        let (sql, bind) = Self.list("\(Self.headColumns), v.definition", statement)
        var bytes = 0
        var items = try connection.rows(sql, bind) { row in
            bytes += row.textBytes
            try query.expect(bytes)
            return try Self.journey(row)
        }
        let next = statement.next(&items) { $0.place($1) }
        return Listing(items: items, total: try total(of: "journeys j", query, statement) ?? items.count, next: next)
    }

    /// The journeys of a workspace that have this name.
    public func journeys(workspaceID: String, named name: String) throws -> [JourneyRecord] {
        try connection.rows(
            "\(Self.select) WHERE j.workspace_id = ?1 AND j.name = ?2 AND j.deleted_at IS NULL ORDER BY j.n",
            { $0.bind(1, workspaceID).bind(2, name) }, Self.journey)
    }

    static func listStatement(_ query: ListQuery, _ workspaceID: String) -> ListStatement {
        ListStatement(query, .workspace(workspaceID), prefix: "j.", fixed: "j.deleted_at IS NULL")
    }

    /// The rows are chosen and put in order before their definitions are joined: those would all go through the sorter.
    static func list(_ columns: String, _ statement: ListStatement) -> (sql: String, bind: (Statement) -> Void) {
        let (end, bind) = statement.rows()
        if statement.isInOrderOfRows { return ("SELECT \(columns) FROM \(tables) \(end)", bind) }
        return (
            """
            SELECT \(columns) FROM (SELECT j.n FROM journeys j \(end)) part JOIN journeys j ON j.n = part.n
            JOIN journey_versions v ON v.n = j.n * 1048576 + j.version ORDER BY \(statement.order)
            """, bind
        )
    }

    /// The journeys of all workspaces that have one of these statuses, for start-up and the scheduler. Cheap without
    /// draft and archived, which are most.
    public func journeys(status: Set<JourneyStatus>) throws -> [JourneyRecord] {
        try connection.rows("\(Self.select) WHERE \(Self.condition(status)) ORDER BY j.n", { _ in }, Self.journey)
    }

    /// The same without definitions.
    public func journeyHeads(status: Set<JourneyStatus>) throws -> [JourneyHead] {
        try connection.rows(
            "SELECT \(Self.headColumns) FROM journeys j WHERE \(Self.condition(status)) ORDER BY j.n", { _ in },
            Self.head)
    }

    // MARK: What uses what

    /// The journeys over this parent model that have one of these statuses.
    public func journeys(
        workspaceID: String, usingModel modelID: String, status: Set<JourneyStatus>
    ) throws -> [JourneyHead] {
        try users(workspaceID, "j.parent_model_id = ?2", modelID, status)
    }

    /// The journeys over a model of this source that have one of these statuses.
    public func journeys(
        workspaceID: String, usingSource sourceID: String, status: Set<JourneyStatus>
    ) throws -> [JourneyHead] {
        try users(
            workspaceID, "j.parent_model_id IN (SELECT id FROM models WHERE source_id = ?2 AND workspace_id = ?1)",
            sourceID, status)
    }

    /// The journeys whose present definition holds this id anywhere in its text and that have one of these statuses: few
    /// to look at with the tile types' schemas, which alone know whether it stands in a field for destinations.
    public func journeys(
        workspaceID: String, mentioning id: String, status: Set<JourneyStatus>
    ) throws -> [JourneyRecord] {
        try connection.rows(
            """
            \(Self.select) WHERE j.workspace_id = ?1 AND instr(lower(v.definition), lower(?2)) > 0
                AND \(Self.condition(status)) ORDER BY j.n
            """, { $0.bind(1, workspaceID).bind(2, id) }, Self.journey)
    }

    private func users(
        _ workspaceID: String, _ condition: String, _ id: String, _ status: Set<JourneyStatus>
    ) throws -> [JourneyHead] {
        try connection.rows(
            """
            SELECT \(Self.headColumns) FROM journeys j
            WHERE j.workspace_id = ?1 AND \(condition) AND \(Self.condition(status)) ORDER BY j.n
            """, { $0.bind(1, workspaceID).bind(2, id) }, Self.head)
    }

    // MARK: Deleted ones

    /// Journeys of all workspaces that were deleted and whose members, runs and versions are still to be removed; oldest
    /// first, at most `limit`.
    public func deletedJourneys(limit: Int = 100) throws -> [JourneyReference] {
        try connection.rows(
            "SELECT workspace_id, id FROM journeys WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT ?1",
            { $0.bind(1, limit) }
        ) { JourneyReference(workspaceID: $0.string(0), id: $0.string(1)) }
    }

    // MARK: Rows

    /// Statuses are names of our own, so they may stand in the text, where the planner sees that the index fits.
    private static func condition(_ status: Set<JourneyStatus>) -> String {
        let names = status.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
        let indexed: Set<JourneyStatus> = [.active, .paused, .draining, .error]
        let hint = status.isSubset(of: indexed) ? " AND j.status IN ('active', 'paused', 'draining', 'error')" : ""
        return "j.status IN (\(names))\(hint) AND j.deleted_at IS NULL"
    }

    private static func head(_ row: Statement) throws -> JourneyHead {
        let id = row.string(0)
        return JourneyHead(
            id: id, workspaceID: row.string(1), version: row.int(2), name: row.string(3),
            parentModelID: row.string(4), schedule: row.optionalString(5),
            status: try row.value(6, "the status of journey \(id)"), statusError: row.string(7),
            statusChange: row.int(8), createdBy: row.string(9), createdAt: row.int64(10), updatedAt: row.int64(11),
            lastRunID: row.optionalString(12), lastRunAt: row.optionalInt64(13))
    }

    private static func journey(_ row: Statement) throws -> JourneyRecord {
        let head = try head(row)
        let definition = row.bytes(14)
        return JourneyRecord(
            head: head, journey: try JourneyText.journey(from: definition, id: head.id), definition: Array(definition))
    }
}
