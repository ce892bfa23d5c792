import Journeys

extension ControlWriter {
    /// Records what became of one content of a plugin id. A content keeps its number; a new one gets the id's next,
    /// whatever number the record says. When it is to be current, the one that was becomes `superseded` (or what the
    /// caller has recorded it as before, in the same write).
    /// - Returns: the record with its number.
    @discardableResult
    public func recordPluginGeneration(_ record: PluginGenerationRecord) throws -> PluginGenerationRecord {
        if record.state.isCurrent {
            try connection.run(
                """
                UPDATE plugin_generations SET state = 'superseded', reason = '', loaded_at = ?3
                WHERE plugin_id = ?1 AND sha256 <> ?2 AND state IN ('active', 'quarantined')
                """
            ) { $0.bind(1, record.pluginID).bind(2, record.sha256).bind(3, record.loadedAt) }
        }
        try connection.run(
            """
            INSERT INTO plugin_generations(
                plugin_id, sha256, version, state, reason, isolation, file, loaded_at, number)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1 + coalesce(max(number), 0)
            FROM plugin_generations WHERE plugin_id = ?1
            ON CONFLICT (plugin_id, sha256) DO UPDATE SET version = excluded.version, state = excluded.state,
                reason = excluded.reason, isolation = excluded.isolation, file = excluded.file,
                loaded_at = excluded.loaded_at
            """
        ) {
            $0.bind(1, record.pluginID).bind(2, record.sha256).bind(3, record.version).bind(4, record.state.rawValue)
                .bind(5, record.reason).bind(6, record.isolation).bind(7, record.file).bind(8, record.loadedAt)
        }
        guard let record = try pluginGeneration(pluginID: record.pluginID, sha256: record.sha256) else {
            throw StoreError.notFound("generation \(record.sha256) of plugin \(record.pluginID)")
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
