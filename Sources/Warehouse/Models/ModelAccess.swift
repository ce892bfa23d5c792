import Journeys

/// Where a model's columns are in its SQL's result, and how SQL reads each in the column's type.
struct ModelAccess {
    /// One column of the model.
    struct ColumnAccess {
        /// The result column, as the wrapped SQL calls it.
        var raw: String
        /// In SQL: the value, or null where it does not fit the type. Never with a collation or affinity that is not the
        /// type's own.
        var value: String
        var type: ColumnType
        /// The value is a source column of this type as the upload stored it: checked once, then.
        var isPlain: Bool
    }

    /// How the key is compared and ordered as text.
    enum Key {
        /// A text column of a table: the text itself.
        case text(isTableKey: Bool)
        /// An integer column of a table.
        case integer(isTableKey: Bool)
        /// Anything else, blobs included.
        case any
    }

    let model: ResolvedModel
    let key: Key
    /// The key is a text as the upload stored it.
    var isKeyPlain: Bool { if case .text = key { true } else { false } }
    /// The result column that is the key.
    let keyRaw: String
    /// In SQL: the key as text, what rows are ordered by.
    let keyText: String
    private let columns: [[UInt8]: ColumnAccess]

    /// - Throws: `ModelSQLError` when the SQL's result lacks a column of the model: the source has changed.
    init(_ query: ModelQuery, _ model: ResolvedModel) throws(ModelSQLError) {
        self.model = model
        var places: [[UInt8]: Int] = [:]
        for (place, column) in model.columns.enumerated() { places[Array(column.name.utf8)] = place }
        var columns: [[UInt8]: ColumnAccess] = [:]
        for column in query.columns {
            guard let place = places[Array(column.name.utf8)] else { continue }
            columns[Array(column.name.utf8)] = Self.access(
                place, column.type, isPlain: model.columns[place].origin?.column.type == column.type)
        }
        self.columns = columns
        guard let place = places[Array(query.keyColumn.utf8)] else {
            throw Self.missing(query.keyColumn, model)
        }
        keyRaw = "c\(place)"
        guard let origin = model.columns[place].origin else {
            key = .any
            keyText = "CAST(\(keyRaw) AS TEXT)"
            return
        }
        let isTableKey = origin.table.key.map { $0.utf8.elementsEqual(origin.column.name.utf8) } ?? false
        switch origin.column.type {
        case .string, .date, .timestamp:
            key = .text(isTableKey: isTableKey)
            keyText = keyRaw
        case .integer:
            key = .integer(isTableKey: isTableKey)
            keyText = "CAST(\(keyRaw) AS TEXT)"
        case .number, .boolean:
            key = .any
            keyText = "CAST(\(keyRaw) AS TEXT)"
        }
    }

    /// - Throws: `ModelSQLError` when there is no such column.
    func column(_ name: String) throws(ModelSQLError) -> ColumnAccess {
        guard let access = columns[Array(name.utf8)] else { throw Self.missing(name, model) }
        return access
    }

    /// The model as a WITH query called `m`, columns c0, c1 … by position: no name of the model gets into our SQL.
    /// - Parameter conditions: of the filters around it; each may repeat an expression of the model, which is too much
    /// for some: those models are read into a table of SQLite's first.
    func head(conditions: Int) -> String {
        let names = (0..<model.columns.count).map { "c\($0)" }.joined(separator: ",")
        let isHuge = conditions * model.text.weight > 2_000_000
        return "WITH \(Self.name)(\(names)) AS \(isHuge ? "MATERIALIZED" : "NOT MATERIALIZED") (\(model.text.body)\n)"
    }

    static let name = "_tessera_model"

    private static func access(_ place: Int, _ type: ColumnType, isPlain: Bool) -> ColumnAccess {
        let raw = "c\(place)"
        // An upload into a STRICT table stored only what fits, so the tests are for values that SQL computes.
        let value =
            switch type {
            case _ where isPlain: raw
            case .string: "\(CellFunctions.text)(\(raw))"
            case .integer: "CASE WHEN typeof(\(raw)) = 'integer' THEN +\(raw) END"
            case .number: "CASE WHEN typeof(\(raw)) IN ('real','integer') THEN CAST(\(raw) AS REAL) END"
            case .boolean: "CASE WHEN typeof(\(raw)) = 'integer' AND +\(raw) IN (0,1) THEN +\(raw) END"
            case .date: "\(CellFunctions.date)(\(raw))"
            case .timestamp: "\(CellFunctions.timestamp)(\(raw))"
            }
        return ColumnAccess(raw: raw, value: isPlain ? value : "(\(value))", type: type, isPlain: isPlain)
    }

    private static func missing(_ name: String, _ model: ResolvedModel) -> ModelSQLError {
        ModelSQLError(
            .refused,
            "the model's SQL gives no column '\(name)'\(NearNames.phrase(for: name, among: model.columns.map(\.name)))")
    }
}
