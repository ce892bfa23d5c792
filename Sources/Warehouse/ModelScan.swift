import Columns
import Journeys

/// Rows of a model in key order (by the UTF-8 bytes of the key's text), batch by batch. One thread at a time.
///
/// While a scan is open it holds a read transaction, which does not block uploads; `suspend` ends it between batches.
public final class ModelScan {
    /// `$member` (the key), the columns asked for, then `$flag0` … for the flags.
    public let schema: BatchSchema
    /// Rows without a key (null or a blob) so far.
    public private(set) var skippedKeys = 0
    /// Rows whose key a row before them had, so far.
    public private(set) var repeatedKeys = 0
    /// Cells so far that did not fit their column's type and read as null.
    public private(set) var misfits = 0
    /// Whether an index gives the key order, so that going on after `suspend` costs a seek; without one the model's rows
    /// are sorted again.
    public private(set) var isIndexed = true

    init(schema: BatchSchema) { self.schema = schema }

    /// The next batch, at most `batchRows` rows and about 4 MB; nil at the end.
    /// - Throws: `CancelledScan`, `SourceGone`, `ModelSQLError`. The scan is then over.
    public func next() throws -> RecordBatch? { nil }

    /// Ends the read transaction, so that none is held during a delivery; `next` goes on after the last key, and sees
    /// what was committed meanwhile.
    public func suspend() {}

    /// Gives the connection back; also done at the end and on deinit.
    public func close() {}
}
