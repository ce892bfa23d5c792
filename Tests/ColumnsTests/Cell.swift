import Columns
import Journeys
import TestSupport

/// A cell as an enum: what batches are compared with.
enum Cell: Equatable {
    case null
    case string(String)
    case integer(Int64)
    case number(Double)
    case bool(Bool)
    case date(Int32)
    case timestamp(Int64)

    /// By bytes: Swift's == on strings is canonical equivalence.
    static func == (a: Cell, b: Cell) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.integer(let a), .integer(let b)): a == b
        case (.number(let a), .number(let b)): a.bitPattern == b.bitPattern
        case (.bool(let a), .bool(let b)): a == b
        case (.date(let a), .date(let b)): a == b
        case (.timestamp(let a), .timestamp(let b)): a == b
        default: false
        }
    }
}

extension BatchBuilder {
    func append(_ cell: Cell, to column: Int) {
        switch cell {
        case .null: appendNull(column)
        case .string(let value): append(string: value, to: column)
        case .integer(let value): append(int64: value, to: column)
        case .number(let value): append(double: value, to: column)
        case .bool(let value): append(bool: value, to: column)
        case .date(let value): append(date: value, to: column)
        case .timestamp(let value): append(timestamp: value, to: column)
        }
    }

    func append(row: [Cell]) {
        for (column, cell) in row.enumerated() { append(cell, to: column) }
    }
}

extension RecordBatch {
    static func of(_ columns: [Column], _ rows: [[Cell]], capacity: Int = 8) -> RecordBatch {
        let builder = BatchBuilder(columns: columns, capacity: capacity)
        for row in rows { builder.append(row: row) }
        return builder.finish()
    }

    /// All rows, read through the batch's own accessors.
    var rows: [[Cell]] {
        (0..<count).map { row in
            columns.indices.map { column in
                if isNull(column, row) { return .null }
                switch columns[column].type {
                case .string: return .string(utf8(column).string(row))
                case .integer: return .integer(int64(column)[row])
                case .number: return .number(double(column)[row])
                case .boolean: return .bool(bool(column)[row])
                case .date: return .date(date(column)[row])
                case .timestamp: return .timestamp(int64(column)[row])
                }
            }
        }
    }
}

extension BatchView {
    /// All rows, read through the view.
    var rows: [[Cell]] {
        (0..<count).map { row in
            columns.indices.map { column in
                if isNull(column, row) { return .null }
                switch columns[column].type {
                case .string: return .string(utf8(column).string(row))
                case .integer: return .integer(int64(column)[row])
                case .number: return .number(double(column)[row])
                case .boolean: return .bool(bool(column)[row])
                case .date: return .date(date(column)[row])
                case .timestamp: return .timestamp(int64(column)[row])
                }
            }
        }
    }
}

let everyType = [
    Column(name: "s", type: .string), Column(name: "i", type: .integer), Column(name: "n", type: .number),
    Column(name: "b", type: .boolean), Column(name: "d", type: .date), Column(name: "t", type: .timestamp),
]

extension SeededRandom {
    /// Values close to each other and to the edges, so that comparisons meet often.
    mutating func cell(_ type: ColumnType, nulls: Int) -> Cell {
        if chance(nulls) { return .null }
        switch type {
        case .string:
            return .string(
                pick(["", "a", "ab", "abc", "b", "ba", "A", "é", "e\u{301}", "日本", "a\0b", "aab", "%", "a_b"]))
        case .integer:
            return .integer(
                pick([0, 1, -1, 2, 3, 9_007_199_254_740_992, 9_007_199_254_740_993, .max, .max - 1, .min, .min + 1]))
        case .number:
            return .number(
                pick([
                    0, -0.0, 1, 1.5, -1.5, 2, 3, 9_007_199_254_740_992, 9_007_199_254_740_994, 0x1p63, -0x1p63, 1e300,
                    -1e300,
                    .infinity, -.infinity, .leastNonzeroMagnitude, 0.1,
                ]))
        case .boolean: return .bool(chance(50))
        case .date: return .date(pick([0, 1, -1, 9, 10, 11, 19_737, 19_738]))
        case .timestamp:
            return .timestamp(
                pick([
                    0, 1, -1, 86_400_000_000, 864_000_000_000, 864_000_000_001, 863_999_999_999, 1_705_311_000_000_000,
                ]))
        }
    }
}
