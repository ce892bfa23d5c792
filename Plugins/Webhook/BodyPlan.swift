import TesseraPluginKit

/// Why destination fields make no object.
struct MappingError: Error {
    /// Names the fields and the remedy.
    var message: String
}

/// How the columns of a batch become the `data` object of a row: literal JSON, a cell, literal JSON, a cell … A dot in a
/// field's name means nesting. Made once for a batch.
struct BodyPlan {
    private var steps: [Step] = []
    private var tail: [UInt8] = []

    private struct Step {
        /// What stands before the cell, the field's name included.
        var literal: [UInt8]
        var column: Int
        var info: ColumnInfo
    }

    /// A column made ready to be written.
    enum Cell {
        case text(TextColumn)
        case json(TextColumn)
        case int64(ValueColumn<Int64>)
        case double(ValueColumn<Double>)
        case bool(BoolColumn)
        case date(ValueColumn<Int32>)
        case timestamp(ValueColumn<Int64>)
    }

    private static let reserved: Set<String> = ["$member", "$key", "$attempt", "$arrived_at"]

    init(columns: [ColumnInfo]) throws(MappingError) {
        var root = FieldTree()
        var seen: Set<String> = []
        for (index, column) in columns.enumerated() {
            // Reserved columns come first: a field that happens to be called like one is a field.
            if Self.reserved.contains(column.name) && seen.insert(column.name).inserted { continue }
            try root.insert(column.name, column: index)
        }
        var literal: [UInt8] = []
        write(root, columns, &literal)
        tail = literal
    }

    private mutating func write(_ tree: FieldTree, _ columns: [ColumnInfo], _ literal: inout [UInt8]) {
        literal.append(UInt8(ascii: "{"))
        for (index, field) in tree.fields.enumerated() {
            if index > 0 { literal.append(UInt8(ascii: ",")) }
            let name = JSONBytes(capacity: 64)
            field.name.withUnsafeBytes { name.append(string: $0) }
            literal.append(contentsOf: name.bytes)
            literal.append(UInt8(ascii: ":"))
            switch field.value {
            case .column(let column):
                steps.append(Step(literal: literal, column: column, info: columns[column]))
                literal = []
            case .object(let object):
                write(object, columns, &literal)
            }
        }
        literal.append(UInt8(ascii: "}"))
    }

    /// The batch's columns in the order of the plan.
    func cells(of batch: Batch) throws(BatchError) -> [Cell] {
        var cells: [Cell] = []
        for step in steps {
            switch step.info.kind {
            case .text:
                let column = try batch.text(at: step.column)
                cells.append(step.info.isJSON ? .json(column) : .text(column))
            case .int64: cells.append(.int64(try batch.int64(at: step.column)))
            case .double: cells.append(.double(try batch.double(at: step.column)))
            case .bool: cells.append(.bool(try batch.bool(at: step.column)))
            case .date: cells.append(.date(try batch.date(at: step.column)))
            case .timestamp: cells.append(.timestamp(try batch.timestamp(at: step.column)))
            case nil: throw BatchError("column '\(step.info.name)' came in an unknown format")
            }
        }
        return cells
    }

    /// The name of the first field of a row whose JSON text is none; nil when all can be sent.
    func malformedJSON(in cells: [Cell], row: Int) -> String? {
        for (index, cell) in cells.enumerated() {
            guard case .json(let column) = cell, let text = column[row], !JSONSyntax.isValue(text) else { continue }
            return steps[index].info.name
        }
        return nil
    }

    /// Writes the `data` object of a row.
    func write(row: Int, of cells: [Cell], to out: JSONBytes) {
        for index in cells.indices {
            steps[index].literal.withUnsafeBytes { out.append(raw: $0) }
            if !write(cells[index], row, to: out) { out.append("null") }
        }
        tail.withUnsafeBytes { out.append(raw: $0) }
    }

    /// Gives false when the cell has no value.
    private func write(_ cell: Cell, _ row: Int, to out: JSONBytes) -> Bool {
        switch cell {
        case .text(let column):
            guard let text = column[row] else { return false }
            out.append(string: text)
        case .json(let column):
            guard let text = column[row] else { return false }
            out.append(raw: text)
        case .int64(let column):
            guard let value = column[row] else { return false }
            out.append(value)
        case .double(let column):
            guard let value = column[row] else { return false }
            out.append(value)
        case .bool(let column):
            guard let value = column[row] else { return false }
            out.append(value)
        case .date(let column):
            guard let days = column[row] else { return false }
            out.append(date: days)
        case .timestamp(let column):
            guard let microseconds = column[row] else { return false }
            out.append(timestamp: microseconds)
        }
        return true
    }
}
