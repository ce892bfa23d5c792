import Journeys
import SQLite

extension ControlReader {
    private static let generationColumns =
        "plugin_id, sha256, version, state, reason, isolation, file, number, loaded_at"

    /// What is recorded of a plugin id, or of all, by id and number.
    public func pluginGenerations(pluginID: String? = nil) throws -> [PluginGenerationRecord] {
        try connection.rows(
            """
            SELECT \(Self.generationColumns) FROM plugin_generations WHERE plugin_id = coalesce(?1, plugin_id)
            ORDER BY plugin_id, number
            """, { $0.bind(1, pluginID) }, Self.generation)
    }

    /// What is recorded of one content of a plugin id.
    public func pluginGeneration(pluginID: String, sha256: String) throws -> PluginGenerationRecord? {
        try connection.first(
            "SELECT \(Self.generationColumns) FROM plugin_generations WHERE plugin_id = ?1 AND sha256 = ?2",
            { $0.bind(1, pluginID).bind(2, sha256) }, Self.generation)
    }

    private static func generation(_ row: Statement) throws -> PluginGenerationRecord {
        let id = row.string(0)
        return PluginGenerationRecord(
            pluginID: id, sha256: row.string(1), version: row.string(2),
            state: try row.value(3, "the state of a generation of plugin \(id)"), reason: row.string(4),
            isolation: row.string(5), file: row.string(6), number: row.int(7), loadedAt: row.int64(8))
    }
}

// MARK: Idempotency

extension ControlReader {
    /// The answer kept under a key, unless it has expired at `now`.
    public func idempotentAnswer(scope: String, key: String, now: Int64) throws -> IdempotentAnswer? {
        let found = try connection.first(
            """
            SELECT request_digest, status, headers, sealed FROM idempotency
            WHERE scope = ?1 AND key = ?2 AND expires_at > ?3
            """, { $0.bind(1, scope).bind(2, key).bind(3, now) }
        ) { row in
            IdempotentAnswer(
                scope: scope, key: key, requestDigest: row.blob(0), status: row.int(1),
                headers: (try row.json(2, "the headers of a kept answer").objectValue ?? [:])
                    .compactMapValues(\.stringValue),
                body: row.blob(3))
        }
        guard var answer = found else { return nil }
        answer.body = try vault.open(answer: answer.body, scope: scope, key: key)
        return answer
    }
}
