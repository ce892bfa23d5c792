import Columns
import Glibc
import Journeys
import Platform
import SQLite
import Testing

@testable import Warehouse

/// A warehouse over a folder of its own, removed with it.
final class Fixture {
    let directory: String
    let warehouse: Warehouse
    let clock = ManualClock()
    let workspace = "5f0c2a8e-0000-4000-8000-000000000001"

    init() throws {
        directory = "/tmp/tessera-warehouse-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        warehouse = Warehouse(dataDirectory: directory, clock: clock, log: .silent)
        try warehouse.createEmbedded(workspaceID: workspace)
    }

    deinit {
        warehouse.close()
        for name in (try? Files.list("\(directory)/data")) ?? [] { unlink("\(directory)/data/\(name)") }
        rmdir("\(directory)/data")
        rmdir(directory)
    }

    var sourcePath: String { "\(directory)/data/\(workspace).db" }

    /// Uploads a text, in pieces of `chunk` bytes.
    @discardableResult
    func upload(
        _ text: String, to table: String = "people", key: String? = nil, types: [(String, ColumnType)] = [],
        mode: UploadMode = .upsert, format: UploadFormat = .csv, chunk: Int = 1 << 16
    ) throws -> UploadResult {
        try upload(bytes: Array(text.utf8), to: table, key: key, types: types, mode: mode, format: format, chunk: chunk)
    }

    @discardableResult
    func upload(
        bytes: [UInt8], to table: String = "people", key: String? = nil, types: [(String, ColumnType)] = [],
        mode: UploadMode = .upsert, format: UploadFormat = .csv, chunk: Int = 1 << 16
    ) throws -> UploadResult {
        let upload = try warehouse.upload(
            workspaceID: workspace, table: table, key: key, declaredTypes: types, mode: mode, format: format)
        var start = 0
        while start < bytes.count {
            try upload.write(Array(bytes[start..<min(start + chunk, bytes.count)]))
            start += chunk
        }
        return try upload.finish()
    }

    /// The table's columns as `name:type` words.
    func shape(_ table: String = "people") throws -> String {
        try warehouse.columns(workspaceID: workspace, table: table).map { "\($0.name):\($0.type.rawValue)" }
            .joined(separator: " ")
    }

    /// All rows of a query as JSON texts, one a row.
    func rows(_ sql: String) throws -> [String] {
        try warehouse.preview(workspaceID: workspace, sql: sql, limit: 10_000).rows.map { JSON.array($0).text }
    }

    func model(_ sql: String, key: String = "id") throws -> ModelQuery {
        ModelQuery(
            workspaceID: workspace, sourceID: "source", sql: sql,
            columns: try warehouse.describe(workspaceID: workspace, sql: sql), keyColumn: key)
    }

    /// Everything that a scan gives.
    func scanAll(
        _ model: ModelQuery, columns: [String] = [], filter: BoundFilter? = nil, flags: [BoundFilter] = [],
        after: [UInt8]? = nil, batchRows: Int = 8192, suspending: Bool = false
    ) throws -> (batches: [RecordBatch], scan: ModelScan) {
        let scan = try warehouse.scan(
            model, columns: columns, filter: filter, flags: flags, after: after, runAt: clock.now(),
            batchRows: batchRows)
        var batches: [RecordBatch] = []
        while let batch = try scan.next() {
            batches.append(batch)
            if suspending { scan.suspend() }
        }
        return (batches, scan)
    }

    func keys(
        _ model: ModelQuery, filter: BoundFilter? = nil, after: String? = nil, batchRows: Int = 8192,
        suspending: Bool = false
    ) throws -> [String] {
        try scanAll(
            model, filter: filter, after: after.map { Array($0.utf8) }, batchRows: batchRows, suspending: suspending
        ).batches.flatMap { batch in (0..<batch.count).map { batch.utf8(0).string($0) } }
    }

    /// A filter in the contract's JSON, bound to the model.
    func filter(_ json: String, _ model: ModelQuery) throws -> BoundFilter {
        try FilterTree.parse(JSON.parse(json)).bound(to: model.columns)
    }

    static let customers = String(
        #filePath.dropLast("WarehouseTests/Fixture.swift".count) + "Data/cdnow_customers.csv")
}
