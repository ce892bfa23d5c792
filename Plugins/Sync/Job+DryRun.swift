import CTessera
import Payload
import TesseraPluginKit

extension Job {
    /// Above it only the first row of a request records the body, the others the number of that row.
    private static let recordedBytes = 1 << 20

    /// Builds all requests and hands them to `record` instead of sending them; every row advances.
    func dryRun(now: Int64) {
        while !isExhausted {
            if !hasQueued {
                build(now: now)
                continue
            }
            record(queue[next])
            next += 1
        }
    }

    private func record(_ queued: QueuedRequest) {
        guard let request = queued.request?.pointee, let first = queued.rows.first else { return }
        var head = Array(#"{"method":"#.utf8)
        write(request.method, to: &head)
        head += Array(#","url":"#.utf8)
        write(request.url, to: &head)
        head += Array(#","headers":{"#.utf8)
        for (index, header) in headers(of: request).enumerated() {
            if index > 0 { head.append(UInt8(ascii: ",")) }
            JSONText.write(header.name.utf8, to: &head)
            head.append(UInt8(ascii: ":"))
            JSONText.write(header.value, to: &head)
        }
        head += Array("},".utf8)
        var whole = head + Array(#""body":"#.utf8)
        write(request.body, to: &whole)
        let place = "\"body_in_row\":\(queued.places[Int(first)])"
        let short = queued.rows.count * request.body.length > Job.recordedBytes ? head + Array(place.utf8) : whole
        let text = JSONBytes()
        for (index, row) in queued.rows.enumerated() {
            text.removeAll()
            (index == 0 ? whole : short).withUnsafeBytes { text.append(raw: $0) }
            text.append(",\"payload\":")
            writePayload(ofRow: queued.places[Int(row)], to: text)
            text.append("}")
            call.pointer.pointee.record?(
                call.pointer, UInt32(truncatingIfNeeded: queued.places[Int(row)]), tessera_str(text.bytes))
            append(
                tessera_outcome(
                    row: UInt32(truncatingIfNeeded: queued.places[Int(row)]),
                    kind: UInt8(truncatingIfNeeded: TESSERA_ADVANCE), flags: 0, branch: 0, time_us: 0, error: nil))
        }
    }

    /// The headers in order, those of one name joined, as an object can hold them; the signature's added.
    private func headers(of request: tessera_request) -> [(name: String, value: [UInt8])] {
        var headers: [(name: String, value: [UInt8])] = []
        for header in UnsafeBufferPointer(start: request.headers, count: request.header_count) {
            let name = String(header.name)
            let value = redacted(header.value)
            if let index = headers.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
                headers[index].value += Array(", ".utf8) + value
            } else {
                headers.append((name, value))
            }
        }
        if request.signature == TESSERA_SIGN_STANDARD_WEBHOOKS {
            headers.append(("webhook-id", Array(request.message_id.bytes)))
            headers.append(("webhook-signature", Array("********".utf8)))
        }
        return headers
    }

    private func write(_ text: tessera_str, to bytes: inout [UInt8]) { JSONText.write(redacted(text), to: &bytes) }

    private func redacted(_ text: tessera_str) -> [UInt8] { secrets?.redact(text.bytes) ?? Array(text.bytes) }
}
