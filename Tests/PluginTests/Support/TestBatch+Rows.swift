import Columns
import Journeys
import TesseraTestKit
import Testing

extension TestBatch {
    /// A batch of literal rows: null anywhere, dates and timestamps as text or number.
    static func rows(_ columns: [Column], _ rows: [[JSON]]) throws -> TestBatch {
        let batch = TestBatch(columns: columns.map { ($0.name, kind(of: $0)) })
        for (index, column) in columns.enumerated() where !column.nullable { batch.require(index) }
        for row in rows {
            try #require(row.count == columns.count)
            batch.add(try zip(columns, row).map { try value($1, $0) })
        }
        return batch
    }

    /// Members with nothing but their key.
    static func members(_ keys: some Sequence<String>) throws -> TestBatch {
        try rows([Column(name: "$member", type: .string)], keys.map { [.string($0)] })
    }

    /// No rows: what a model's columns are told by.
    static func schema(_ columns: [Column]) throws -> TestBatch { try rows(columns, []) }

    private static func kind(of column: Column) -> Kind {
        switch column.type {
        case .string: column.isJSON ? .json : .text
        case .integer: .int64
        case .number: .double
        case .boolean: .bool
        case .date: .date
        case .timestamp: .timestamp
        }
    }

    private static func value(_ cell: JSON, _ column: Column) throws -> Value {
        switch (column.type, cell) {
        case (_, .null): return .null
        case (.string, .string(let text)): return .text(text)
        case (.integer, .integer(let value)), (.timestamp, .integer(let value)): return .integer(value)
        case (.number, _): return .number(try #require(cell.doubleValue))
        case (.boolean, .bool(let value)): return .bool(value)
        case (.date, .string(let text)): return .integer(Int64(try #require(Timestamp.parseDate(text))))
        case (.timestamp, .string(let text)): return .integer(try #require(Timestamp.parse(text)))
        default:
            Issue.record("\(cell) does not fit \(column)")
            return .null
        }
    }
}
