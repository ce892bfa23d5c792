import CTessera
import Journeys

/// Rows as columns, in the memory layout of Arrow. Immutable; columns are shared with other batches, never copied, where
/// only the choice of columns changes. Any thread.
///
/// Sendable without a check because neither buffers nor C structs are written after `init`.
///
/// Views and pointers that a batch hands out are valid while it lives: keep it in a variable, or in
/// `withExtendedLifetime`, until the last access.
public final class RecordBatch: @unchecked Sendable {
    /// Number of rows; also meaningful without any columns.
    public let count: Int
    public let schema: BatchSchema
    let data: [ColumnData]
    let arrow: ArrowArrayBox

    /// The buffers of one column.
    struct ColumnData {
        /// A bit for each row, set where there is a value; nil when there is one everywhere.
        var validity: ColumnBuffer?
        var nullCount: Int
        /// Values; for strings count + 1 offsets into `bytes`; for booleans bits.
        var values: ColumnBuffer
        /// Strings only.
        var bytes: ColumnBuffer?
    }

    init(schema: BatchSchema, count: Int, data: [ColumnData]) {
        precondition(schema.columns.count == data.count)
        self.schema = schema
        self.count = count
        self.data = data
        arrow = ArrowArrayBox(count: count, data: data)
    }

    /// Rows without columns: what a tile that reads nothing gets.
    public static func empty(count: Int) -> RecordBatch {
        RecordBatch(schema: noColumns, count: count, data: [])
    }

    private static let noColumns = BatchSchema(columns: [])

    public var columns: [Column] { schema.columns }

    /// The index of the column of that name (by UTF-8 bytes); nil when there is none.
    public func index(of name: String) -> Int? { schema.index(of: name) }

    /// Bytes that the buffers use, shared ones too.
    public var byteCount: Int {
        data.reduce(0) { $0 + $1.values.byteCount + ($1.validity?.byteCount ?? 0) + ($1.bytes?.byteCount ?? 0) }
    }

    /// Lends the batch as C structs for the call, as plugins take it; offset 0, null bitmaps absent where nothing is
    /// null. Their `release` does nothing.
    public func withArrow<Result, Failure: Error>(
        _ body: (_ schema: UnsafePointer<ArrowSchema>, _ array: UnsafePointer<ArrowArray>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(schema.pointer, arrow.pointer)
    }
}
