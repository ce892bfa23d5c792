import Crypto

extension ControlWriter {
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

    /// Revokes a key of a workspace (nil: a server key) with all its secrets; one that is revoked stays as it is.
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
        try connection.run("DELETE FROM api_key_old_secrets WHERE key_n = (SELECT n FROM api_keys WHERE id = ?1)") {
            $0.bind(1, id)
        }
        try noteKeyChange()
    }

    /// Gives a key another secret. The one that it had, and those from before, are good until `graceEnd` at the latest: with
    /// `now` they cease to be at once.
    /// - Throws: `notFound`; `conflict` for a key that is not usable, or has too many old secrets that are good.
    /// - Returns: the key with its new secret.
    public func rotateAPIKey(
        workspaceID: String?, id: String, to secret: APIKeySecret, graceEnd: Int64, at now: Int64
    ) throws -> APIKeyRecord {
        guard let key = try apiKey(workspaceID: workspaceID, id: id) else { throw StoreError.notFound("API key \(id)") }
        guard key.isUsable(at: now) else {
            let why = key.status == .revoked ? "was revoked" : "has expired"
            throw StoreError.conflict("The key \(why) and gets no other secret: make a new key")
        }
        try connection.run("DELETE FROM api_key_old_secrets WHERE good_until <= ?1") { $0.bind(1, now) }
        try connection.run(
            """
            UPDATE api_key_old_secrets SET good_until = min(good_until, ?2)
            WHERE key_n = (SELECT n FROM api_keys WHERE id = ?1)
            """
        ) { $0.bind(1, id).bind(2, graceEnd) }
        try connection.run(
            """
            INSERT INTO api_key_old_secrets(key_n, digest, good_until) SELECT n, digest, ?2 FROM api_keys WHERE id = ?1
            """
        ) { $0.bind(1, id).bind(2, graceEnd) }
        try connection.run("DELETE FROM api_key_old_secrets WHERE good_until <= ?1") { $0.bind(1, now) }
        let old = try connection.first(
            "SELECT count(*) FROM api_key_old_secrets WHERE key_n = (SELECT n FROM api_keys WHERE id = ?1)",
            { $0.bind(1, id) }
        ) { $0.int(0) }
        guard old ?? 0 <= APIKeyRecord.mostOldSecrets else {
            throw StoreError.conflict(
                "\(APIKeyRecord.mostOldSecrets) older secrets of the key are still good: rotate without grace, or wait")
        }
        try connection.run(
            """
            UPDATE api_keys SET digest = ?2, prefix = ?3, version = version + 1, rotated_at = ?4, updated_at = ?4
            WHERE id = ?1
            """
        ) { $0.bind(1, id).bind(2, blob: secret.digest).bind(3, secret.prefix).bind(4, now) }
        try noteKeyChange()
        return try apiKey(workspaceID: workspaceID, id: id) ?? key
    }

    /// Notes that a key was used. Not a change of the key: its `updated_at` and ETag stay.
    public func noteUse(ofKey id: String, at now: Int64) throws {
        try connection.run("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1 AND ifnull(last_used_at, 0) < ?2") {
            $0.bind(1, id).bind(2, now)
        }
    }

    private func noteKeyChange() throws { try connection.run("UPDATE key_changes SET count = count + 1") }
}
