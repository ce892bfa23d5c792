import SQLite

/// The hot reads: journeys as the API shows them, joined from stored text.
extension ControlReader {
    private static let textColumns = """
        v.definition, j.status, j.status_error, j.created_by, j.created_at, j.updated_at, j.last_run_id, j.last_run_at, \
        j.version, j.status_change, j.id
        """
    private static let textTables =
        "journeys j JOIN journey_versions v ON v.n = j.n * 1048576 + j.version"
    private static let oneText = """
        SELECT \(textColumns) FROM \(textTables) WHERE j.id = ?1 AND j.workspace_id = ?2 AND j.deleted_at IS NULL
        """

    /// A journey as the API's orchestration object with its ETag; nil when the workspace has no such journey.
    public func journeyJSON(workspaceID: String, journeyID: String) throws -> (bytes: [UInt8], etag: String)? {
        var bytes: [UInt8] = []
        guard let etag = try appendJourneyJSON(workspaceID: workspaceID, journeyID: journeyID, to: &bytes) else {
            return nil
        }
        return (bytes, etag)
    }

    /// The same, appended to a buffer; gives the ETag.
    public func appendJourneyJSON(
        workspaceID: String, journeyID: String, to bytes: inout [UInt8]
    ) throws -> String? {
        try connection.first(.journeyText, Self.oneText, { $0.bind(1, journeyID).bind(2, workspaceID) }) { row in
            Self.append(row, workspaceID, to: &bytes)
            return ETag.text(version: row.int(8), statusChange: row.int(9))
        }
    }

    /// The JSON array of a workspace's journeys in the order of creation, all or a page, and how many there are.
    public func journeysJSON(workspaceID: String, page: Page? = nil) throws -> (bytes: [UInt8], total: Int) {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        let condition = "j.workspace_id = ?1 AND j.deleted_at IS NULL"
        let count = try connection.rows(
            "SELECT \(Self.textColumns) FROM \(Self.textTables) WHERE \(condition) ORDER BY j.n LIMIT ?2 OFFSET ?3",
            { $0.bind(1, workspaceID).bind(2, page?.size ?? -1).bind(3, page?.offset ?? 0) }
        ) { row in
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            Self.append(row, workspaceID, to: &bytes)
        }.count
        bytes.append(UInt8(ascii: "]"))
        guard page != nil else { return (bytes, count) }
        let total = try connection.first(
            "SELECT count(*) FROM journeys j WHERE \(condition)", { $0.bind(1, workspaceID) }
        ) { $0.int(0) }
        return (bytes, total ?? 0)
    }

    private static func append(_ row: Statement, _ workspaceID: String, to bytes: inout [UInt8]) {
        var workspaceID = workspaceID
        workspaceID.withUTF8 { workspace in
            let head = JourneyText.Head(
                id: row.bytes(10), workspaceID: UnsafeRawBufferPointer(workspace), definition: row.bytes(0),
                status: row.bytes(1), statusError: row.bytes(2), createdBy: row.bytes(3), createdAt: row.int64(4),
                updatedAt: row.int64(5), lastRunID: row.isNull(6) ? nil : row.bytes(6),
                lastRunAt: row.optionalInt64(7))
            JourneyText.append(head, to: &bytes)
        }
    }
}
