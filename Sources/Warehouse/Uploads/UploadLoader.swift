import CSQLite
import Journeys
import SQLite

/// Loads staged rows into their table, in one transaction.
struct UploadLoader {
    private let target: UploadTarget
    private let rows: UploadRows
    private let database: Database
    /// The upload's columns with their final types, in the order of the staged ones.
    private let loaded: [Column]

    init(_ target: UploadTarget, _ rows: UploadRows) throws(UploadRefused) {
        try rows.check()
        self.target = target
        self.rows = rows
        database = rows.staging.database
        loaded = rows.columns.map { $0.resolved(isKey: Self.same($0.name, target.key)) }
        if target.isNew, loaded.isEmpty, rows.staging.rows > 0 || target.declared.isEmpty {
            throw UploadRefused(
                "no row has a column: give the objects members, or send none and declare the columns with types")
        }
        if target.isNew, rows.staging.rows == 0, rows.columns.contains(where: { $0.type == nil }) {
            let first = rows.problems.first.map { " (line \($0.line): \($0.message))" } ?? ""
            throw UploadRefused(
                "no row could be loaded\(first), so the columns' types can't be told: declare them with types")
        }
    }

    /// - Throws: `UploadRefused`, `SQLiteError`; the table is then as it was.
    func load() throws -> UploadResult {
        try rows.staging.seal()
        target.file.writing.wait { isWriting in
            if isWriting { return nil as Void? }
            isWriting = true
            return ()
        }
        defer { target.file.writing.update { $0 = false } }
        let replaced = try database.transaction { try write() }
        var result = UploadResult()
        result.rows = rows.staging.rows
        result.updated = replaced
        result.inserted = result.rows - replaced
        result.bad = rows.bad
        result.problems = rows.problems
        return result
    }

    /// Returns how many rows took another one's place.
    private func write() throws -> Int {
        let present = try Catalogue(from: database).entries[target.name.lowercased()]
        guard present?.version == target.present?.version else {
            throw UploadRefused("table '\(target.name)' was made anew by another upload meanwhile: send this one again")
        }
        var entry =
            present
            ?? Catalogue.Entry(
                table: SourceTable(name: target.name, key: target.key, columns: [], rows: 0), version: 0)
        if target.isNew {
            entry.table.columns = loaded + unseen
            entry.table.key = target.key
            entry.version += 1
            if present != nil { try database.execute("DROP TABLE \(quoted(target.name))") }
            try database.execute(definition(of: entry.table))
        } else if target.mode == .replace {
            try database.execute("DELETE FROM \(quoted(target.name))")
        }
        let replaced = try insert(into: entry.table)
        if target.isNew, let key = entry.table.key,
            entry.table.columns.first(where: { $0.name == key })?.type == .integer
        {
            // Members' keys are texts: a scan reads integers in the order of their decimal text.
            try database.execute(
                "CREATE INDEX \(quoted("_tessera_key_\(target.name)")) ON \(quoted(target.name))(CAST(\(quoted(key)) AS TEXT))"
            )
        }
        if target.isNew || target.mode == .replace { entry.table.rows = 0 }
        entry.table.rows += rows.staging.rows - replaced
        try Catalogue.write(entry, to: database)
        return replaced
    }

    /// Declared columns that no line of NDJSON had.
    private var unseen: [Column] {
        target.declared.filter { declared in !loaded.contains { Self.same($0.name, declared.name) } }
            .map { Column(name: $0.name, type: $0.type, nullable: true) }
    }

    private func definition(of table: SourceTable) -> String {
        let key = table.columns.first { Self.same($0.name, table.key) }
        let columns = table.columns.map { column in
            let type =
                switch column.type {
                case .string, .date, .timestamp: "TEXT"
                case .integer, .boolean: "INTEGER"
                case .number: "REAL"
                }
            return "\(quoted(column.name)) \(type)\(column.name == key?.name ? " NOT NULL PRIMARY KEY" : "")"
        }
        // Small rows lie in the key's own tree, so that a scan in key order reads page after page. Large ones would spill
        // into overflow pages there.
        let isSmall = rows.staging.bytes / max(1, rows.staging.rows) <= 1000
        let layout = key != nil && key?.type != .integer && isSmall ? "STRICT, WITHOUT ROWID" : "STRICT"
        return "CREATE TABLE \(quoted(table.name))(\(columns.joined(separator: ", "))) \(layout)"
    }

    private func insert(into table: SourceTable) throws -> Int {
        // An empty file of NDJSON with declared types has no column of its own.
        if loaded.isEmpty { return 0 }
        let names = loaded.map { quoted($0.name) }.joined(separator: ",")
        let values = loaded.indices.map { rows.columns[$0].value("c\($0)", as: loaded[$0].type) }
        var sql =
            "INSERT INTO \(quoted(table.name))(\(names)) SELECT \(values.joined(separator: ",")) FROM staging.rows"
        guard let key = table.key, let place = loaded.firstIndex(where: { Self.same($0.name, key) }) else {
            try database.prepare(sql + " ORDER BY place").run()
            return 0
        }
        // Of a repeated key the last row stays, so their order counts.
        let isSorted =
            switch loaded[place].type {
            case .integer: rows.order.integersAscend
            case .timestamp: false
            default: rows.order.textsAscend
            }
        let counter = Counter()
        counter.install(on: database)
        // A row is the whole row: columns that the upload lacks become null.
        let others = table.columns.filter { !Self.same($0.name, key) }.map { quoted($0.name) }
        let changes = (others.isEmpty ? [quoted(key)] : others).map { "\($0) = excluded.\($0)" }
        sql += " WHERE true ORDER BY \(isSorted ? "place" : "\(values[place]), place")"
        sql += " ON CONFLICT(\(quoted(key))) DO UPDATE SET \(changes.joined(separator: ",")) WHERE \(Counter.name)()"
        try database.prepare(sql).run()
        return counter.count
    }

    private func quoted(_ name: String) -> String {
        "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }

    private static func same(_ name: String, _ other: String?) -> Bool {
        other.map { name.utf8.elementsEqual($0.utf8) } ?? false
    }
}

/// Counts the rows that an upsert found there already: SQLite tells only their sum with the new ones.
private final class Counter {
    static let name = "_tessera_updated"
    private(set) var count = 0

    func install(on database: Database) {
        // The counter lives as long as the statement that counts, and the function is made anew for the next one.
        sqlite3_create_function_v2(
            database.handle, Self.name, 0, SQLITE_UTF8, Unmanaged.passRetained(self).toOpaque(),
            { context, _, _ in
                guard let data = sqlite3_user_data(context) else { return }
                Unmanaged<Counter>.fromOpaque(data).takeUnretainedValue().count += 1
                sqlite3_result_int(context, 1)
            }, nil, nil, { data in data.map { Unmanaged<Counter>.fromOpaque($0).release() } })
    }
}
