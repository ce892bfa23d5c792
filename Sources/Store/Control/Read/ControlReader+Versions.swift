import Journeys
import SQLite

/// The definitions that journeys have and had: every one is kept as long as its journey.
extension ControlReader {
    private static let versionColumns = "v.version, v.definition, v.created_at, v.created_by, k.name"
    private static let versionTables = """
        journeys j JOIN journey_versions v ON v.journey_n = j.n \
        LEFT JOIN api_keys k ON k.id = v.created_by AND k.workspace_id = j.workspace_id
        """

    /// One definition that a journey has or had.
    public func journeyVersion(workspaceID: String, id: String, version: Int) throws -> JourneyVersionRecord? {
        try connection.first(
            """
            SELECT \(Self.versionColumns) FROM \(Self.versionTables)
            WHERE j.id = ?1 AND j.workspace_id = ?2 AND j.deleted_at IS NULL AND v.n = j.n * 1048576 + ?3
            """, { $0.bind(1, id).bind(2, workspaceID).bind(3, version) }
        ) { try Self.version($0, of: id) }
    }

    /// Up to `limit` definitions, from one number downwards: they are numbered without a gap. One after the other, since
    /// each may be large.
    public func forEachJourneyVersion(
        workspaceID: String, id: String, from version: Int, limit: Int, _ body: (JourneyVersionRecord) throws -> Void
    ) throws {
        _ = try connection.rows(
            """
            SELECT \(Self.versionColumns) FROM \(Self.versionTables)
            WHERE j.id = ?1 AND j.workspace_id = ?2 AND j.deleted_at IS NULL AND v.n <= j.n * 1048576 + ?3
            ORDER BY v.n DESC LIMIT ?4
            """, { $0.bind(1, id).bind(2, workspaceID).bind(3, version).bind(4, limit) }
        ) { try body(Self.version($0, of: id)) }
    }

    private static func version(_ row: Statement, of id: String) throws -> JourneyVersionRecord {
        JourneyVersionRecord(
            journeyID: id, version: row.int(0), journey: try JourneyText.journey(from: row.bytes(1), id: id),
            createdAt: row.int64(2), createdBy: row.string(3), authorName: row.optionalString(4))
    }
}
