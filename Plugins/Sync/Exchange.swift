import CTessera
import TesseraPluginKit

/// A request and its answer as people see them: without secrets, and cut.
final class Exchange {
    /// Method and URL, header lines, an empty line, the body; at most so many bytes and a note that it was cut.
    static let requestLimit = 16 * 1024

    private let sent: ByteBuffer
    private let received: ByteBuffer

    init(_ request: UnsafePointer<tessera_request>, _ answer: UnsafePointer<tessera_answer>?, _ secrets: SecretSet) {
        sent = ByteBuffer(capacity: 1024)
        received = ByteBuffer(capacity: 256)
        writeRequest(request.pointee, secrets)
        // The transport has put stars into the answer already.
        if let answer { received.append(answer.pointee.body.bytes) }
    }

    /// Both borrow from this object.
    var request: tessera_str { tessera_str(sent.bytes) }
    var response: tessera_str { tessera_str(received.bytes) }

    private func writeRequest(_ request: tessera_request, _ secrets: SecretSet) {
        func write(_ text: tessera_str, isCut: Bool = false) {
            if let redacted = secrets.redact(text.bytes, isCut: isCut) {
                sent.append(redacted)
            } else {
                sent.append(text.bytes)
            }
        }
        write(request.method)
        sent.append(" ")
        write(request.url)
        sent.append("\n")
        for header in UnsafeBufferPointer(
            start: request.headers, count: request.headers == nil ? 0 : request.header_count)
        {
            write(header.name)
            sent.append(": ")
            write(header.value)
            sent.append("\n")
        }
        if request.signature == TESSERA_SIGN_STANDARD_WEBHOOKS {
            sent.append("webhook-id: ")
            write(request.message_id)
            sent.append("\nwebhook-signature: ********\n")
        }
        sent.append("\n")
        let room = max(0, Self.requestLimit - sent.count)
        let body = request.body
        if body.length <= room { return write(body) }
        write(tessera_str(UnsafeRawBufferPointer(rebasing: body.bytes[..<room])), isCut: true)
        sent.append(Array("\n… (cut: the body has \(body.length) bytes)".utf8))
    }
}

extension Job {
    /// What was sent and received for the request that is being judged; nil while rows without a request are.
    func exchanged() -> Exchange? {
        if let exchange { return exchange }
        guard let request = classified.request, let secrets else { return nil }
        let made = Exchange(request, answer, secrets)
        exchange = made
        return made
    }
}
