import Journeys
import SQLite

extension ControlWriter {
    public func insertModel(_ model: ModelRecord) throws {
        try connection.run(
            """
            INSERT INTO models(id, workspace_id, source_id, name, description, sql_query, columns, entity_type,
                primary_key_column, timestamp_column, model_type, status, status_error, updated_at, created_by,
                created_at, version, status_change)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 1, 0)
            """
        ) { bind(model, to: $0).bind(15, model.createdBy).bind(16, model.createdAt) }
    }

    @discardableResult
    public func updateModel(_ model: ModelRecord) throws -> ModelRecord {
        try one(
            "model \(model.id)",
            connection.run(
                """
                UPDATE models SET source_id = ?3, name = ?4, description = ?5, sql_query = ?6, columns = ?7,
                    entity_type = ?8, primary_key_column = ?9, timestamp_column = ?10, model_type = ?11,
                    status_change = status_change + (status <> ?12 OR status_error <> ?13), status = ?12,
                    status_error = ?13, updated_at = ?14, version = version + 1
                WHERE id = ?1 AND workspace_id = ?2
                """
            ) { bind(model, to: $0) })
        return try self.model(workspaceID: model.workspaceID, id: model.id) ?? model
    }

    public func setModelStatus(
        workspaceID: String, id: String, status: String, error: String = "", at now: Int64
    ) throws { try setStatus(.model, workspaceID, id, status, error, now) }

    /// Deletes a model. The caller has made sure that no journey at work uses it.
    /// - Throws: `notFound`.
    public func deleteModel(workspaceID: String, id: String) throws { try delete(.model, workspaceID, id) }

    @discardableResult
    private func bind(_ model: ModelRecord, to statement: Statement) -> Statement {
        statement.bind(1, model.id).bind(2, model.workspaceID).bind(3, model.sourceID).bind(4, model.name)
            .bind(5, model.description).bind(6, model.sqlQuery)
            .bind(7, JSON.array(model.columns.map(\.json)).text).bind(8, model.entityType)
            .bind(9, model.primaryKeyColumn).bind(10, model.timestampColumn).bind(11, model.modelType)
            .bind(12, model.status).bind(13, model.statusError).bind(14, model.updatedAt)
    }
}
