import CSQLite
import Journeys
import SQLite

/// What an upload is to be loaded into, as it was when the upload began.
struct UploadTarget {
    let file: SourceFile
    let name: String
    /// The table as it is; nil when there is none yet.
    let present: Catalogue.Entry?
    let key: String?
    let declared: [(name: String, type: ColumnType)]
    let mode: UploadMode

    /// The table is made by this upload: it is the first one, or replaces rows and types.
    var isNew: Bool { present == nil || (mode == .replace && !declared.isEmpty) }

    /// The columns that are known before the first row: all of an existing table's.
    var fixedColumns: [Column]? { isNew ? nil : present?.table.columns }

    /// - Throws: `UploadRefused` when name, key and types don't go together or with the table.
    init(
        file: SourceFile, table: String, present: Catalogue.Entry?, key: String?, declared: [(String, ColumnType)],
        mode: UploadMode
    ) throws(UploadRefused) {
        self.file = file
        self.present = present
        self.mode = mode
        self.declared = declared.map { (name: $0, type: $1) }
        name = present?.table.name ?? table
        self.key = key ?? present?.table.key
        try Self.check(name: table)
        var seen: Set<String> = []
        for (column, _) in declared where !seen.insert(column.lowercased()).inserted {
            throw UploadRefused("column '\(column)' is declared twice", parameter: "types")
        }
        if let key, key.isEmpty { throw UploadRefused("the key is empty: name a column", parameter: "key") }
        if let key = self.key, let type = self.declared.first(where: { $0.name == key })?.type,
            type == .number || type == .boolean
        {
            throw UploadRefused(
                "the key column '\(key)' is declared as \(type.rawValue): declare it as string or integer",
                parameter: "types")
        }
        if !isNew, let table = present?.table { try check(against: table) }
    }

    private func check(against table: SourceTable) throws(UploadRefused) {
        if let key, key != table.key {
            let present = table.key.map { "has the key '\($0)'" } ?? "has no key"
            throw UploadRefused(
                "table '\(name)' \(present): leave key out, or replace the table with mode=replace and types",
                parameter: "key")
        }
        for (column, type) in declared {
            guard let found = table.columns.first(where: { $0.name == column }) else {
                throw UploadRefused(unknown(column, in: table), parameter: "types")
            }
            guard found.type == type else {
                throw UploadRefused(
                    "column '\(column)' of table '\(name)' is \(found.type.rawValue), not \(type.rawValue): leave it out, "
                        + "or replace the table with mode=replace and types", parameter: "types")
            }
        }
    }

    /// Why a column of the upload can't be loaded.
    func unknown(_ column: String, in table: SourceTable) -> String {
        "table '\(name)' has no column '\(column)'\(NearNames.phrase(for: column, among: table.columns.map(\.name)))"
            + "; to change its columns use mode=replace with types"
    }

    /// Names that stand in SQL without quotes, and are not SQLite's or ours.
    private static func check(name: String) throws(UploadRefused) {
        let bytes = Array(name.utf8)
        let isName = bytes.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
            default: false
            }
        }
        guard isName, (1...63).contains(bytes.count) else {
            throw UploadRefused(
                "'\(name.prefix(80))' is no table name: use 1 to 63 letters, digits and _, beginning with no digit",
                parameter: "table")
        }
        let lowered = name.lowercased()
        for prefix in ["sqlite_", "_tessera", "pragma_"] where lowered.hasPrefix(prefix) {
            throw UploadRefused("table names with \(prefix) are taken: choose another one", parameter: "table")
        }
        if SQLFunctions.tables.contains(lowered) {
            throw UploadRefused("'\(name)' is a function of SQL: choose another table name", parameter: "table")
        }
    }

    /// An error of SQLite in the terms of an upload's caller.
    func failure(_ error: SQLiteError) -> any Error {
        switch error.primaryCode {
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN:
            SourceGone("the source's file can't be written: \(error.message)")
        case SQLITE_FULL:
            WarehouseFailure("the upload was not loaded, because the disk is full: make room and send it again")
        case SQLITE_BUSY:
            WarehouseFailure("the upload was not loaded, because another process writes to the source: send it again")
        default:
            WarehouseFailure("the upload was not loaded: \(error.message)")
        }
    }
}
