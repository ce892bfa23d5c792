import Journeys

extension ControlWriter {
    /// Adds a journey with its first version. The record's version and counts must be those of a new one.
    public func insertJourney(_ record: JourneyRecord) throws {
        try connection.run(
            """
            INSERT INTO journeys(id, workspace_id, version, name, parent_model_id, schedule, status, status_error,
                status_change, created_by, created_at, updated_at)
            VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10)
            """
        ) {
            $0.bind(1, record.id).bind(2, record.workspaceID).bind(3, record.journey.name)
                .bind(4, record.journey.parentModelID).bind(5, record.journey.schedule)
                .bind(6, record.status.rawValue).bind(7, record.statusError).bind(8, record.createdBy)
                .bind(9, record.createdAt).bind(10, record.updatedAt)
        }
        try insertVersion(
            1, ofRow: connection.database.lastInsertedRow, record.definition, at: record.createdAt,
            by: record.createdBy)
    }

    /// Gives a journey a new definition, its next version.
    /// - Throws: `notFound`.
    /// - Returns: the journey with it.
    @discardableResult
    public func updateJourney(
        workspaceID: String, id: String, journey: Journey, by author: String, at now: Int64
    ) throws -> JourneyRecord {
        let row = try connection.first(
            """
            UPDATE journeys SET version = version + 1, name = ?3, parent_model_id = ?4, schedule = ?5, updated_at = ?6
            WHERE id = ?1 AND workspace_id = ?2 AND deleted_at IS NULL RETURNING n, version
            """,
            {
                $0.bind(1, id).bind(2, workspaceID).bind(3, journey.name).bind(4, journey.parentModelID)
                    .bind(5, journey.schedule).bind(6, now)
            }
        ) { ($0.int64(0), $0.int(1)) }
        guard let (number, version) = row else { throw StoreError.notFound("journey \(id)") }
        try insertVersion(version, ofRow: number, JourneyText.definition(of: journey), at: now, by: author)
        guard let record = try self.journey(workspaceID: workspaceID, id: id) else {
            throw StoreError.notFound("journey \(id)")
        }
        return record
    }

    private func insertVersion(
        _ version: Int, ofRow row: Int64, _ definition: [UInt8], at now: Int64, by author: String
    ) throws {
        try definition.withUnsafeBytes { text in
            _ = try connection.run(
                """
                INSERT INTO journey_versions(n, journey_n, version, definition, created_at, created_by)
                VALUES (?1 * 1048576 + ?2, ?1, ?2, ?3, ?4, ?5)
                """
            ) {
                $0.bind(1, row).bind(2, version).bind(4, now).bind(5, author)
                $0.bind(3, borrowedText: text)
            }
        }
    }

    /// Sets the status when the present one is among `expected`. The same status with the same text is no change.
    /// - Throws: `notFound`; `statusChanged` with the present status.
    public func setJourneyStatus(
        workspaceID: String, id: String, from expected: Set<JourneyStatus>, to status: JourneyStatus,
        error: String = "", at now: Int64
    ) throws {
        guard let present = try journeyHead(workspaceID: workspaceID, id: id) else {
            throw StoreError.notFound("journey \(id)")
        }
        guard expected.contains(present.status) else {
            throw StoreError.statusChanged(present: present.status.rawValue)
        }
        if present.status == status, present.statusError.utf8.elementsEqual(error.utf8) { return }
        try connection.run(
            """
            UPDATE journeys SET status = ?3, status_error = ?4, status_change = status_change + 1, updated_at = ?5
            WHERE id = ?1 AND workspace_id = ?2
            """
        ) { $0.bind(1, id).bind(2, workspaceID).bind(3, status.rawValue).bind(4, error).bind(5, now) }
    }

    /// Notes a journey's newest run and its `created_at`. The ETag stays.
    public func setLastRun(workspaceID: String, journeyID: String, runID: String, at createdAt: Int64) throws {
        try one(
            "journey \(journeyID)",
            connection.run(
                """
                UPDATE journeys SET last_run_id = ?3, last_run_at = ?4
                WHERE id = ?1 AND workspace_id = ?2 AND deleted_at IS NULL
                """
            ) { $0.bind(1, journeyID).bind(2, workspaceID).bind(3, runID).bind(4, createdAt) })
    }

    /// Deletes a journey: it is gone for every reader, its unfinished runs are cancelled. Its rows stay until
    /// `purgeJourney` has removed them, in steps; until then `deletedJourneys` names it, so that its members' removal
    /// survives a restart. The caller has checked its status.
    /// - Throws: `notFound`.
    public func deleteJourney(workspaceID: String, id: String, at now: Int64) throws {
        try one(
            "journey \(id)",
            connection.run(
                "UPDATE journeys SET deleted_at = ?3 WHERE id = ?1 AND workspace_id = ?2 AND deleted_at IS NULL"
            ) { $0.bind(1, id).bind(2, workspaceID).bind(3, now) })
        try cancelRuns(workspaceID: workspaceID, journeyID: id, at: now)
    }

    /// Removes up to `limit` rows of a deleted journey (runs, versions, at last the journey); true when nothing is left.
    /// Call it when its members are gone.
    public func purgeJourney(workspaceID: String, id: String, limit: Int = 500) throws -> Bool {
        let row = try connection.first(
            "SELECT n FROM journeys WHERE id = ?1 AND workspace_id = ?2 AND deleted_at IS NOT NULL",
            { $0.bind(1, id).bind(2, workspaceID) }
        ) { $0.int64(0) }
        guard let row else { return true }
        var left = limit
        left -= try connection.run(
            "DELETE FROM runs WHERE n IN (SELECT n FROM runs WHERE journey_id = ?1 LIMIT ?2)"
        ) { $0.bind(1, id).bind(2, left) }
        guard left > 0 else { return false }
        left -= try connection.run(
            "DELETE FROM journey_versions WHERE n IN (SELECT n FROM journey_versions WHERE journey_n = ?1 LIMIT ?2)"
        ) { $0.bind(1, row).bind(2, left) }
        guard left > 0 else { return false }
        try connection.run("DELETE FROM journey_pauses WHERE journey_n = ?1") { $0.bind(1, row) }
        try connection.run("DELETE FROM journeys WHERE n = ?1") { $0.bind(1, row) }
        return true
    }
}
