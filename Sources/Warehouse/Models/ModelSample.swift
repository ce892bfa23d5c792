import CSQLite
import Journeys
import SQLite

/// The first rows of a model: what its computed columns' types are inferred from, and what a preview shows.
struct ModelSample {
    let columns: [Column]
    let rows: [[JSON]]

    static let maxRows = 1000
    /// Of all texts of the rows that are kept.
    static let maxKeptBytes = 8 << 20

    /// Reads up to 1,000 rows and keeps the first `keep` of them, which may have 8 MiB together.
    /// - Throws: `ModelSQLError`, `SourceGone`, `DeadlineExceeded`.
    init(_ model: ResolvedModel, on reader: SourceReader, keep: Int) throws {
        var guesses = [Guess](repeating: Guess(), count: model.columns.count)
        let isKnown = model.columns.map { $0.origin != nil }
        var kept: [[Cell]] = []
        var keptBytes = 0
        if keep > 0 || isKnown.contains(false) {
            // In brackets as every scan has it, so that nothing passes here that fails there.
            let statement = try reader.prepare(
                "SELECT * FROM (\(model.text.body)\n) LIMIT \(max(keep, Self.maxRows))", .wrapped)
            try reader.running {
                while try statement.step() {
                    try reader.checkWatch()
                    var row: [Cell] = []
                    for place in 0..<model.columns.count {
                        let cell = Cell(statement, Int32(place))
                        guesses[place].see(cell)
                        if kept.count < keep { keptBytes += cell.byteCount }
                        guard keptBytes <= Self.maxKeptBytes else {
                            throw ModelSQLError(
                                .failed,
                                "the first \(keep) rows of the model have more than 8 MiB: leave its large columns out, or shorten them with substr()"
                            )
                        }
                        row.append(cell)
                    }
                    if kept.count < keep { kept.append(row) }
                }
            }
        }
        let types = zip(model.columns, guesses).map { $0.origin?.column.type ?? $1.type }
        columns = zip(model.columns, types).map { Self.column($0, $1, in: model) }
        rows = kept.map { row in zip(row, types).map { $0.json(as: $1) } }
    }

    /// The columns without a look at the rows: computed ones are strings.
    static func columns(of model: ResolvedModel) -> [Column] {
        model.columns.map { column($0, $0.origin?.column.type ?? .string, in: model) }
    }

    private static func column(
        _ result: ResolvedModel.ResultColumn, _ type: ColumnType, in model: ResolvedModel
    ) -> Column {
        let isNeverNull = model.text.isPlain && result.origin?.column.nullable == false
        return Column(
            name: result.name, type: type, nullable: !isNeverNull, isJSON: result.origin?.column.isJSON ?? false)
    }
}

extension ModelSample {
    /// A value as SQLite gave it.
    enum Cell {
        case null
        case integer(Int64)
        case number(Double)
        case text(String)
        case blob

        init(_ statement: Statement, _ column: Int32) {
            switch statement.storage(column) {
            case SQLITE_INTEGER: self = .integer(statement.int64(column))
            case SQLITE_FLOAT: self = .number(statement.double(column))
            case SQLITE_TEXT:
                let bytes = statement.bytes(column)
                self = CellReader.isUTF8(bytes) ? .text(String(decoding: bytes, as: UTF8.self)) : .blob
            case SQLITE_NULL: self = .null
            default: self = .blob
            }
        }

        var byteCount: Int { if case .text(let text) = self { text.utf8.count } else { 0 } }

        /// The value in a column's type; null for a misfit, as scans read it.
        func json(as type: ColumnType) -> JSON {
            switch (type, self) {
            case (.string, .text(let text)): .string(text)
            case (.integer, .integer(let integer)): .integer(integer)
            case (.number, .integer(let integer)): .number(Double(integer))
            case (.number, .number(let number)): number.isFinite ? .number(number) : .null
            case (.boolean, .integer(0)): false
            case (.boolean, .integer(1)): true
            case (.date, .text(let text)): Timestamp.parseDate(text) == nil ? .null : .string(text)
            case (.timestamp, .text(let text)): TimestampText.parse(text).map { .string(Timestamp.fixed($0)) } ?? .null
            default: .null
            }
        }
    }

    /// The type that all values of a computed column have.
    struct Guess {
        private var hasIntegers = false
        private var hasNumbers = false
        private var hasOthers = false
        private var hasTexts = false
        private var areDates = true
        private var areTimestamps = true

        mutating func see(_ cell: Cell) {
            switch cell {
            case .null: break
            case .integer: hasIntegers = true
            case .number: hasNumbers = true
            case .blob: hasOthers = true
            case .text(let text):
                hasTexts = true
                if areDates, Timestamp.parseDate(text) == nil { areDates = false }
                if areTimestamps, TimestampText.parse(text) == nil { areTimestamps = false }
            }
        }

        var type: ColumnType {
            if hasOthers || (hasTexts && (hasIntegers || hasNumbers)) { return .string }
            if hasTexts { return areDates ? .date : areTimestamps ? .timestamp : .string }
            return hasNumbers ? .number : hasIntegers ? .integer : .string
        }
    }
}
