import Journeys
import SQLite

/// What the embedded source's file says about its tables: STRICT knows no dates and booleans, so two tables of our own do.
/// Models can't see them.
struct Catalogue {
    static let tablesName = "_tessera_tables"
    static let columnsName = "_tessera_columns"

    /// A table and how often it was made anew, by which an upload sees that another one was faster.
    struct Entry {
        var table: SourceTable
        var version: Int
    }

    /// By name in ASCII lower case, as SQLite compares names.
    private(set) var entries: [String: Entry] = [:]

    var tables: [SourceTable] {
        entries.values.map(\.table).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    func table(_ name: String) -> SourceTable? { entries[name.lowercased()]?.table }

    static func create(in database: Database) throws(SQLiteError) {
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS \(tablesName)(
                name TEXT NOT NULL PRIMARY KEY COLLATE NOCASE, key TEXT, rows INTEGER NOT NULL, version INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE IF NOT EXISTS \(columnsName)(
                table_name TEXT NOT NULL COLLATE NOCASE, place INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
                json INTEGER NOT NULL, PRIMARY KEY(table_name, place)
            ) STRICT, WITHOUT ROWID;
            """)
    }

    init(from database: Database) throws(SQLiteError) {
        let tables = try database.statement("SELECT name, key, rows, version FROM main.\(Self.tablesName)")
        while try tables.step() {
            let name = tables.string(0)
            entries[name.lowercased()] = Entry(
                table: SourceTable(name: name, key: tables.optionalString(1), columns: [], rows: tables.int(2)),
                version: tables.int(3))
        }
        tables.reset()
        let columns = try database.statement(
            "SELECT table_name, name, type, json FROM main.\(Self.columnsName) ORDER BY table_name, place")
        while try columns.step() {
            let table = columns.string(0).lowercased()
            guard var entry = entries[table] else { continue }
            entries[table] = nil
            let name = columns.string(1)
            entry.table.columns.append(
                Column(
                    name: name, type: ColumnType(rawValue: columns.string(2)) ?? .string,
                    nullable: name != entry.table.key, isJSON: columns.int(3) != 0))
            entries[table] = entry
        }
        columns.reset()
    }

    /// Records a table; the caller has a transaction open.
    static func write(_ entry: Entry, to database: Database) throws(SQLiteError) {
        let table = entry.table
        try database.statement("DELETE FROM main.\(columnsName) WHERE table_name = ?").bind(1, table.name).run()
        try database.statement("INSERT OR REPLACE INTO main.\(tablesName) VALUES(?,?,?,?)")
            .bind(1, table.name).bind(2, table.key).bind(3, table.rows).bind(4, entry.version).run()
        for (place, column) in table.columns.enumerated() {
            try database.statement("INSERT INTO main.\(columnsName) VALUES(?,?,?,?,?)")
                .bind(1, table.name).bind(2, place).bind(3, column.name).bind(4, column.type.rawValue)
                .bind(5, column.isJSON ? 1 : 0).run()
        }
    }
}
