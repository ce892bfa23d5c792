import SQLite

/// The hot reads: journeys as the API shows them, joined from stored text.
extension ControlReader {
    private static let textColumns = """
        v.definition, j.status, j.status_error, j.created_by, j.created_at, j.updated_at, j.last_run_id, j.last_run_at, \
        j.version, j.status_change, j.id, j.name
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

    /// The JSON array of the journeys of a workspace that a query asks for, how many there are in all, and where the list
    /// goes on.
    public func journeysJSON(
        workspaceID: String, _ query: ListQuery = ListQuery()
    ) throws -> (bytes: [UInt8], total: Int, next: ListPlace?) {
        let statement = Self.listStatement(query, workspaceID)
        let (sql, bind) = Self.list(Self.textColumns, statement)
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        var limit = Int.max
        if case .after(_, let count) = query.part { limit = count }
        var count = 0
        var rows = try connection.rows(sql, bind) { row in
            count += 1
            if count > limit { return Place() }
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            Self.append(row, workspaceID, to: &bytes)
            try query.expect(bytes.count)
            // Only a list by places needs to know where its last row stands.
            return count < limit ? Place() : Place(row)
        }
        bytes.append(UInt8(ascii: "]"))
        let next = statement.next(&rows) { $0.place($1) }
        return (bytes, try total(of: "journeys j", query, statement) ?? rows.count, next)
    }

    /// What a row is sorted by.
    private struct Place: Listed {
        var id = ""
        var listName = ""
        var createdAt: Int64 = 0
        var updatedAt: Int64 = 0

        init() {}

        init(_ row: Statement) {
            id = row.string(10)
            listName = row.string(11)
            createdAt = row.int64(4)
            updatedAt = row.int64(5)
        }
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
