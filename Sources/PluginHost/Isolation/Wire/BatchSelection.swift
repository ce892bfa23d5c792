import CTessera
import Columns

/// Some rows of a lent batch as a batch of their own, for a second look after a plugin's process died of the whole.
enum BatchSelection {
    /// - Parameter rows: in the order that they shall have; each below the batch's length.
    static func copy(
        _ schema: UnsafePointer<ArrowSchema>, _ array: UnsafePointer<ArrowArray>, rows: [UInt32]
    ) throws(BatchViewError) -> RecordBatch {
        let view = try BatchView(schema: schema, array: array)
        if view.columns.isEmpty { return .empty(count: rows.count) }
        let builder = BatchBuilder(columns: view.columns, capacity: max(1, rows.count))
        for (column, definition) in view.columns.enumerated() {
            for row in rows.lazy.map(Int.init) {
                if view.isNull(column, row) {
                    builder.appendNull(column)
                    continue
                }
                switch definition.type {
                case .boolean: builder.append(bool: view.bool(column)[row], to: column)
                case .integer: builder.append(int64: view.int64(column)[row], to: column)
                case .timestamp: builder.append(timestamp: view.int64(column)[row], to: column)
                case .number: builder.append(double: view.double(column)[row], to: column)
                case .date: builder.append(date: view.date(column)[row], to: column)
                case .string: builder.append(utf8: view.utf8(column)[row], to: column)
                }
            }
        }
        return builder.finish()
    }
}
