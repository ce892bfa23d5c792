/// All migrations of control.db, in order. A released one never changes; a change of the schema is a new one at the end.
///
/// Tables have a rowid (`n`) and a unique index on the id: rows of a journey's size spill to overflow pages in a table
/// WITHOUT ROWID. Times are microseconds since 1970 UTC.
enum ControlMigrations {
    static let all: [SchemaMigration] = [
        SchemaMigration(number: 1, name: "workspaces, keys, resources, journeys, runs, plugins", sql: first),
        SchemaMigration(number: 2, name: "states, isolation and files of plugin generations", sql: second),
        SchemaMigration(number: 3, name: "limits of destinations and what their deliveries keep", sql: third),
        SchemaMigration(number: 4, name: "pauses of journeys", sql: fourth),
        SchemaMigration(number: 5, name: "rotation and last use of keys", sql: fifth),
        SchemaMigration(number: 6, name: "audit log", sql: sixth),
        SchemaMigration(number: 7, name: "traces of runs", sql: seventh),
        SchemaMigration(number: 8, name: "runs of the timer apart from others", sql: eighth),
        SchemaMigration(number: 9, name: "names of workspaces that change", sql: ninth),
    ]

    private static let first = """
        CREATE TABLE settings(name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT;

        CREATE TABLE workspaces(
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;

        CREATE TABLE api_keys(
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
            workspace_id TEXT REFERENCES workspaces(id), name TEXT NOT NULL, prefix TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('admin', 'editor', 'viewer', 'operator')),
            status TEXT NOT NULL CHECK (status IN ('active', 'revoked')),
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            expires_at INTEGER, created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
            CHECK ((role = 'operator') = (workspace_id IS NULL))) STRICT;
        CREATE INDEX api_keys_workspace ON api_keys(workspace_id);

        CREATE TABLE sources(
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workspace_id TEXT NOT NULL REFERENCES workspaces(id),
            name TEXT NOT NULL, source_type TEXT NOT NULL, config TEXT NOT NULL, connection_id TEXT,
            status TEXT NOT NULL, status_error TEXT NOT NULL, version INTEGER NOT NULL, status_change INTEGER NOT NULL,
            created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
        CREATE INDEX sources_workspace ON sources(workspace_id);
        CREATE UNIQUE INDEX sources_embedded ON sources(workspace_id) WHERE source_type = 'embedded';

        CREATE TABLE models(
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workspace_id TEXT NOT NULL REFERENCES workspaces(id),
            source_id TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, sql_query TEXT NOT NULL,
            columns TEXT NOT NULL, entity_type TEXT NOT NULL, primary_key_column TEXT, timestamp_column TEXT,
            model_type TEXT NOT NULL,
            status TEXT NOT NULL, status_error TEXT NOT NULL, version INTEGER NOT NULL, status_change INTEGER NOT NULL,
            created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
        CREATE INDEX models_workspace ON models(workspace_id);
        CREATE INDEX models_source ON models(source_id);

        CREATE TABLE destinations(
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workspace_id TEXT NOT NULL REFERENCES workspaces(id),
            connection_id TEXT, name TEXT NOT NULL, destination_type TEXT NOT NULL, config TEXT NOT NULL,
            status TEXT NOT NULL, status_error TEXT NOT NULL, version INTEGER NOT NULL, status_change INTEGER NOT NULL,
            created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
        CREATE INDEX destinations_workspace ON destinations(workspace_id);

        CREATE TABLE destination_secrets(
            destination_n INTEGER NOT NULL REFERENCES destinations(n) ON DELETE CASCADE,
            pointer TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (destination_n, pointer)) STRICT, WITHOUT ROWID;

        CREATE TABLE journeys(
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workspace_id TEXT NOT NULL REFERENCES workspaces(id),
            version INTEGER NOT NULL, name TEXT NOT NULL, parent_model_id TEXT NOT NULL, schedule TEXT,
            status TEXT NOT NULL
                CHECK (status IN ('draft', 'active', 'paused', 'draining', 'archived', 'error')),
            status_error TEXT NOT NULL, status_change INTEGER NOT NULL,
            created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
            last_run_id TEXT, last_run_at INTEGER, deleted_at INTEGER) STRICT;
        CREATE INDEX journeys_workspace ON journeys(workspace_id) WHERE deleted_at IS NULL;
        CREATE INDEX journeys_at_work ON journeys(status)
            WHERE status IN ('active', 'paused', 'draining', 'error') AND deleted_at IS NULL;
        CREATE INDEX journeys_deleted ON journeys(deleted_at) WHERE deleted_at IS NOT NULL;

        -- A version's row number is made of its journey's and its own, so that the hot read finds it without an index.
        CREATE TABLE journey_versions(
            n INTEGER PRIMARY KEY, journey_n INTEGER NOT NULL REFERENCES journeys(n), version INTEGER NOT NULL,
            definition TEXT NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL,
            CHECK (version < 1048576 AND n = journey_n * 1048576 + version)) STRICT;
        CREATE INDEX journey_versions_journey ON journey_versions(journey_n);

        CREATE TABLE runs(
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workspace_id TEXT NOT NULL REFERENCES workspaces(id),
            journey_id TEXT NOT NULL REFERENCES journeys(id), journey_version INTEGER NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
            trigger TEXT NOT NULL CHECK (trigger IN ('manual', 'schedule', 'timer')),
            error TEXT NOT NULL, counts TEXT NOT NULL, tiles TEXT NOT NULL,
            started_at INTEGER, finished_at INTEGER, created_at INTEGER NOT NULL, created_by TEXT NOT NULL,
            owner_id TEXT, fence INTEGER NOT NULL) STRICT;
        CREATE INDEX runs_journey ON runs(journey_id);
        CREATE INDEX runs_unfinished ON runs(n) WHERE status IN ('queued', 'running');
        CREATE UNIQUE INDEX runs_one_running ON runs(journey_id) WHERE status = 'running';

        CREATE TABLE plugin_generations(
            n INTEGER PRIMARY KEY, plugin_id TEXT NOT NULL, number INTEGER NOT NULL, sha256 TEXT NOT NULL,
            version TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('active', 'refused', 'superseded', 'rolledBack')),
            reason TEXT NOT NULL, loaded_at INTEGER NOT NULL,
            UNIQUE (plugin_id, number), UNIQUE (plugin_id, sha256)) STRICT;

        CREATE TABLE idempotency(
            n INTEGER PRIMARY KEY, scope TEXT NOT NULL, key TEXT NOT NULL, request_digest BLOB NOT NULL,
            status INTEGER NOT NULL, headers TEXT NOT NULL, sealed BLOB NOT NULL,
            created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, UNIQUE (scope, key)) STRICT;
        CREATE INDEX idempotency_expiry ON idempotency(expires_at);
        """

    /// A CHECK can't be changed, so the table is made anew.
    private static let second = """
        CREATE TABLE plugin_generations_2(
            n INTEGER PRIMARY KEY, plugin_id TEXT NOT NULL, number INTEGER NOT NULL, sha256 TEXT NOT NULL,
            version TEXT NOT NULL,
            state TEXT NOT NULL CHECK (
                state IN ('active', 'quarantined', 'refused', 'superseded', 'rolled_back', 'retired')),
            reason TEXT NOT NULL, isolation TEXT NOT NULL CHECK (isolation IN ('', 'inproc', 'process')),
            file TEXT NOT NULL, loaded_at INTEGER NOT NULL,
            UNIQUE (plugin_id, number), UNIQUE (plugin_id, sha256)) STRICT;
        INSERT INTO plugin_generations_2(
            n, plugin_id, number, sha256, version, state, reason, isolation, file, loaded_at)
        SELECT n, plugin_id, number, sha256, version,
            CASE state WHEN 'rolledBack' THEN 'rolled_back' ELSE state END, reason, '', '', loaded_at
        FROM plugin_generations;
        DROP TABLE plugin_generations;
        ALTER TABLE plugin_generations_2 RENAME TO plugin_generations;
        """

    /// Limits are a definition, and change the version; what deliveries keep changes all the time and does not.
    private static let third = """
        ALTER TABLE destinations ADD COLUMN requests_per_second REAL CHECK (requests_per_second > 0);
        ALTER TABLE destinations ADD COLUMN max_in_flight INTEGER CHECK (max_in_flight > 0);
        ALTER TABLE destinations ADD COLUMN deliveries_per_day INTEGER CHECK (deliveries_per_day > 0);
        CREATE TABLE destination_deliveries(
            destination_n INTEGER PRIMARY KEY REFERENCES destinations(n) ON DELETE CASCADE,
            day INTEGER NOT NULL, reserved INTEGER NOT NULL, breaker_opened_at INTEGER, breaker_until INTEGER NOT NULL,
            breaker_trips INTEGER NOT NULL, hold_until INTEGER NOT NULL) STRICT;
        """

    /// The open one says when the pause began. A journey that is paused already has been since its last change at the latest.
    private static let fourth = """
        CREATE TABLE journey_pauses(
            n INTEGER PRIMARY KEY AUTOINCREMENT, journey_n INTEGER NOT NULL REFERENCES journeys(n),
            paused_at INTEGER NOT NULL, resumed_at INTEGER, clock TEXT CHECK (clock IN ('restart', 'while_active')),
            CHECK ((resumed_at IS NULL) = (clock IS NULL))) STRICT;
        CREATE INDEX journey_pauses_journey ON journey_pauses(journey_n);
        CREATE UNIQUE INDEX journey_pauses_open ON journey_pauses(journey_n) WHERE resumed_at IS NULL;
        INSERT INTO journey_pauses(journey_n, paused_at)
            SELECT n, updated_at FROM journeys WHERE status = 'paused' AND deleted_at IS NULL;
        """

    /// The count in `key_changes` moves with every key that stops being good, whichever process stops it: who keeps keys in
    /// memory looks at it.
    private static let fifth = """
        ALTER TABLE api_keys ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE api_keys ADD COLUMN rotated_at INTEGER;
        ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
        CREATE TABLE api_key_old_secrets(
            n INTEGER PRIMARY KEY, key_n INTEGER NOT NULL REFERENCES api_keys(n) ON DELETE CASCADE,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32), good_until INTEGER NOT NULL) STRICT;
        CREATE INDEX api_key_old_secrets_key ON api_key_old_secrets(key_n);
        CREATE TABLE key_changes(n INTEGER PRIMARY KEY CHECK (n = 1), count INTEGER NOT NULL) STRICT;
        INSERT INTO key_changes(n, count) VALUES (1, 0);
        """

    /// Entries are added at the end and removed at the beginning. The one index is by workspace, in the order of entries:
    /// an index by object would cost each create a page of its own.
    private static let sixth = """
        CREATE TABLE audit(
            n INTEGER PRIMARY KEY, at INTEGER NOT NULL, workspace_id TEXT, key_id TEXT, role TEXT NOT NULL,
            name TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL, object_id TEXT, peer TEXT, request_id TEXT,
            bytes INTEGER NOT NULL) STRICT;
        CREATE INDEX audit_workspace ON audit(workspace_id);
        CREATE TABLE audit_documents(n INTEGER PRIMARY KEY, before TEXT, after TEXT) STRICT;
        """

    /// W3C Trace Context; empty for runs of before.
    private static let seventh = """
        ALTER TABLE runs ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
        """

    /// The timer's runs, which may be one a second, must not drive others out.
    private static let eighth = """
        CREATE INDEX runs_of_timer ON runs(journey_id, (trigger = 'timer'));
        """

    private static let ninth = """
        ALTER TABLE workspaces ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE workspaces ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
        UPDATE workspaces SET updated_at = created_at;
        """
}
