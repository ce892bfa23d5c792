import Crypto
import SQLite

extension ControlReader {
    /// All workspaces, for an operator.
    public func workspaces(page: Page? = nil) throws -> Listing<WorkspaceRecord> {
        try list("id, name, created_at", from: "workspaces", where: "true", page: page, { _ in }, Self.workspace)
    }

    public func workspace(id: String) throws -> WorkspaceRecord? {
        try connection.first(
            "SELECT id, name, created_at FROM workspaces WHERE id = ?1", { $0.bind(1, id) }, Self.workspace)
    }

    private static func workspace(_ row: Statement) -> WorkspaceRecord {
        WorkspaceRecord(id: row.string(0), name: row.string(1), createdAt: row.int64(2))
    }
}

// MARK: API keys

extension ControlReader {
    private static let apiKeyColumns =
        "id, workspace_id, name, prefix, role, status, expires_at, created_by, created_at, updated_at"

    /// The key with this SHA-256 digest, revoked and expired ones too: ask `isUsable`.
    public func apiKey(digest: [UInt8]) throws -> APIKeyRecord? {
        try connection.first(
            .apiKey, "SELECT \(Self.apiKeyColumns), digest FROM api_keys WHERE digest = ?1",
            { $0.bind(1, blob: digest) }
        ) { row in
            // The index compares byte by byte; what it found is compared once more in constant time.
            Crypto.equal(row.blob(10), digest) ? try Self.apiKey(row) : nil
        } ?? nil
    }

    /// The keys of a workspace; with nil the server keys.
    public func apiKeys(workspaceID: String?, page: Page? = nil) throws -> Listing<APIKeyRecord> {
        try list(
            Self.apiKeyColumns, from: "api_keys", where: "workspace_id IS ?1", page: page,
            { $0.bind(1, workspaceID) }, Self.apiKey)
    }

    /// A key of a workspace; with nil a server key.
    public func apiKey(workspaceID: String?, id: String) throws -> APIKeyRecord? {
        try connection.first(
            "SELECT \(Self.apiKeyColumns) FROM api_keys WHERE id = ?1 AND workspace_id IS ?2",
            { $0.bind(1, id).bind(2, workspaceID) }, Self.apiKey)
    }

    private static func apiKey(_ row: Statement) throws -> APIKeyRecord {
        let id = row.string(0)
        return APIKeyRecord(
            id: id, workspaceID: row.optionalString(1), name: row.string(2), prefix: row.string(3),
            role: try row.value(4, "the role of key \(id)"), status: try row.value(5, "the status of key \(id)"),
            expiresAt: row.optionalInt64(6), createdBy: row.string(7), createdAt: row.int64(8),
            updatedAt: row.int64(9))
    }
}
