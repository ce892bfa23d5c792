import Columns
import Journeys

extension Warehouse {
    /// Checks a model's SQL and tells its result columns.
    ///
    /// One SELECT (or WITH … SELECT) without parameters, over the source's tables only, whose columns all have a name of
    /// their own. A plain column has its source column's type; for others the type is inferred from the first 1,000
    /// rows, `string` where they don't tell, or where they take longer than `patience`.
    public func describe(workspaceID: String, sql: String) throws(ModelSQLError) -> [Column] {
        do {
            return try file(workspaceID).read { reader in
                let model = try ResolvedModel(sql, on: reader)
                watch(reader, deadline: nil)
                do {
                    return try ModelSample(model, on: reader, keep: 0).columns
                } catch is DeadlineExceeded {
                    return ModelSample.columns(of: model)
                }
            }
        } catch let error as ModelSQLError {
            throw error
        } catch let error as SourceGone {
            throw ModelSQLError(.sourceGone, error.message)
        } catch {
            throw ModelSQLError(.failed, "\(error)")
        }
    }

    /// The first rows of a model's SQL, each cell in its column's type (dates and timestamps as text, misfits null), as long as they
    /// have at most 8 MiB together.
    /// - Parameter deadline: absolute microseconds on the clock; nil for `patience` from now.
    /// - Throws: `ModelSQLError`, `SourceGone`, `DeadlineExceeded`.
    public func preview(
        workspaceID: String, sql: String, limit: Int = 100, deadline: Int64? = nil
    ) throws -> (columns: [Column], rows: [[JSON]]) {
        try file(workspaceID).read { reader in
            watch(reader, deadline: deadline)
            let sample = try ModelSample(ResolvedModel(sql, on: reader), on: reader, keep: limit)
            return (sample.columns, sample.rows)
        }
    }

    /// How many members a model has, or how many of them match.
    /// - Parameters:
    ///   - runAt: what relative dates count from, microseconds since 1970 UTC.
    ///   - deadline: absolute microseconds on the clock; nil for `patience` from now.
    ///   - cancelled: asked every 50 steps of SQLite's machine.
    /// - Throws: `ModelSQLError`, `SourceGone`, `DeadlineExceeded`, `CancelledScan`.
    public func count(
        model: ModelQuery, filter: BoundFilter? = nil, runAt: Int64, deadline: Int64? = nil,
        cancelled: @escaping () -> Bool = { false }
    ) throws -> Int {
        let request = try ModelRequest(model, columns: [], filter: filter, flags: [], runAt: runAt)
        return try file(model.workspaceID).read { reader in
            watch(reader, deadline: deadline, cancelled: cancelled)
            let counting = try request.count(on: reader)
            return try reader.running { try counting.statement.step() ? counting.statement.int(0) : 0 }
        }
    }

    /// The model's rows that match `filter`, in key order.
    ///
    /// Of rows with one key the first that matches counts.
    /// - Parameters:
    ///   - columns: names of the model's columns to read, in this order.
    ///   - filter: bound to the model's columns; nil for all rows.
    ///   - flags: filters that only mark: a boolean column `$flag0` … each.
    ///   - key: go on after this key; nil from the start.
    ///   - runAt: what relative dates count from, microseconds since 1970 UTC.
    ///   - cancelled: asked every 10,000 steps of SQLite's machine and before each batch, on the scan's thread.
    /// - Throws: `ModelSQLError`, `SourceGone`.
    public func scan(
        _ model: ModelQuery, columns: [String], filter: BoundFilter? = nil, flags: [BoundFilter] = [],
        after key: [UInt8]? = nil, runAt: Int64, batchRows: Int = 8192,
        cancelled: @escaping () -> Bool = { false }
    ) throws -> ModelScan {
        let request = try ModelRequest(model, columns: columns, filter: filter, flags: flags, runAt: runAt)
        return try ModelScan(
            file: file(model.workspaceID), request: request, after: key, batchRows: batchRows, cancelled: cancelled)
    }

    /// The model's rows of these keys, in key order, `$member` first; keys that the model does not have are absent, of a
    /// repeated key the first row counts.
    /// - Parameters:
    ///   - keys: ascending by UTF-8 bytes, each once; borrowed for the call.
    ///   - count: how many.
    /// - Throws: `CancelledScan`, `ModelSQLError`, `SourceGone`.
    public func lookup(
        _ model: ModelQuery, columns: [String], keys: Utf8View, count: Int, flags: [BoundFilter] = [], runAt: Int64,
        cancelled: @escaping () -> Bool = { false }
    ) throws -> RecordBatch {
        let request = try ModelRequest(model, columns: columns, filter: nil, flags: flags, runAt: runAt)
        return try file(model.workspaceID).read { reader in
            reader.watch { cancelled() ? .cancelled : nil }
            let list = BoundList(.keys(keys, count: count))
            let found = try request.lookup(list, on: reader)
            let rows = RowReader(
                schema: request.schema, flags: flags.count, capacity: count, lastKey: nil)
            try reader.running {
                // A batch of keys is one batch of rows, as long as its texts have 32-bit offsets.
                while try !rows.fill(from: found, rows: .max) {
                    guard rows.byteCount < Self.maxLookupBytes else {
                        throw ModelSQLError(
                            .failed,
                            "\(count) rows of the model have more than 1 GiB: leave its large columns out of the journey"
                        )
                    }
                }
            }
            return rows.finish()
        }
    }

    private static let maxLookupBytes = 1 << 30

    /// Stops the reader's statements at the deadline, or `patience` from now.
    private func watch(
        _ reader: SourceReader, deadline: Int64?, cancelled: @escaping () -> Bool = { false }
    ) {
        let deadline = deadline ?? clock.now() + patience
        reader.watchClosely { [clock] in cancelled() ? .cancelled : clock.now() >= deadline ? .deadline : nil }
    }
}
