import CTessera
import Journeys

/// A batch that someone lent as C structs: what a plugin's `run` reads. Checked once, then read without checks but for
/// the column's type; honours offsets.
///
/// Valid for as long as the structs are lent. Not for keeping.
public struct BatchView {
    /// Number of rows.
    public let count: Int
    public let columns: [Column]
    let parts: [Part]

    /// The buffers of one column with its offset.
    struct Part {
        let validity: UnsafePointer<UInt8>?
        let values: UnsafeRawPointer
        let bytes: UnsafeRawPointer
        let offset: Int
    }

    /// The index of the column of that name (by UTF-8 bytes); nil when there is none.
    public func index(of name: String) -> Int? {
        columns.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// Whether a cell has no value.
    public func isNull(_ column: Int, _ row: Int) -> Bool { validity(column).map { !$0[row] } ?? false }

    /// A bit for each row, set where there is a value; nil when there is one everywhere.
    public func validity(_ column: Int) -> BitView? {
        let part = parts[column]
        return part.validity.map { BitView(base: $0, offset: part.offset) }
    }

    /// The texts of a string column; empty where null.
    public func utf8(_ column: Int) -> Utf8View {
        precondition(columns[column].type == .string)
        let part = parts[column]
        return Utf8View(offsets: part.values.assumingMemoryBound(to: Int32.self) + part.offset, bytes: part.bytes)
    }

    /// The values of an integer or timestamp (microseconds) column; anything where null.
    public func int64(_ column: Int) -> UnsafeBufferPointer<Int64> {
        precondition(columns[column].type == .integer || columns[column].type == .timestamp)
        return values(column)
    }

    /// The values of a number column; anything where null.
    public func double(_ column: Int) -> UnsafeBufferPointer<Double> {
        precondition(columns[column].type == .number)
        return values(column)
    }

    /// The values of a date column, days since 1970-01-01; anything where null.
    public func date(_ column: Int) -> UnsafeBufferPointer<Int32> {
        precondition(columns[column].type == .date)
        return values(column)
    }

    /// The values of a boolean column; anything where null.
    public func bool(_ column: Int) -> BitView {
        precondition(columns[column].type == .boolean)
        let part = parts[column]
        return BitView(base: part.values.assumingMemoryBound(to: UInt8.self), offset: part.offset)
    }

    private func values<Value>(_ column: Int) -> UnsafeBufferPointer<Value> {
        let part = parts[column]
        return UnsafeBufferPointer(start: part.values.assumingMemoryBound(to: Value.self) + part.offset, count: count)
    }
}
