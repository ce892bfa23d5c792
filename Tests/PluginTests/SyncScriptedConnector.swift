import CTessera
import Glibc
import Platform
import TesseraPluginKit
import TestSupport

/// A connector whose requests a test writes down. Its body shows the batch: a line for each row, `name:format=value`.
final class SyncScriptedConnector: @unchecked Sendable {
    struct Answer: Sendable {
        var transport: UInt32
        var status: Int32
        var headers: [String]
        var body: String
        var message: String
        var retryAt: Int64
    }

    var url: String
    var method = "POST"
    var headers: [(String, String)] = [("Content-Type", "text/plain")]
    var rowsPerRequest = 1
    var signingTokens: [String] = []
    /// Replaces the body.
    var body: String?
    var columns: [String] = []
    /// What `build` returns; it makes its requests all the same.
    var buildStatus: Int32 = 0
    /// Every request carries these rows.
    var rows: [UInt32]?
    /// An answer with this status is a reason to try the rows in halves.
    var splitStatus: Int32?
    /// When rows that are to be tried again go at the earliest, where the answer has no Retry-After.
    var retryAt: Int64 = 0
    /// Added to the row of each outcome.
    var rowOffset = 0
    /// Rows of this number are failed by `build`.
    var refusedRow: Int?
    /// So many of a delivered request's first rows are failed by `classify`, and so many of its last are to be tried again.
    var notTaken = (failed: 0, retried: 0)
    /// What `classify` returns; it reports nothing with another than 0.
    var classifyStatus: Int32 = 0

    let type: UnsafePointer<tessera_connector_type>
    let interface: UnsafePointer<tessera_connector_interface>
    private let seen = Monitor<[Answer]>([])
    private let batches = Monitor<[Int]>([])

    /// What `classify` was given, and the sizes of the batches that `build` was.
    var answers: [Answer] { seen.withLock { $0 } }
    var batchSizes: [Int] { batches.withLock { $0 } }

    init(_ url: String, maxRows: UInt32 = 0) {
        self.url = url
        let type = UnsafeMutablePointer<tessera_connector_type>.allocate(capacity: 1)
        type.initialize(
            to: tessera_connector_type(
                size: UInt32(MemoryLayout<tessera_connector_type>.size), max_rows: maxRows,
                id: UnsafePointer(strdup("scripted")), title: UnsafePointer(strdup("Scripted")),
                config_schema: UnsafePointer(strdup("{}"))))
        self.type = UnsafePointer(type)
        let interface = UnsafeMutablePointer<tessera_connector_interface>.allocate(capacity: 1)
        interface.initialize(
            to: tessera_connector_interface(
                size: UInt32(MemoryLayout<tessera_connector_interface>.size), type_count: 0, types: nil, open: nil,
                close: nil,
                columns: { _, instance, names in
                    let columns = SyncScriptedConnector.of(instance).columns
                    names?.pointee = UnsafePointer(NameList.kept(columns).pointer)
                    return columns.count
                },
                build: { _, instance, schema, array, call in
                    guard let schema, let array, let call else { return 1 }
                    return SyncScriptedConnector.of(instance).build(Batch(schema: schema, array: array), call)
                },
                classify: { _, instance, request, answer, call in
                    guard let request, let answer, let call else { return 1 }
                    return SyncScriptedConnector.of(instance).classify(request.pointee, answer.pointee, call)
                }))
        self.interface = UnsafePointer(interface)
    }

    private static func of(_ instance: UnsafeMutableRawPointer?) -> SyncScriptedConnector {
        Unmanaged<SyncScriptedConnector>.fromOpaque(instance!).takeUnretainedValue()
    }

    private func build(_ batch: Batch, _ call: UnsafePointer<tessera_build_call>) -> Int32 {
        batches.withLock { $0.append(batch.count) }
        var next = 0
        if let refusedRow {
            RowError(.badRequest, "refused").withC { error in
                var outcome = tessera_outcome()
                outcome.row = UInt32(refusedRow)
                outcome.kind = UInt8(TESSERA_FAIL)
                outcome.error = error
                call.pointee.report(call, &outcome, 1)
            }
        }
        while next < batch.count {
            let part = Array(next..<min(batch.count, next + rowsPerRequest)).filter { $0 != refusedRow }
            next += rowsPerRequest
            if part.isEmpty { continue }
            let text = body ?? part.map { batch.line($0) }.joined(separator: "\n")
            let names = NameList(headers.flatMap { [$0.0, $0.1] })
            let headerList = (0..<headers.count).map { tessera_header(name: names[2 * $0], value: names[2 * $0 + 1]) }
            let tokens = NameList(signingTokens)
            let lent = NameList([method, url, text, "msg_\(part[0])"])
            let numbers = rows ?? part.map { UInt32($0) }
            headerList.withUnsafeBufferPointer { headerList in
                numbers.withUnsafeBufferPointer { numbers in
                    var request = tessera_request(
                        size: UInt32(MemoryLayout<tessera_request>.size),
                        signature: signingTokens.isEmpty ? TESSERA_SIGN_NONE : TESSERA_SIGN_STANDARD_WEBHOOKS,
                        method: lent[0], url: lent[1], headers: headerList.baseAddress, header_count: headerList.count,
                        body: lent[2], rows: numbers.baseAddress, row_count: numbers.count, message_id: lent[3],
                        signing_tokens: tokens.pointer, signing_token_count: tokens.count)
                    call.pointee.request(call, &request)
                }
            }
            withExtendedLifetime((names, tokens, lent)) {}
        }
        return buildStatus
    }

    private func classify(
        _ request: tessera_request, _ answer: tessera_answer, _ call: UnsafePointer<tessera_classify_call>
    ) -> Int32 {
        let headers = UnsafeBufferPointer(start: answer.headers, count: answer.header_count)
        seen.update {
            $0.append(
                Answer(
                    transport: answer.transport, status: answer.status,
                    headers: headers.map { "\(text($0.name)): \(text($0.value))" }, body: text(answer.body),
                    message: text(answer.message), retryAt: answer.retry_at_us))
        }
        let delivered = (200..<300).contains(answer.status)
        let kind =
            delivered
            ? TESSERA_ADVANCE : 400..<500 ~= answer.status && answer.status != 429 ? TESSERA_FAIL : TESSERA_RETRY
        let splits = answer.status == splitStatus
        let code: RowError.Code = answer.status == 410 ? .endpointNotFound : .misc
        let why = RowError(
            code, "transport \(answer.transport): \(text(answer.message))", httpStatus: answer.status)
        why.withC { error in
            let outcomes = UnsafeBufferPointer(start: request.rows, count: request.row_count).enumerated().map {
                var kind = splits ? TESSERA_RETRY : kind
                if delivered, $0 < notTaken.failed { kind = TESSERA_FAIL }
                if delivered, $0 >= request.row_count - notTaken.retried { kind = TESSERA_RETRY }
                return tessera_outcome(
                    row: $1 + UInt32(rowOffset), kind: UInt8(kind),
                    flags: splits ? UInt8(TESSERA_OUTCOME_SPLIT) : 0, branch: 0,
                    time_us: kind == TESSERA_RETRY ? max(answer.retry_at_us, retryAt) : 0,
                    error: delivered ? nil : error)
            }
            if classifyStatus == 0 { call.pointee.report(call, outcomes, outcomes.count) }
        }
        return classifyStatus
    }
}

extension Batch {
    /// A row as text: `name:format=value`, `~` for null.
    func line(_ row: Int) -> String {
        columns.enumerated().map { index, column in
            let value: String? =
                switch column.kind {
                case .text: try? text(at: index).string(row)
                case .int64: (try? int64(at: index)[row]).flatMap { $0 }.map { "\($0)" }
                case .double: (try? double(at: index)[row]).flatMap { $0 }.map { "\($0)" }
                case .bool: (try? bool(at: index)[row]).flatMap { $0 }.map { "\($0)" }
                case .date: (try? date(at: index)[row]).flatMap { $0 }.map { "\($0)" }
                case .timestamp: (try? timestamp(at: index)[row]).flatMap { $0 }.map { "\($0)" }
                case nil: "?"
                }
            let kind = column.isJSON ? "json" : column.kind?.rawValue ?? "?"
            return "\(column.name):\(kind)=\(value ?? "~")"
        }.joined(separator: " ")
    }
}

extension NameList {
    /// A list that lives as long as the process: what an instance lends until its close.
    static func kept(_ names: [String]) -> NameList {
        let list = NameList(names)
        Kept.keep(list)
        return list
    }
}
