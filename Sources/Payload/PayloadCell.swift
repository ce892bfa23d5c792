import TesseraPluginKit

/// A column of a batch made ready to be written.
public enum PayloadCell {
    case text(TextColumn)
    case json(TextColumn)
    case int64(ValueColumn<Int64>)
    case double(ValueColumn<Double>)
    case bool(BoolColumn)
    case date(ValueColumn<Int32>)
    case timestamp(ValueColumn<Int64>)

    public init(_ batch: Batch, _ index: Int, _ info: ColumnInfo) throws(BatchError) {
        switch info.kind {
        case .text:
            let column = try batch.text(at: index)
            self = info.isJSON ? .json(column) : .text(column)
        case .int64: self = .int64(try batch.int64(at: index))
        case .double: self = .double(try batch.double(at: index))
        case .bool: self = .bool(try batch.bool(at: index))
        case .date: self = .date(try batch.date(at: index))
        case .timestamp: self = .timestamp(try batch.timestamp(at: index))
        case nil: throw BatchError("column '\(info.name)' came in an unknown format")
        }
    }

    /// Writes a row as a JSON value. Gives false, and writes nothing, when the row has no value.
    public func write(_ row: Int, to out: JSONBytes) -> Bool {
        switch self {
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

    /// The row as text that is not quoted: `2024-01-15`, `42`, `true`, JSON as it stands. Nil when it has no value.
    public func plain(_ row: Int, _ scratch: JSONBytes) -> UnsafeRawBufferPointer? {
        switch self {
        case .text(let column), .json(let column): return column[row]
        default:
            scratch.removeAll()
            guard write(row, to: scratch) else { return nil }
            // Dates and times come quoted, and hold nothing that JSON escapes.
            let text = scratch.bytes
            if text.first != UInt8(ascii: "\"") { return text }
            return UnsafeRawBufferPointer(rebasing: text[1..<(text.count - 1)])
        }
    }
}
