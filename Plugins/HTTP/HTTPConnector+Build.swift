import CTessera
import Payload
import TesseraPluginKit

extension HTTPConnector {
    func build(_ batch: Batch, _ call: BuildCall) throws {
        guard let run = try call.made(of: batch, { try BuildRun(self, batch) }) else { return }
        var refused = call.outcomes()
        var rows: [Int] = []
        for row in 0..<batch.count {
            if let error = run.fault(row) {
                refused.fail(row, error)
                continue
            }
            rows.append(row)
            if rows.count == batchSize {
                run.send(rows, call, &refused)
                rows = []
            }
        }
        if !rows.isEmpty { run.send(rows, call, &refused) }
    }
}

/// One `build`: the batch's columns and the memory that requests are written in.
private struct BuildRun {
    let connector: HTTPConnector
    let fields: TemplateFields
    let keys: RowKeys
    let plan: BodyPlan?
    let cells: [PayloadCell]
    let body = JSONBytes()

    init(_ connector: HTTPConnector, _ batch: Batch) throws {
        self.connector = connector
        keys = try RowKeys(batch)
        fields = try TemplateFields(batch, names: connector.names)
        if case .fields(let hasKeys) = connector.body {
            let columns = batch.columns
            if hasKeys,
                columns.contains(where: { $0.name == "idempotency_key" || $0.name.hasPrefix("idempotency_key.") })
            {
                throw MappingError(
                    message: "the field 'idempotency_key' is the row's own key in a batch: map to another name, or set "
                        + "keyless_rows to true")
            }
            let plan = try BodyPlan(columns: columns)
            self.plan = plan
            cells = try plan.cells(of: batch)
        } else {
            plan = nil
            cells = []
        }
    }

    /// Why a row can't be sent.
    func fault(_ row: Int) -> RowError? {
        if keys[row] == nil { return .keyless }
        return (fields.malformedJSON(row) ?? plan?.malformedJSON(in: cells, row: row)).map(RowError.malformedJSON)
    }

    func send(_ rows: [Int], _ call: BuildCall, _ refused: inout Outcomes) {
        guard let first = rows.first else { return }
        var missing = ""
        guard let url = fields.text(connector.url, row: first, missing: &missing, encode: TemplateEncoding.url)
        else {
            return refused.fail(
                rows, RowError(.badRequest, "field '\(missing)' has no value, and the URL needs it"))
        }
        if connector.url.hasFields, hasDotSegment(url) {
            // Servers and proxies resolve it: the request would go to another resource.
            return refused.fail(
                rows, RowError(.badRequest, "a field makes '.' or '..' a part of the URL's path: correct the source"))
        }
        var headers: [(name: String, value: String)] = []
        for (name, template) in connector.headers {
            let value = fields.text(template, row: first, missing: &missing, encode: TemplateEncoding.plain)
            guard let value else {
                return refused.fail(
                    rows, RowError(.badRequest, "field '\(missing)' has no value, and the header '\(name)' needs it"))
            }
            if value.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
                return refused.fail(
                    rows,
                    RowError(
                        .badRequest,
                        "the value of the header '\(name)' holds a line break or control character: "
                            + "correct the source"))
            }
            headers.append((name, String(decoding: value, as: UTF8.self)))
        }
        write(rows)
        let isBodyless: Bool
        if case .none = connector.body { isBodyless = true } else { isBodyless = false }
        func has(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name } }
        if !isBodyless, !has("content-type") { headers.append(("Content-Type", "application/json")) }
        RequestKey.withKey(of: rows.compactMap { keys[$0]?.key }) { key in
            let key = String(decoding: key, as: UTF8.self)
            if let header = connector.idempotencyHeader, !has(header.lowercased()) { headers.append((header, key)) }
            let isSigned = !connector.signingTokens.isEmpty
            call.send(
                Request(
                    method: connector.method.rawValue, url: String(decoding: url, as: UTF8.self), headers: headers,
                    body: Array(body.bytes), rows: rows.map { UInt32(truncatingIfNeeded: $0) },
                    signature: isSigned ? TESSERA_SIGN_STANDARD_WEBHOOKS : TESSERA_SIGN_NONE,
                    messageID: isSigned ? key : "", signingTokens: connector.signingTokens))
        }
    }

    private func hasDotSegment(_ url: [UInt8]) -> Bool {
        url.prefix { $0 != UInt8(ascii: "?") }.split(separator: UInt8(ascii: "/"))
            .contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
    }

    private func write(_ rows: [Int]) {
        body.removeAll()
        switch connector.body {
        case .none: break
        case .row(let template): for row in rows { fields.write(template, row: row, to: body) }
        case .fields(let hasKeys):
            if connector.batchSize > 1 { body.append("[") }
            for (index, row) in rows.enumerated() {
                if index > 0 { body.append(",") }
                plan?.write(row: row, of: cells, to: body, closes: !hasKeys)
                if hasKeys, let plan, let key = keys[row]?.key {
                    body.append(plan.isEmpty ? #""idempotency_key":"# : #","idempotency_key":"#)
                    body.append(string: key)
                    body.append("}")
                }
            }
            if connector.batchSize > 1 { body.append("]") }
        case .rows(let outer, let row, _):
            for step in outer.steps {
                if case .literal(let bytes) = step {
                    bytes.withUnsafeBytes { body.append(raw: $0) }
                    continue
                }
                body.append("[")
                for (index, number) in rows.enumerated() {
                    if index > 0 { body.append(",") }
                    fields.write(row, row: number, to: body)
                }
                body.append("]")
            }
        }
    }
}
