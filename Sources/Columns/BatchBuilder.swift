import Journeys

/// Builds batches cell by cell, without an allocation per cell: append to each column once per row, then `finish`, then
/// go on with the next batch.
///
/// One thread at a time. The type of a column must be the one appended to it, every column must get every row: mistakes
/// of the caller, which trap.
public final class BatchBuilder {
    public let schema: BatchSchema
    @usableFromInline let storage: UnsafeMutablePointer<ColumnStorage>
    @usableFromInline let columnCount: Int
    private let capacity: Int

    /// - Parameter capacity: rows to make room for at first; more may be appended.
    public convenience init(columns: [Column], capacity: Int = 8192) {
        self.init(schema: BatchSchema(columns: columns), capacity: capacity)
    }

    /// For a schema made before.
    public init(schema: BatchSchema, capacity: Int = 8192) {
        self.schema = schema
        self.capacity = capacity
        columnCount = schema.columns.count
        storage = .allocate(capacity: max(1, columnCount))
        for (index, column) in schema.columns.enumerated() {
            (storage + index).initialize(
                to: ColumnStorage(type: column.type, capacity: capacity, byteCapacity: capacity * 16))
        }
    }

    deinit {
        for index in 0..<columnCount { storage[index].deallocate() }
        storage.deallocate()
    }

    public var columns: [Column] { schema.columns }

    /// Rows in the first column so far.
    @inlinable
    public var count: Int { columnCount == 0 ? 0 : storage.pointee.count }

    /// Bytes of text and values so far: batches are cut by it too.
    public var byteCount: Int {
        (0..<columnCount).reduce(0) { total, index in
            total + storage[index].byteCount + ColumnStorage.valueBytes(storage[index].type, storage[index].count)
        }
    }

    /// The batch of all rows so far; the builder is empty again.
    public func finish() -> RecordBatch {
        let rows = count
        var data: [RecordBatch.ColumnData] = []
        data.reserveCapacity(columnCount)
        for index in 0..<columnCount {
            precondition(
                storage[index].count == rows,
                "column '\(columns[index].name)' has \(storage[index].count) rows, the first one \(rows)")
            data.append(storage[index].finish())
            storage[index] = ColumnStorage(
                type: storage[index].type, capacity: capacity,
                // What the last batch needed, the next one will too.
                byteCapacity: storage[index].byteCount + storage[index].byteCount / 8)
        }
        return RecordBatch(schema: schema, count: rows, data: data)
    }

    /// Throws away all rows so far.
    public func removeAll() { _ = finish() }
}
