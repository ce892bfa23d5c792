import Columns
import Journeys
import Testing

extension RecordBatch {
    /// A batch of literal rows: null anywhere, dates and timestamps as text or number.
    static func rows(_ columns: [Column], _ rows: [[JSON]]) throws -> RecordBatch {
        let builder = BatchBuilder(columns: columns, capacity: max(1, rows.count))
        for row in rows {
            try #require(row.count == columns.count)
            for (index, cell) in row.enumerated() {
                switch (columns[index].type, cell) {
                case (_, .null): builder.appendNull(index)
                case (.string, .string(let text)): builder.append(string: text, to: index)
                case (.integer, .integer(let value)), (.timestamp, .integer(let value)):
                    builder.append(int64: value, to: index)
                case (.number, _): builder.append(double: try #require(cell.doubleValue), to: index)
                case (.boolean, .bool(let value)): builder.append(bool: value, to: index)
                case (.date, .string(let text)):
                    builder.append(date: try #require(Timestamp.parseDate(text)), to: index)
                case (.timestamp, .string(let text)):
                    builder.append(int64: try #require(Timestamp.parse(text)), to: index)
                default: Issue.record("\(cell) does not fit \(columns[index])")
                }
            }
        }
        return builder.finish()
    }
}
