import CSQLite
import Columns
import Journeys
import SQLite

/// Rows of a model in key order (by the UTF-8 bytes of the key's text), batch by batch. One thread at a time.
///
/// While a scan is open it holds a read transaction, which does not block uploads; `suspend` ends it between batches.
public final class ModelScan {
    /// `$member` (the key), the columns asked for, then `$flag0` … for the flags.
    public let schema: BatchSchema
    /// Rows that match but have no key (null, a blob, no UTF-8), so far.
    public var skippedKeys: Int { rows.skippedKeys }
    /// Rows that match and whose key a matching row before them had, so far.
    public var repeatedKeys: Int { rows.repeatedKeys }
    /// Cells so far that did not fit their column's type and read as null.
    public var misfits: Int { rows.misfits }
    /// Whether an index gives the key order, so that going on after `suspend` costs a seek; without one the model's rows
    /// are sorted again. Known after the first batch.
    public private(set) var isIndexed = true

    private let file: SourceFile
    private let request: ModelRequest
    private let rows: RowReader
    private let batchRows: Int
    private let cancelled: () -> Bool
    private var reader: SourceReader?
    private var statement: ModelStatement?
    private var isOver = false

    /// Opens the model at once, so that a model that can't be read throws here.
    init(
        file: SourceFile, request: ModelRequest, after key: [UInt8]?, batchRows: Int, cancelled: @escaping () -> Bool
    ) throws {
        self.file = file
        self.request = request
        self.batchRows = max(1, batchRows)
        self.cancelled = cancelled
        schema = request.schema
        let reader = try file.take()
        let statement: ModelStatement
        do {
            reader.watch { cancelled() ? .cancelled : nil }
            statement = try request.scan(on: reader, after: key)
        } catch {
            file.give(reader)
            throw error
        }
        rows = RowReader(
            schema: schema, flags: request.flags.count, capacity: min(self.batchRows, 8192), lastKey: key)
        self.reader = reader
        self.statement = statement
    }

    deinit { release() }

    /// The next batch, at most `batchRows` rows and about 4 MB; nil at the end.
    /// - Throws: `CancelledScan`, `SourceGone`, `ModelSQLError`. The scan is then over.
    public func next() throws -> RecordBatch? {
        if isOver { return nil }
        do {
            if cancelled() { throw CancelledScan() }
            let (reader, statement) = try opened()
            let ended = try reader.running { try rows.fill(from: statement, rows: batchRows) }
            isIndexed = sqlite3_stmt_status(statement.statement.handle, SQLITE_STMTSTATUS_SORT, 0) == 0
            if ended { close() }
            let batch = rows.finish()
            return batch.count > 0 ? batch : nil
        } catch {
            close()
            throw error
        }
    }

    /// Ends the read transaction, so that none is held during a delivery; `next` goes on after the last key, and sees
    /// what was committed meanwhile.
    public func suspend() { release() }

    /// Ends the scan and gives the connection back; also done at the end and on deinit.
    public func close() {
        isOver = true
        release()
    }

    private func opened() throws -> (SourceReader, ModelStatement) {
        if let reader, let statement { return (reader, statement) }
        let reader = try file.take()
        self.reader = reader
        let cancelled = cancelled
        reader.watch { cancelled() ? .cancelled : nil }
        rows.willResume()
        let statement = try request.scan(on: reader, after: rows.lastKey)
        self.statement = statement
        return (reader, statement)
    }

    private func release() {
        statement = nil
        if let reader { file.give(reader) }
        reader = nil
    }
}
