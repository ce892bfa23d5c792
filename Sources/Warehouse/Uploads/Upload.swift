import Journeys
import SQLite

/// Rows on their way into a table of the embedded source. Nothing is seen of them before `finish` returns, and all of them
/// after it. One thread at a time; dropping it without `finish` is `abort`.
public final class Upload {
    private enum Parser {
        case csv(CSVParser)
        case ndjson(NDJSONParser)
    }

    private let target: UploadTarget
    private var parser: Parser
    /// Nil once the upload is over.
    private var rows: UploadRows?

    init(target: UploadTarget, format: UploadFormat) throws {
        self.target = target
        parser = format == .csv ? .csv(CSVParser()) : .ndjson(NDJSONParser())
        do {
            rows = try UploadRows(target, format: format)
        } catch {
            throw target.failure(error)
        }
    }

    /// Takes the next bytes of the body, cut anywhere.
    /// - Throws: `UploadRefused` when the whole upload can't be taken: the rest need not be sent.
    public func write(_ bytes: [UInt8]) throws {
        guard let rows else { throw UploadRefused("the upload is over: begin another one") }
        do {
            try feed(bytes, to: rows)
            if let error = rows.failure { throw target.failure(error) }
        } catch {
            abort()
            throw error
        }
    }

    /// Loads all rows in one transaction.
    /// - Throws: `UploadRefused`, `SourceGone`, `WarehouseFailure`; the table is then as it was.
    public func finish() throws -> UploadResult {
        guard let rows else { throw UploadRefused("the upload is over: begin another one") }
        defer { abort() }
        try feed(nil, to: rows)
        if let error = rows.failure { throw target.failure(error) }
        do {
            return try UploadLoader(target, rows).load()
        } catch let error as SQLiteError {
            throw target.failure(error)
        }
    }

    /// Gives up: the table stays as it was.
    public func abort() { rows = nil }

    /// Feeds bytes, or with nil the end.
    private func feed(_ bytes: [UInt8]?, to rows: UploadRows) throws(UploadRefused) {
        // The parser is taken out meanwhile, so that its buffers are not copied.
        switch parser {
        case .csv(var csv):
            parser = .csv(CSVParser())
            if let bytes { try csv.feed(bytes, to: rows) } else { try csv.finish(to: rows) }
            parser = .csv(csv)
        case .ndjson(var ndjson):
            parser = .ndjson(NDJSONParser())
            if let bytes { try ndjson.feed(bytes, to: rows) } else { try ndjson.finish(to: rows) }
            parser = .ndjson(ndjson)
        }
    }
}
