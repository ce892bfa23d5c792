import SQLite

/// The tables of `members/<workspace>.db`, as numbered migrations: the file's `user_version` says how many it has had.
/// Migrations are only ever added.
enum MemberSchema {
    static let migrations: [String] = [
        // 1: the first.
        // Journey and tile numbers are given once and never again: rows of a removed journey can't pass to a new one.
        // `members`: columns that the entry merge reads come first, since SQLite decodes a row from its start.
        // There is no NOT NULL beside the key: rows come from typed arrays only. What each choice here is worth: decision 0024.
        // Only members that wait are in an index: one over all members costs 9 % of entry.
        """
        CREATE TABLE journeys(n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE tiles(
            journey INTEGER NOT NULL, n INTEGER NOT NULL, tile_id TEXT NOT NULL,
            PRIMARY KEY(journey, n), UNIQUE(journey, tile_id)) STRICT, WITHOUT ROWID;
        CREATE TABLE members(
            journey INTEGER, key TEXT, status INTEGER, entry INTEGER, left_at INTEGER, tile INTEGER, state INTEGER,
            wake INTEGER, arrived_at INTEGER, attempt INTEGER, first_attempt_at INTEGER, generation INTEGER,
            entered_at INTEGER, reason INTEGER,
            PRIMARY KEY(journey, key)) STRICT, WITHOUT ROWID;
        CREATE INDEX members_wake ON members(journey, wake) WHERE wake IS NOT NULL;
        CREATE INDEX members_retry ON members(journey, wake) WHERE state = 2;
        CREATE INDEX members_parked ON members(journey) WHERE state = 3;
        CREATE TABLE member_errors(
            journey INTEGER NOT NULL, key TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
            http_status INTEGER, request TEXT, response TEXT,
            PRIMARY KEY(journey, key)) STRICT, WITHOUT ROWID;
        CREATE TABLE counters(
            journey INTEGER NOT NULL, tile INTEGER NOT NULL, active INTEGER NOT NULL, completed INTEGER NOT NULL,
            exited INTEGER NOT NULL, failed INTEGER NOT NULL, entered INTEGER NOT NULL,
            PRIMARY KEY(journey, tile)) STRICT, WITHOUT ROWID;
        CREATE TABLE branch_counters(
            journey INTEGER NOT NULL, tile INTEGER NOT NULL, branch TEXT NOT NULL, n INTEGER NOT NULL,
            PRIMARY KEY(journey, tile, branch)) STRICT, WITHOUT ROWID;
        CREATE TABLE run_progress(
            run_id TEXT PRIMARY KEY, journey INTEGER NOT NULL, phase INTEGER NOT NULL, cursor BLOB,
            counts TEXT NOT NULL, tiles TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX run_progress_journey ON run_progress(journey);
        """,
        // 2: dead letters can be listed over all journeys, newest first, by tile, destination and code; what was sent and what
        // came back is stored once for the members of one request. An exchange goes with its last error.
        """
        CREATE TABLE exchanges(n INTEGER PRIMARY KEY AUTOINCREMENT, request TEXT, response TEXT) STRICT;
        ALTER TABLE member_errors RENAME TO member_errors_1;
        CREATE TABLE member_errors(
            journey INTEGER NOT NULL, key TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
            http_status INTEGER, tile INTEGER NOT NULL, destination TEXT, attempts INTEGER NOT NULL,
            failed_at INTEGER NOT NULL, parked INTEGER NOT NULL, exchange INTEGER,
            PRIMARY KEY(journey, key)) STRICT, WITHOUT ROWID;
        INSERT INTO exchanges(request, response)
            SELECT DISTINCT request, response FROM member_errors_1 WHERE request IS NOT NULL OR response IS NOT NULL;
        CREATE INDEX exchanges_1 ON exchanges(request, response);
        INSERT INTO member_errors
            SELECT e.journey, e.key, e.code, e.message, e.http_status, m.tile, NULL, m.attempt,
                coalesce(m.first_attempt_at, m.arrived_at, 0), m.state = 3,
                (SELECT x.n FROM exchanges x WHERE x.request IS e.request AND x.response IS e.response
                    AND (e.request IS NOT NULL OR e.response IS NOT NULL))
            FROM member_errors_1 e JOIN members m ON m.journey = e.journey AND m.key = e.key;
        DROP INDEX exchanges_1;
        DROP TABLE member_errors_1;
        DELETE FROM exchanges WHERE n NOT IN (SELECT exchange FROM member_errors WHERE exchange IS NOT NULL);
        CREATE INDEX member_errors_parked ON member_errors(failed_at, journey, key) WHERE parked = 1;
        CREATE INDEX member_errors_exchange ON member_errors(exchange) WHERE exchange IS NOT NULL;
        CREATE TRIGGER member_errors_gone AFTER DELETE ON member_errors WHEN OLD.exchange IS NOT NULL BEGIN
            DELETE FROM exchanges WHERE n = OLD.exchange
                AND NOT EXISTS (SELECT 1 FROM member_errors WHERE exchange = OLD.exchange);
        END;
        CREATE TRIGGER member_errors_changed AFTER UPDATE OF exchange ON member_errors
            WHEN OLD.exchange IS NOT NULL AND OLD.exchange IS NOT NEW.exchange BEGIN
            DELETE FROM exchanges WHERE n = OLD.exchange
                AND NOT EXISTS (SELECT 1 FROM member_errors WHERE exchange = OLD.exchange);
        END;
        """,
        // 3: the paths of members (decision 0014). `path` is last, where only those who ask for it read it; null is a journey
        // that keeps none, and everyone who was inside before. `past_entries` has what re-entry would write over.
        """
        ALTER TABLE members ADD COLUMN path BLOB;
        CREATE TABLE step_kinds(
            journey INTEGER NOT NULL, n INTEGER NOT NULL, tile INTEGER NOT NULL, branch TEXT, plugin TEXT NOT NULL,
            generation INTEGER NOT NULL, PRIMARY KEY(journey, n)) STRICT, WITHOUT ROWID;
        CREATE TABLE past_entries(
            journey INTEGER NOT NULL, key TEXT NOT NULL, entry INTEGER NOT NULL, status INTEGER, reason INTEGER,
            tile INTEGER, attempt INTEGER, generation INTEGER, entered_at INTEGER, left_at INTEGER, path BLOB,
            PRIMARY KEY(journey, key, entry)) STRICT, WITHOUT ROWID;
        """,
        // 4: how far a journey's waits have moved by a pause (`PauseRecord`, by its number in control.db); no wake: all have.
        """
        CREATE TABLE pauses(
            journey INTEGER PRIMARY KEY, pause INTEGER NOT NULL, wake INTEGER, key TEXT) STRICT;
        """,
        // 5: the last pause after which tiles have been asked when waits end that it moved.
        """
        ALTER TABLE pauses ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
        """,
    ]

    /// Brings a file up to date, each migration in its own transaction.
    static func migrate(_ database: Database, path: String) throws {
        let version = try database.statement("PRAGMA user_version")
        let present = try version.step() ? version.int(0) : 0
        version.reset()
        guard present <= migrations.count else {
            throw MemberStoreError.newerFile(path: path, version: present, known: migrations.count)
        }
        for number in present..<migrations.count {
            try database.transaction {
                try database.execute(migrations[number])
                try database.execute("PRAGMA user_version = \(number + 1)")
            }
        }
    }
}
