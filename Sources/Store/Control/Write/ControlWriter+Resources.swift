import Journeys

/// Sources, models and destinations. An update takes a whole record, as it was read and changed in the same write: its
/// version and status counts are the store's, and what it returns has the new ones.
extension ControlWriter {
    enum Resource: String {
        case source, model, destination
        var table: String { rawValue + "s" }
    }

    /// Sets the status; when status and text are these already, nothing changes.
    func setStatus(
        _ resource: Resource, _ workspaceID: String, _ id: String, _ status: String, _ error: String, _ now: Int64
    ) throws {
        let changed = try connection.run(
            """
            UPDATE \(resource.table) SET status = ?3, status_error = ?4, updated_at = ?5, status_change = status_change + 1
            WHERE id = ?1 AND workspace_id = ?2 AND (status <> ?3 OR status_error <> ?4)
            """
        ) { $0.bind(1, id).bind(2, workspaceID).bind(3, status).bind(4, error).bind(5, now) }
        if changed == 0 { try require(resource, workspaceID, id) }
    }

    private func require(_ resource: Resource, _ workspaceID: String, _ id: String) throws {
        let found = try connection.first(
            "SELECT 1 FROM \(resource.table) WHERE id = ?1 AND workspace_id = ?2",
            { $0.bind(1, id).bind(2, workspaceID) }, { _ in true })
        try one("\(resource.rawValue) \(id)", found == true ? 1 : 0)
    }

    func delete(_ resource: Resource, _ workspaceID: String, _ id: String) throws {
        try one(
            "\(resource.rawValue) \(id)",
            connection.run("DELETE FROM \(resource.table) WHERE id = ?1 AND workspace_id = ?2") {
                $0.bind(1, id).bind(2, workspaceID)
            })
    }

    // MARK: Sources

    /// - Throws: `conflict` for a second embedded source of a workspace.
    public func insertSource(_ source: SourceRecord) throws {
        try connection.run(
            """
            INSERT INTO sources(id, workspace_id, name, source_type, config, connection_id, status, status_error,
                created_by, created_at, updated_at, version, status_change)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, 0)
            """
        ) {
            $0.bind(1, source.id).bind(2, source.workspaceID).bind(3, source.name).bind(4, source.sourceType)
                .bind(5, source.config.text).bind(6, source.connectionID).bind(7, source.status)
                .bind(8, source.statusError).bind(9, source.createdBy).bind(10, source.createdAt)
                .bind(11, source.updatedAt)
        }
    }

    @discardableResult
    public func updateSource(_ source: SourceRecord) throws -> SourceRecord {
        try one(
            "source \(source.id)",
            connection.run(
                """
                UPDATE sources SET name = ?3, source_type = ?4, config = ?5, connection_id = ?6,
                    status_change = status_change + (status <> ?7 OR status_error <> ?8), status = ?7, status_error = ?8,
                    updated_at = ?9, version = version + 1
                WHERE id = ?1 AND workspace_id = ?2
                """
            ) {
                $0.bind(1, source.id).bind(2, source.workspaceID).bind(3, source.name).bind(4, source.sourceType)
                    .bind(5, source.config.text).bind(6, source.connectionID).bind(7, source.status)
                    .bind(8, source.statusError).bind(9, source.updatedAt)
            })
        return try self.source(workspaceID: source.workspaceID, id: source.id) ?? source
    }

    public func setSourceStatus(
        workspaceID: String, id: String, status: String, error: String = "", at now: Int64
    ) throws { try setStatus(.source, workspaceID, id, status, error, now) }

    /// Deletes a source. Its models stay, in status `error`: the caller has made sure that no journey at work uses them.
    /// - Throws: `notFound`.
    public func deleteSource(workspaceID: String, id: String, at now: Int64) throws {
        try delete(.source, workspaceID, id)
        try connection.run(
            """
            UPDATE models SET status = 'error', status_error = ?3, updated_at = ?4, status_change = status_change + 1
            WHERE source_id = ?1 AND workspace_id = ?2
            """
        ) {
            $0.bind(1, id).bind(2, workspaceID).bind(3, "its source \(id) was deleted: give it another source_id")
                .bind(4, now)
        }
    }
}
