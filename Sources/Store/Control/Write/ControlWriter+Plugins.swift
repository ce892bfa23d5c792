import Journeys

extension ControlWriter {
    /// Records what became of one content of a plugin id. A content keeps its number; a new one gets the id's next. When
    /// it is to be active, the one that was becomes `superseded` (or `rolledBack`, when the caller has recorded that).
    @discardableResult
    public func recordPluginGeneration(
        pluginID: String, sha256: String, version: String, state: PluginGenerationState, reason: String = "",
        loadedAt: Int64
    ) throws -> PluginGenerationRecord {
        if state == .active {
            try connection.run(
                """
                UPDATE plugin_generations SET state = 'superseded'
                WHERE plugin_id = ?1 AND sha256 <> ?2 AND state = 'active'
                """
            ) { $0.bind(1, pluginID).bind(2, sha256) }
        }
        try connection.run(
            """
            INSERT INTO plugin_generations(plugin_id, sha256, version, state, reason, loaded_at, number)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, 1 + coalesce(max(number), 0) FROM plugin_generations WHERE plugin_id = ?1
            ON CONFLICT (plugin_id, sha256) DO UPDATE SET version = excluded.version, state = excluded.state,
                reason = excluded.reason, loaded_at = excluded.loaded_at
            """
        ) {
            $0.bind(1, pluginID).bind(2, sha256).bind(3, version).bind(4, state.rawValue).bind(5, reason)
                .bind(6, loadedAt)
        }
        guard let record = try pluginGeneration(pluginID: pluginID, sha256: sha256) else {
            throw StoreError.notFound("generation \(sha256) of plugin \(pluginID)")
        }
        return record
    }

    // MARK: Idempotency

    /// Keeps an answer for 24 h from `now`, in the write that it answers, so that both or neither are stored; an expired
    /// one under the same key is replaced. A few other expired ones go at the same time, so the table stays small.
    /// - Throws: `conflict` when the key has an answer: it should have been given again.
    public func insertIdempotentAnswer(_ answer: IdempotentAnswer, now: Int64) throws {
        try connection.run("DELETE FROM idempotency WHERE scope = ?1 AND key = ?2 AND expires_at <= ?3") {
            $0.bind(1, answer.scope).bind(2, answer.key).bind(3, now)
        }
        try purgeIdempotentAnswers(now: now, limit: 4)
        let sealed = try vault.seal(answer: answer.body, scope: answer.scope, key: answer.key)
        try connection.run(
            """
            INSERT INTO idempotency(scope, key, request_digest, status, headers, sealed, created_at, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """
        ) {
            $0.bind(1, answer.scope).bind(2, answer.key).bind(3, blob: answer.requestDigest).bind(4, answer.status)
                .bind(5, JSON.object(answer.headers.mapValues { .string($0) }).text).bind(6, blob: sealed)
                .bind(7, now).bind(8, now + IdempotentAnswer.lifetime)
        }
    }

    /// Removes at most `limit` expired answers; gives how many it removed.
    @discardableResult
    public func purgeIdempotentAnswers(now: Int64, limit: Int = 1000) throws -> Int {
        try connection.run(
            "DELETE FROM idempotency WHERE n IN (SELECT n FROM idempotency WHERE expires_at <= ?1 LIMIT ?2)"
        ) { $0.bind(1, now).bind(2, limit) }
    }
}
