import Journeys
import SQLite

extension ControlReader {
    private static let sourceColumns = """
        id, workspace_id, name, source_type, config, connection_id, status, status_error, created_by, created_at, \
        updated_at, version, status_change
        """

    public func sources(workspaceID: String, _ query: ListQuery = ListQuery()) throws -> Listing<SourceRecord> {
        try list(Self.sourceColumns, from: "sources", .workspace(workspaceID), query, Self.source)
    }

    public func source(workspaceID: String, id: String) throws -> SourceRecord? {
        try connection.first(
            "SELECT \(Self.sourceColumns) FROM sources WHERE id = ?1 AND workspace_id = ?2",
            { $0.bind(1, id).bind(2, workspaceID) }, Self.source)
    }

    /// The source that is built in, one a workspace.
    public func embeddedSource(workspaceID: String) throws -> SourceRecord? {
        try connection.first(
            "SELECT \(Self.sourceColumns) FROM sources WHERE workspace_id = ?1 AND source_type = 'embedded'",
            { $0.bind(1, workspaceID) }, Self.source)
    }

    private static func source(_ row: Statement) throws -> SourceRecord {
        let id = row.string(0)
        return SourceRecord(
            id: id, workspaceID: row.string(1), name: row.string(2), sourceType: row.string(3),
            config: try row.json(4, "the config of source \(id)"), connectionID: row.optionalString(5),
            status: row.string(6), statusError: row.string(7), createdBy: row.string(8), createdAt: row.int64(9),
            updatedAt: row.int64(10), version: row.int(11), statusChange: row.int(12))
    }
}

// MARK: Models

extension ControlReader {
    private static let modelColumns = """
        id, workspace_id, source_id, name, description, sql_query, columns, entity_type, primary_key_column, \
        timestamp_column, model_type, status, status_error, created_by, created_at, updated_at, version, status_change
        """

    public func models(workspaceID: String, _ query: ListQuery = ListQuery()) throws -> Listing<ModelRecord> {
        try list(Self.modelColumns, from: "models", .workspace(workspaceID), query, Self.model)
    }

    public func model(workspaceID: String, id: String) throws -> ModelRecord? {
        try connection.first(
            "SELECT \(Self.modelColumns) FROM models WHERE id = ?1 AND workspace_id = ?2",
            { $0.bind(1, id).bind(2, workspaceID) }, Self.model)
    }

    private static func model(_ row: Statement) throws -> ModelRecord {
        let id = row.string(0)
        let columns = try row.json(6, "the columns of model \(id)").arrayValue?.map(Column.init(json:)) ?? []
        return ModelRecord(
            id: id, workspaceID: row.string(1), sourceID: row.string(2), name: row.string(3),
            description: row.string(4), sqlQuery: row.string(5),
            columns: try columns.map { column in
                guard let column else { throw StoreError.corrupt("the columns of model \(id)") }
                return column
            },
            entityType: row.string(7), primaryKeyColumn: row.optionalString(8),
            timestampColumn: row.optionalString(9), modelType: row.string(10), status: row.string(11),
            statusError: row.string(12), createdBy: row.string(13), createdAt: row.int64(14),
            updatedAt: row.int64(15), version: row.int(16), statusChange: row.int(17))
    }
}
