import CTessera
import Columns
import Journeys

/// Made-up rows for a probe: keys where keys belong, nulls elsewhere.
enum SampleBatch {
    static func make(columns names: [String], rows: Int, now: Int64) -> RecordBatch {
        let columns = names.map { name in
            switch name {
            case TESSERA_COLUMN_MEMBER, TESSERA_COLUMN_KEY: Column(name: name, type: .string, nullable: false)
            case TESSERA_COLUMN_ATTEMPT: Column(name: name, type: .integer, nullable: false)
            case TESSERA_COLUMN_ARRIVED_AT: Column(name: name, type: .timestamp, nullable: false)
            default: Column(name: name, type: .string)
            }
        }
        guard !columns.isEmpty else { return .empty(count: rows) }
        let builder = BatchBuilder(columns: columns, capacity: 16)
        for row in 0..<rows {
            for (index, column) in columns.enumerated() {
                switch column.name {
                case TESSERA_COLUMN_MEMBER: builder.append(string: "sample-\(row)", to: index)
                case TESSERA_COLUMN_KEY: builder.append(string: String(repeating: "0", count: 31) + "\(row)", to: index)
                case TESSERA_COLUMN_ATTEMPT: builder.append(int64: 1, to: index)
                case TESSERA_COLUMN_ARRIVED_AT: builder.append(timestamp: now, to: index)
                default: builder.appendNull(index)
                }
            }
        }
        return builder.finish()
    }
}
