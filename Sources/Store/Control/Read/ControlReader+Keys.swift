import Crypto
import SQLite

extension ControlReader {
    private static let keyColumns = """
        api_keys.id, workspace_id, name, prefix, role, status, expires_at, created_by, created_at, updated_at, version,
        rotated_at, last_used_at,
        (SELECT max(good_until) FROM api_key_old_secrets AS old WHERE old.key_n = api_keys.n)
        """

    /// The key whose secret has this SHA-256 digest, revoked and expired ones too: ask `isUsable`.
    public func apiKey(digest: [UInt8]) throws -> APIKeyRecord? {
        try connection.first(
            .apiKey, "SELECT \(Self.keyColumns), digest FROM api_keys WHERE digest = ?1", { $0.bind(1, blob: digest) }
        ) { row in
            // The index compares byte by byte; what it found is compared once more in constant time.
            Crypto.equal(row.blob(14), digest) ? try Self.apiKey(row) : nil
        } ?? nil
    }

    /// The key that had the secret of this digest before it was rotated, and until when that secret is good.
    public func apiKey(oldDigest digest: [UInt8]) throws -> (key: APIKeyRecord, goodUntil: Int64)? {
        try connection.first(
            """
            SELECT \(Self.keyColumns), secret.digest, secret.good_until
            FROM api_key_old_secrets AS secret JOIN api_keys ON api_keys.n = secret.key_n WHERE secret.digest = ?1
            """, { $0.bind(1, blob: digest) }
        ) { row in
            Crypto.equal(row.blob(14), digest) ? (try Self.apiKey(row), row.int64(15)) : nil
        } ?? nil
    }

    /// The keys of a workspace that a query asks for; with nil the server keys.
    public func apiKeys(workspaceID: String?, _ query: ListQuery = ListQuery()) throws -> Listing<APIKeyRecord> {
        try list(Self.keyColumns, from: "api_keys", workspaceID.map { .workspace($0) } ?? .server, query, Self.apiKey)
    }

    /// A key of a workspace; with nil a server key.
    public func apiKey(workspaceID: String?, id: String) throws -> APIKeyRecord? {
        try connection.first(
            "SELECT \(Self.keyColumns) FROM api_keys WHERE id = ?1 AND workspace_id IS ?2",
            { $0.bind(1, id).bind(2, workspaceID) }, Self.apiKey)
    }

    /// A key wherever it belongs, for who has the data directory.
    public func apiKey(anywhere id: String) throws -> APIKeyRecord? {
        try connection.first(
            "SELECT \(Self.keyColumns) FROM api_keys WHERE id = ?1", { $0.bind(1, id) }, Self.apiKey)
    }

    /// How many keys have ceased to be good, or got a new secret, so far.
    public func keyChanges() throws -> Int64 {
        try connection.first(.keyChanges, "SELECT count FROM key_changes WHERE n = 1", { _ in }) { $0.int64(0) } ?? 0
    }

    private static func apiKey(_ row: Statement) throws -> APIKeyRecord {
        let id = row.string(0)
        var key = APIKeyRecord(
            id: id, workspaceID: row.optionalString(1), name: row.string(2), prefix: row.string(3),
            role: try row.value(4, "the role of key \(id)"), status: try row.value(5, "the status of key \(id)"),
            expiresAt: row.optionalInt64(6), createdBy: row.string(7), createdAt: row.int64(8),
            updatedAt: row.int64(9))
        key.version = row.int(10)
        key.rotatedAt = row.optionalInt64(11)
        key.lastUsedAt = row.optionalInt64(12)
        key.oldSecretsGoodUntil = row.optionalInt64(13)
        return key
    }
}
