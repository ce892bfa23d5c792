import Crypto

extension ControlWriter {
    /// Makes a workspace with its embedded source.
    /// - Parameter author: the key that asked, or who else.
    public func createWorkspace(name: String, by author: String, at now: Int64) throws -> WorkspaceRecord {
        let workspace = WorkspaceRecord(id: try Crypto.uuid(), name: name, createdAt: now)
        try insertWorkspace(workspace)
        try insertSource(
            SourceRecord(
                id: try Crypto.uuid(), workspaceID: workspace.id, name: "Embedded", sourceType: "embedded",
                createdBy: author, createdAt: now, updatedAt: now))
        return workspace
    }

    /// Makes a key and gives its secret, which is not stored. `workspaceID` is nil for the role `operator` only.
    /// - Throws: `conflict` when role and workspace do not go together, or there is no such workspace.
    public func createAPIKey(
        workspaceID: String?, name: String, role: KeyRole, expiresAt: Int64? = nil, by author: String, at now: Int64
    ) throws -> (key: APIKeyRecord, secret: APIKeySecret) {
        let secret = try APIKeySecret(role: role)
        let key = APIKeyRecord(
            id: try Crypto.uuid(), workspaceID: workspaceID, name: name, prefix: secret.prefix, role: role,
            expiresAt: expiresAt, createdBy: author, createdAt: now, updatedAt: now)
        try insertAPIKey(key, digest: secret.digest)
        return (key, secret)
    }

    /// Adds a workspace alone; `createWorkspace` adds what belongs to one.
    public func insertWorkspace(_ workspace: WorkspaceRecord) throws {
        try connection.run("INSERT INTO workspaces(id, name, created_at) VALUES (?1, ?2, ?3)") {
            $0.bind(1, workspace.id).bind(2, workspace.name).bind(3, workspace.createdAt)
        }
    }

    // MARK: API keys

    /// Adds a key by its digest (`APIKeySecret`).
    public func insertAPIKey(_ key: APIKeyRecord, digest: [UInt8]) throws {
        try connection.run(
            """
            INSERT INTO api_keys(id, workspace_id, name, prefix, role, status, digest, expires_at, created_by,
                created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """
        ) {
            $0.bind(1, key.id).bind(2, key.workspaceID).bind(3, key.name).bind(4, key.prefix)
                .bind(5, key.role.rawValue).bind(6, key.status.rawValue).bind(7, blob: digest).bind(8, key.expiresAt)
                .bind(9, key.createdBy).bind(10, key.createdAt).bind(11, key.updatedAt)
        }
    }

    /// Revokes a key of a workspace (nil: a server key); one that is revoked stays as it is.
    /// - Throws: `notFound`.
    public func revokeAPIKey(workspaceID: String?, id: String, at now: Int64) throws {
        try one(
            "API key \(id)",
            connection.run(
                """
                UPDATE api_keys SET updated_at = CASE status WHEN 'active' THEN ?3 ELSE updated_at END, status = 'revoked'
                WHERE id = ?1 AND workspace_id IS ?2
                """
            ) { $0.bind(1, id).bind(2, workspaceID).bind(3, now) })
    }
}
