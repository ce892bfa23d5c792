import CTessera
import Columns
import Journeys

/// Made-up members: the same seed gives the same rows.
struct SampleRows {
    /// Where the model's own columns are null.
    enum Nulls: String, CaseIterable {
        case none = "without nulls"
        case some = "with nulls in every column"
        case all = "with nothing but nulls"
    }

    let columns: [Column]
    var nulls = Nulls.some
    var seed = 0
    /// When the members came to the tile.
    let arrivedAt: Int64

    /// The columns that a tile asked for: reserved ones by name, the others of the type that the schema gives them.
    static func columns(_ names: [String], types: [String: ColumnType]) -> [Column] {
        names.map { name in
            switch name {
            case TESSERA_COLUMN_MEMBER, TESSERA_COLUMN_KEY: Column(name: name, type: .string, nullable: false)
            case TESSERA_COLUMN_ATTEMPT: Column(name: name, type: .integer, nullable: false)
            case TESSERA_COLUMN_ARRIVED_AT: Column(name: name, type: .timestamp, nullable: false)
            default: Column(name: name, type: types[name] ?? .string)
            }
        }
    }

    func batch(rows: Int) -> RecordBatch { batch(Array(0..<rows)) }

    /// The rows of these numbers: a member's row is the same in every batch.
    func batch(_ numbers: [Int]) -> RecordBatch {
        guard !columns.isEmpty else { return .empty(count: numbers.count) }
        let builder = BatchBuilder(columns: columns, capacity: max(16, numbers.count))
        for number in numbers {
            for (index, column) in columns.enumerated() { append(number + seed * 100_003, column, to: builder, index) }
        }
        return builder.finish()
    }

    private func append(_ row: Int, _ column: Column, to builder: BatchBuilder, _ index: Int) {
        switch column.name {
        case TESSERA_COLUMN_MEMBER: return builder.append(string: "member-\(row)", to: index)
        case TESSERA_COLUMN_KEY:
            let hex = String(row, radix: 16)
            return builder.append(string: String(repeating: "0", count: 32 - hex.count) + hex, to: index)
        case TESSERA_COLUMN_ATTEMPT: return builder.append(int64: 1, to: index)
        case TESSERA_COLUMN_ARRIVED_AT: return builder.append(timestamp: arrivedAt, to: index)
        default: break
        }
        if nulls == .all || nulls == .some && (row + index) % 3 == 0 { return builder.appendNull(index) }
        switch column.type {
        case .string where column.isJSON: builder.append(string: Self.documents[row % Self.documents.count], to: index)
        case .string: builder.append(string: Self.texts[row % Self.texts.count], to: index)
        case .integer: builder.append(int64: Self.integers[row % Self.integers.count], to: index)
        case .number: builder.append(double: Self.numbers[row % Self.numbers.count], to: index)
        case .boolean: builder.append(bool: row % 2 == 0, to: index)
        case .date: builder.append(date: Int32(truncatingIfNeeded: Self.days[row % Self.days.count]), to: index)
        case .timestamp:
            builder.append(timestamp: Int64(Self.days[row % Self.days.count]) * 86_400_000_000 + 1, to: index)
        }
    }

    private static let texts = [
        "ada@example.com", "", "Zoë", "a \"quoted\" text\\", "line\nfeed", "\u{0}nul", "🧵", "x", "12", "true",
        "2024-02-29", "line\r\nfeed: y", String(repeating: "long ", count: 200),
    ]
    private static let documents = ["{}", "[1,2]", "{\"city\":\"Turku\"}", "\"text\"", "null"]
    private static let integers: [Int64] = [0, 1, -1, 42, 1_000_003, .max, .min]
    private static let numbers = [0, 1.5, -2.25, 1e300, -1e-300, 42, 0.1]
    private static let days = [0, 1, -1, 19_782, 20_000, 2_932_896, -719_162]
}
