import SQLite

/// One numbered step of a database's schema. Once released it never changes.
struct SchemaMigration: Sendable {
    var number: Int
    var name: String
    var sql: String
}

/// Brings a database to the newest schema. The number of the last step done stands in the file (`user_version`).
enum SchemaMigrator {
    /// Runs the steps that the file does not have, each in a transaction of its own. Several processes may do so at once.
    /// - Throws: `StoreError.newerSchema` when the file has steps that this program does not know.
    static func migrate(_ database: Database, _ migrations: [SchemaMigration], file: String) throws {
        let known = migrations.last?.number ?? 0
        let found = try version(database)
        guard found <= known else { throw StoreError.newerSchema(file: file, found: found, known: known) }
        for migration in migrations where migration.number > found {
            try database.transaction {
                // Another process may have been faster between the look above and the lock.
                guard try version(database) < migration.number else { return }
                try database.execute(migration.sql)
                try database.execute("PRAGMA user_version = \(migration.number)")
            }
        }
    }

    static func version(_ database: Database) throws -> Int {
        let statement = try database.prepare("PRAGMA user_version")
        return try statement.step() ? statement.int(0) : 0
    }
}
