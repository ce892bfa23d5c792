import CSQLite
import Journeys
import SQLite

/// A model's SQL, checked against the source as it is in the reader's transaction.
struct ResolvedModel {
    struct ResultColumn {
        var name: String
        /// The source column that the result column is, unchanged; nil for expressions, and throughout compounds, whose
        /// other parts SQLite does not tell.
        var origin: (table: SourceTable, column: Column)?
    }

    static let maxColumns = 200
    static let maxNameBytes = 128

    let text: SQLText
    let columns: [ResultColumn]

    /// - Throws: `ModelSQLError`, `SourceGone`.
    init(_ sql: String, on reader: SourceReader) throws {
        text = try SQLText(sql)
        let statement = try reader.prepare(text.body, .model)
        let handle = statement.handle
        guard sqlite3_stmt_readonly(handle) != 0, sqlite3_stmt_isexplain(handle) == 0 else {
            throw ModelSQLError(.refused, "a model can only read: give one SELECT")
        }
        guard sqlite3_bind_parameter_count(handle) == 0 else {
            throw ModelSQLError(
                .refused, "a model's SQL takes no parameters (?, :name …): write the value, or filter in the journey")
        }
        try reader.checkReads(of: text.body)
        let count = sqlite3_column_count(handle)
        guard count <= Self.maxColumns else {
            throw ModelSQLError(
                .refused, "the SQL gives \(count) columns, a model has at most \(Self.maxColumns): name those needed")
        }
        var columns: [ResultColumn] = []
        var seen: Set<[UInt8]> = []
        for index in 0..<count {
            let name = statement.columnName(index)
            try Self.check(name, place: Int(index) + 1, seen: &seen)
            columns.append(
                ResultColumn(
                    name: name, origin: text.isCompound ? nil : Self.origin(handle, index, reader.catalogue)))
        }
        self.columns = columns
    }

    private static func check(_ name: String, place: Int, seen: inout Set<[UInt8]>) throws(ModelSQLError) {
        guard !name.utf8.isEmpty else {
            throw ModelSQLError(.refused, "result column \(place) has no name: give it one with AS")
        }
        guard seen.insert(Array(name.utf8)).inserted else {
            throw ModelSQLError(
                .refused, "two result columns are called '\(name.prefix(100))': give each a name of its own with AS")
        }
        guard name.utf8.count <= maxNameBytes else {
            throw ModelSQLError(
                .refused,
                "result column \(place) has a name of more than \(maxNameBytes) bytes: give it a shorter "
                    + "one with AS")
        }
        guard name.utf8.first != UInt8(ascii: "$") else {
            throw ModelSQLError(
                .refused, "result column '\(name)': names with $ are the gateway's own: give it another one with AS")
        }
    }

    private static func origin(
        _ statement: OpaquePointer, _ index: Int32, _ catalogue: Catalogue
    ) -> (table: SourceTable, column: Column)? {
        guard let table = sqlite3_column_table_name(statement, index).map({ String(cString: $0) }),
            let name = sqlite3_column_origin_name(statement, index).map({ String(cString: $0) }),
            let found = catalogue.table(table),
            let column = found.columns.first(where: { $0.name.utf8.elementsEqual(name.utf8) })
        else { return nil }
        return (found, column)
    }
}
