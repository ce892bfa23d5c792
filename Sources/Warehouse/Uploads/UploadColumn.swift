import Journeys
import SQLite

/// A column of an upload: its name, and how its cells become values.
struct UploadColumn {
    let name: String
    let nameBytes: [UInt8]
    /// Declared, or the table's; nil while it is found out.
    let type: ColumnType?
    var inference = ColumnInference()
    var isJSON = false

    init(name: String, type: ColumnType?, isJSON: Bool = false) {
        self.name = name
        nameBytes = Array(name.utf8)
        self.type = type
        self.isJSON = isJSON
    }

    /// The column as the table gets it. A key's text is all that counts, so that only integers are not text.
    func resolved(isKey: Bool) -> Column {
        var found = type ?? inference.type
        if isKey, found == .number || found == .boolean { found = .string }
        return Column(
            name: name, type: found, nullable: !isKey, isJSON: type == nil ? inference.isJSON : isJSON)
    }

    /// Binds a cell of a column whose type is known; false when it does not fit. Texts are borrowed.
    func bind(_ cell: RowCell, to statement: Statement, _ place: Int32) -> Bool {
        if cell.kind == .null {
            statement.bind(place, nil as Int64?)
            return true
        }
        let isText = cell.kind == .plain || cell.kind == .string
        switch type ?? .string {
        case .string:
            statement.bind(place, borrowedText: cell.bytes)
            return true
        case .integer:
            guard cell.kind == .plain || cell.kind == .number, let value = NumberText.integer(cell.bytes) else {
                return false
            }
            statement.bind(place, value)
        case .number:
            guard cell.kind == .plain || cell.kind == .number, let value = NumberText.double(cell.bytes) else {
                return false
            }
            statement.bind(place, value)
        case .boolean:
            guard cell.kind == .plain || cell.kind == .bool, let value = BooleanText.value(cell.bytes) else {
                return false
            }
            statement.bind(place, value ? 1 : 0)
        case .date:
            guard isText, Timestamp.parseDate(cell.bytes) != nil else { return false }
            statement.bind(place, borrowedText: cell.bytes)
        case .timestamp:
            guard isText, let instant = TimestampText.parse(cell.bytes) else { return false }
            statement.bind(place, Timestamp.fixed(instant))
        }
        return true
    }

    /// Why `bind` said no.
    func misfit(_ cell: RowCell) -> String {
        let wanted =
            switch type ?? .string {
            case .string: "a string"
            case .integer: "an integer (no leading zeros, no fraction)"
            case .number: "a number"
            case .boolean: "true or false"
            case .date: "a date like 2024-01-15"
            case .timestamp: "a timestamp like 2024-01-15T09:30:00Z"
            }
        return "column '\(name)': \(cell.quoted) is not \(wanted)"
    }

    /// In SQL: the value for the table, from the one that was staged in column `staged`.
    func value(_ staged: String, as final: ColumnType) -> String {
        guard type == nil else { return staged }
        // What was staged is the text as it stood in the file, and all of them fit.
        return switch final {
        case .string, .date: staged
        case .integer: "CAST(\(staged) AS INTEGER)"
        case .number: "\(CellFunctions.number)(\(staged))"
        case .boolean: "(lower(\(staged)) = 'true')"
        case .timestamp: "\(CellFunctions.timestamp)(\(staged))"
        }
    }
}
