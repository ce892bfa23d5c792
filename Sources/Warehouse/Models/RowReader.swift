import CSQLite
import Columns
import Glibc
import Journeys
import SQLite

/// Takes the rows of a wrapped model's statement (key, columns, flags) into batches: the warehouse's hot path.
final class RowReader {
    struct Cell {
        var type: ColumnType
        var isPlain: Bool
    }

    private let builder: BatchBuilder
    private let flags: Int
    private(set) var skippedKeys = 0
    private(set) var repeatedKeys = 0
    private(set) var misfits = 0
    /// The last key that was read, in memory of our own: an array costs more than the rest of the row. Its count is -1
    /// before the first.
    private var last: UnsafeMutableRawPointer
    private var lastCapacity: Int
    private var lastCount: Int
    /// The next row may be the one that `lastKey` is from, read again.
    private var isResuming: Bool

    static let maxBatchBytes = 4 << 20

    /// - Parameter lastKey: where an earlier reading stopped; the statement begins with that key.
    init(schema: BatchSchema, flags: Int, capacity: Int, lastKey: [UInt8]?) {
        builder = BatchBuilder(schema: schema, capacity: capacity)
        self.flags = flags
        lastCapacity = max(256, lastKey?.count ?? 0)
        last = .allocate(byteCount: lastCapacity, alignment: 8)
        lastCount = lastKey?.count ?? -1
        if let lastKey { last.copyMemory(from: lastKey, byteCount: lastKey.count) }
        isResuming = lastKey != nil
    }

    deinit { last.deallocate() }

    /// The last key that was read; nil before the first.
    var lastKey: [UInt8]? {
        lastCount < 0 ? nil : Array(UnsafeRawBufferPointer(start: last, count: lastCount))
    }

    /// The next rows will be read by another statement, which begins with `lastKey`.
    func willResume() { isResuming = lastCount >= 0 }

    /// Bytes of the rows read since the last batch.
    var byteCount: Int { builder.byteCount }

    /// The rows read since the last batch.
    func finish() -> RecordBatch { builder.finish() }

    /// Reads until the batch is full or the statement ends (then true).
    func fill(from statement: ModelStatement, rows limit: Int) throws(SQLiteError) -> Bool {
        let handle = statement.statement.handle
        var bytes = 0
        var rows = 0
        while rows < limit, bytes < Self.maxBatchBytes {
            let status = sqlite3_step(handle)
            guard status == SQLITE_ROW else {
                if status == SQLITE_DONE { return true }
                throw SQLiteError(
                    code: status, message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))), sql: nil)
            }
            let size = appendKey(handle, isPlain: statement.isKeyPlain)
            guard size >= 0 else { continue }
            bytes += size + appendCells(handle, statement.cells)
            rows += 1
        }
        return false
    }

    /// Appends the key and returns its length; -1 when the row has none or one that was read before.
    @inline(__always)
    private func appendKey(_ handle: OpaquePointer, isPlain: Bool) -> Int {
        switch sqlite3_column_type(handle, 0) {
        case SQLITE_TEXT:
            let text = Self.text(handle, 0)
            guard isPlain || CellReader.isUTF8(text) else { break }
            return append(key: text)
        case SQLITE_INTEGER:
            let value = sqlite3_column_int64(handle, 0)
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { buffer in
                guard let base = buffer.baseAddress else { return -1 }
                let start = NumberText.write(value, endingAt: base + 24)
                return append(key: UnsafeRawBufferPointer(start: start, count: base + 24 - start))
            }
        case SQLITE_FLOAT:
            return append(key: Self.text(handle, 0))
        default:
            break
        }
        skippedKeys += 1
        return -1
    }

    @inline(__always)
    private func append(key: UnsafeRawBufferPointer) -> Int {
        if key.count == lastCount, key.baseAddress.map({ memcmp(last, $0, lastCount) == 0 }) ?? true {
            // The row that the reading stopped at is no repetition.
            if isResuming { isResuming = false } else { repeatedKeys += 1 }
            return -1
        }
        isResuming = false
        if key.count > lastCapacity {
            last.deallocate()
            lastCapacity = key.count * 2
            last = .allocate(byteCount: lastCapacity, alignment: 8)
        }
        if let base = key.baseAddress { last.copyMemory(from: base, byteCount: key.count) }
        lastCount = key.count
        builder.append(utf8: key, to: 0)
        return key.count
    }

    /// Appends the rest of the row and returns about how many bytes it took.
    @inline(__always)
    private func appendCells(_ handle: OpaquePointer, _ cells: [Cell]) -> Int {
        var bytes = 8 * cells.count
        for index in 0..<cells.count {
            let cell = cells[index]
            let column = Int32(truncatingIfNeeded: index &+ 1)
            let storage = sqlite3_column_type(handle, column)
            switch cell.type {
            case .string where storage == SQLITE_TEXT:
                let text = Self.text(handle, column)
                guard cell.isPlain || CellReader.isUTF8(text) else { break }
                builder.append(utf8: text, to: index &+ 1)
                bytes &+= text.count
                continue
            case .integer where storage == SQLITE_INTEGER:
                builder.append(int64: sqlite3_column_int64(handle, column), to: index &+ 1)
                continue
            case .number where storage == SQLITE_FLOAT:
                builder.append(double: sqlite3_column_double(handle, column), to: index &+ 1)
                continue
            case .number where storage == SQLITE_INTEGER:
                builder.append(double: Double(sqlite3_column_int64(handle, column)), to: index &+ 1)
                continue
            case .boolean where storage == SQLITE_INTEGER:
                let value = sqlite3_column_int64(handle, column)
                guard value == 0 || value == 1 else { break }
                builder.append(bool: value == 1, to: index &+ 1)
                continue
            case .date where storage == SQLITE_TEXT:
                guard let day = Timestamp.parseDate(Self.text(handle, column)) else { break }
                builder.append(date: day, to: index &+ 1)
                continue
            case .timestamp where storage == SQLITE_TEXT:
                guard let instant = TimestampText.parse(Self.text(handle, column)) else { break }
                builder.append(timestamp: instant, to: index &+ 1)
                continue
            default: break
            }
            builder.appendNull(index &+ 1)
            if storage != SQLITE_NULL { misfits += 1 }
        }
        for flag in 0..<flags {
            let column = cells.count &+ 1 &+ flag
            builder.append(bool: sqlite3_column_int64(handle, Int32(truncatingIfNeeded: column)) != 0, to: column)
        }
        return bytes
    }

    @inline(__always)
    private static func text(_ handle: OpaquePointer, _ column: Int32) -> UnsafeRawBufferPointer {
        let text = sqlite3_column_text(handle, column)
        return UnsafeRawBufferPointer(start: text, count: Int(sqlite3_column_bytes(handle, column)))
    }
}
