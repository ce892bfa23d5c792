import CTessera
import Payload
import TesseraPluginKit

/// Writes one request after the other into the same memory.
struct RequestWriter {
    private let connector: WebhookConnector
    private let plan: BodyPlan
    private let cells: [PayloadCell]
    private let body = JSONBytes()
    private var rows: [UInt32] = []
    /// Borrowed from the batch.
    private var keys: [UnsafeRawBufferPointer] = []
    private var headers: [tessera_header]

    init(connector: WebhookConnector, plan: BodyPlan, cells: [PayloadCell], capacity: Int) {
        self.connector = connector
        self.plan = plan
        self.cells = cells
        headers = (0..<connector.headers.count / 2).map {
            tessera_header(name: connector.headers[2 * $0], value: connector.headers[2 * $0 + 1])
        }
        rows.reserveCapacity(capacity)
        keys.reserveCapacity(capacity)
    }

    /// Rows in the request so far.
    var count: Int { rows.count }

    mutating func append(row: Int, member: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) {
        body.append(rows.isEmpty ? #"{"sync_mode":"insert","rows":[{"data":"# : #",{"data":"#)
        plan.write(row: row, of: cells, to: body)
        body.append(#","operation":"insert","primary_key":"#)
        body.append(string: member)
        body.append(#","idempotency_key":"#)
        body.append(string: key)
        body.append("}")
        rows.append(UInt32(truncatingIfNeeded: row))
        keys.append(key)
    }

    /// Hands the request over and begins the next one.
    mutating func send(_ call: BuildCall) {
        body.append("]}")
        RequestKey.withKey(of: keys) { key in
            headers[0].value = tessera_str(key)
            let isSigned = connector.signingTokens.count > 0
            rows.withUnsafeBufferPointer { rows in
                headers.withUnsafeBufferPointer { headers in
                    var request = tessera_request(
                        size: UInt32(MemoryLayout<tessera_request>.size),
                        signature: isSigned ? TESSERA_SIGN_STANDARD_WEBHOOKS : TESSERA_SIGN_NONE,
                        method: connector.target[0], url: connector.target[1], headers: headers.baseAddress,
                        header_count: headers.count, body: tessera_str(body.bytes), rows: rows.baseAddress,
                        row_count: rows.count, message_id: isSigned ? tessera_str(key) : tessera_str(),
                        signing_tokens: connector.signingTokens.pointer,
                        signing_token_count: connector.signingTokens.count)
                    withUnsafePointer(to: &request) { call.send($0) }
                }
            }
        }
        body.removeAll()
        rows.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
    }
}
