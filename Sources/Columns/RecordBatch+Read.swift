import Journeys

/// Typed access to cells. The column's type must be the one asked for: a mistake of the caller, which traps.
/// Cells that are null read as 0, false or the empty text.
extension RecordBatch {
    /// Whether a cell has no value.
    public func isNull(_ column: Int, _ row: Int) -> Bool {
        precondition(row >= 0 && row < count)
        return validity(column).map { !$0[row] } ?? false
    }

    /// A bit for each row, set where there is a value; nil when there is one everywhere.
    public func validity(_ column: Int) -> BitView? {
        data[column].validity.map { BitView(base: UnsafePointer($0.pointer.assumingMemoryBound(to: UInt8.self))) }
    }

    /// How many cells of a column are null.
    public func nullCount(_ column: Int) -> Int { data[column].nullCount }

    /// The texts of a string column.
    public func utf8(_ column: Int) -> Utf8View {
        guard columns[column].type == .string, let bytes = data[column].bytes else { wrongType(column, "string") }
        return Utf8View(
            offsets: UnsafePointer(data[column].values.pointer.assumingMemoryBound(to: Int32.self)),
            bytes: UnsafeRawPointer(bytes.pointer))
    }

    /// The values of an integer or timestamp (microseconds) column.
    public func int64(_ column: Int) -> UnsafeBufferPointer<Int64> {
        guard columns[column].type == .integer || columns[column].type == .timestamp else {
            wrongType(column, "integer or timestamp")
        }
        return values(column)
    }

    /// The values of a number column.
    public func double(_ column: Int) -> UnsafeBufferPointer<Double> {
        guard columns[column].type == .number else { wrongType(column, "number") }
        return values(column)
    }

    /// The values of a date column: days since 1970-01-01.
    public func date(_ column: Int) -> UnsafeBufferPointer<Int32> {
        guard columns[column].type == .date else { wrongType(column, "date") }
        return values(column)
    }

    /// The values of a boolean column.
    public func bool(_ column: Int) -> BitView {
        guard columns[column].type == .boolean else { wrongType(column, "boolean") }
        return BitView(base: UnsafePointer(data[column].values.pointer.assumingMemoryBound(to: UInt8.self)))
    }

    private func values<Value>(_ column: Int) -> UnsafeBufferPointer<Value> {
        UnsafeBufferPointer(
            start: UnsafePointer(data[column].values.pointer.assumingMemoryBound(to: Value.self)), count: count)
    }

    private func wrongType(_ column: Int, _ wanted: String) -> Never {
        preconditionFailure("column '\(columns[column].name)' is \(columns[column].type.rawValue), not \(wanted)")
    }
}
