import Columns
import Journeys
import SQLite

/// What is asked of a model: its columns, a filter, flags. Writes the SQL for each way of reading it.
struct ModelRequest {
    let query: ModelQuery
    let columns: [Column]
    let filter: BoundFilter?
    let flags: [BoundFilter]
    let runAt: Int64
    let schema: BatchSchema

    /// - Throws: `ModelSQLError` when the model has no such column.
    init(
        _ query: ModelQuery, columns names: [String], filter: BoundFilter?, flags: [BoundFilter], runAt: Int64
    ) throws(ModelSQLError) {
        self.query = query
        self.filter = filter
        self.flags = flags
        self.runAt = runAt
        var columns: [Column] = []
        for name in names {
            guard let column = query.columns.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                throw ModelSQLError(
                    .refused,
                    "the model has no column '\(name)'\(NearNames.phrase(for: name, among: query.columns.map(\.name)))")
            }
            columns.append(column)
        }
        self.columns = columns
        schema = BatchSchema(
            columns: [Column(name: "$member", type: .string, nullable: false)] + columns
                + flags.indices.map { Column(name: "$flag\($0)", type: .boolean, nullable: false) })
    }

    /// All rows that match, in key order, from `key` on.
    func scan(on reader: SourceReader, after key: [UInt8]?) throws -> ModelStatement {
        try write(on: reader) { access, sql, select in
            let condition = try filter.map { try sql.condition($0) } ?? "1"
            let start = key.map { " AND \(access.keyText) >= \(sql.values.add(.text($0)))" } ?? ""
            return "\(select) FROM \(ModelAccess.name) WHERE (\(condition))\(start) ORDER BY \(access.keyText)"
        }
    }

    /// The rows of these keys, in key order. A key column of a table is looked up by its index; other models are read as a
    /// whole.
    func lookup(_ keys: BoundList, on reader: SourceReader) throws -> ModelStatement {
        try write(on: reader) { access, sql, select in
            let list = "\(ListTable.name)(\(sql.values.add(.list(keys))))"
            switch access.key {
            case .text(isTableKey: true):
                return "\(select) FROM \(list) AS k CROSS JOIN \(ModelAccess.name) ON \(access.keyRaw) = k.value "
                    + "ORDER BY k.value"
            case .integer(isTableKey: true):
                return "\(select) FROM \(list) AS k CROSS JOIN \(ModelAccess.name) ON \(access.keyRaw) = k.number "
                    + "ORDER BY k.value"
            default:
                return "\(select) FROM \(ModelAccess.name) WHERE \(access.keyText) IN (SELECT value FROM \(list)) "
                    + "AND typeof(\(access.keyRaw)) <> 'blob' ORDER BY \(access.keyText)"
            }
        }
    }

    /// How many keys the matching rows have.
    func count(on reader: SourceReader) throws -> ModelStatement {
        try write(on: reader) { access, sql, _ in
            let condition = try filter.map { try sql.condition($0) } ?? "1"
            return "SELECT count(DISTINCT \(access.keyText)) FROM \(ModelAccess.name) WHERE (\(condition)) "
                + "AND typeof(\(access.keyRaw)) <> 'blob'"
        }
    }

    /// Checks the model, writes the statement around it and binds its values.
    private func write(
        on reader: SourceReader, _ body: (ModelAccess, inout FilterSQL, _ select: String) throws -> String
    ) throws -> ModelStatement {
        let access = try ModelAccess(query, ResolvedModel(query.sql, on: reader))
        var sql = FilterSQL(access, runAt: runAt)
        var selected = [access.keyRaw]
        var cells: [RowReader.Cell] = []
        for column in columns {
            let found = try access.column(column.name)
            selected.append(found.raw)
            cells.append(RowReader.Cell(type: found.type, isPlain: found.isPlain))
        }
        for flag in flags { selected.append(try sql.condition(flag)) }
        let text = try body(access, &sql, "SELECT \(selected.joined(separator: ","))")
        let conditions = flags.reduce(filter?.conditionCount ?? 0) { $0 + $1.conditionCount }
        let statement = try reader.prepare("\(access.head(conditions: conditions)) \(text)", .wrapped)
        sql.values.bind(to: statement)
        return ModelStatement(statement: statement, cells: cells, isKeyPlain: access.isKeyPlain)
    }
}

/// A statement over a model, bound and ready to step.
struct ModelStatement {
    let statement: Statement
    /// How the columns after the key are read.
    let cells: [RowReader.Cell]
    /// The key is a text as the upload stored it: checked once, then.
    let isKeyPlain: Bool
}
