import CCurl
import CTessera
import TesseraPluginKit

extension Slot {
    /// How the transfer ended: one of `TESSERA_TRANSPORT_…`.
    func transport(_ result: CURLcode) -> UInt32 {
        switch result {
        case CURLE_OK:
            // libcurl takes a connection's end for the end of a header.
            headIsWhole ? TESSERA_TRANSPORT_OK : TESSERA_TRANSPORT_BROKEN
        case CURLE_WRITE_ERROR where bodyWasCut:
            // Enough was read: the rest of a long body changes nothing.
            TESSERA_TRANSPORT_OK
        case CURLE_COULDNT_RESOLVE_HOST:
            TESSERA_TRANSPORT_RESOLVE
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED:
            refusedAddress != nil && !tookAddress ? TESSERA_TRANSPORT_REFUSED : TESSERA_TRANSPORT_CONNECT
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED,
            CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            TESSERA_TRANSPORT_TLS
        case CURLE_OPERATION_TIMEDOUT:
            TESSERA_TRANSPORT_TIMEOUT
        case CURLE_URL_MALFORMAT:
            TESSERA_TRANSPORT_REFUSED
        default:
            TESSERA_TRANSPORT_BROKEN
        }
    }

    /// Why a transfer failed, for people.
    func failure(_ result: CURLcode) -> String {
        if transport(result) == TESSERA_TRANSPORT_REFUSED, let refusedAddress { return refusedAddress }
        if headWasTooLarge { return "the answer's header is larger than 64 KB" }
        if result == CURLE_OK { return "the connection ended before the answer was whole" }
        return errorText[0] == 0 ? String(cString: curl_easy_strerror(result)) : String(cString: errorText)
    }

    var status: Int32 {
        var status = 0
        _ = tessera_curl_getinfo_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return Int32(clamping: status)
    }

    /// Whether a connection came about.
    var hasPeer: Bool {
        var address: UnsafeMutableRawPointer?
        _ = tessera_curl_getinfo_ptr(easy, CURLINFO_PRIMARY_IP, &address)
        return address.map { $0.load(as: UInt8.self) != 0 } ?? false
    }

    /// Whether anything of the request went out, or may have. The guard's own refusal comes before a connection.
    func wasSent(_ result: CURLcode) -> Bool {
        var size = 0
        _ = tessera_curl_getinfo_long(easy, CURLINFO_REQUEST_SIZE, &size)
        return transport(result) != TESSERA_TRANSPORT_REFUSED && (size > 0 || time(CURLINFO_PRETRANSFER_TIME_T) > 0)
    }

    /// A duration of the transfer, in microseconds.
    func time(_ info: CURLINFO) -> Int64 {
        var time: curl_off_t = 0
        _ = tessera_curl_getinfo_off(easy, info, &time)
        return Int64(time)
    }

    /// Lends the answer for the call. `now`: the gateway's time, for Retry-After.
    func withAnswer<Result>(
        _ result: CURLcode, _ secrets: SecretSet, now: Int64, _ body: (UnsafePointer<tessera_answer>) -> Result
    ) -> Result {
        let transport = transport(result)
        guard transport == TESSERA_TRANSPORT_OK else {
            return Slot.withFailure(transport, failure(result), latency: time(CURLINFO_TOTAL_TIME_T), body)
        }
        if let redacted = secrets.redact(head.bytes) {
            head.clear()
            head.append(redacted)
        }
        if let redacted = secrets.redact(self.body.bytes, isCut: bodyWasCut) {
            self.body.clear()
            self.body.append(redacted)
            // By its length a connector sees that a body was cut.
            let missing = bodyWasCut ? SendLimits.answerBytes - redacted.count : 0
            if missing > 0 { self.body.append([UInt8](repeating: UInt8(ascii: "*"), count: missing)) }
        }
        let retryAt = parseHead(now: now)
        return answerHeaders.withUnsafeBufferPointer { headers in
            var answer = tessera_answer(
                size: UInt32(MemoryLayout<tessera_answer>.size), transport: transport, status: status, reserved: 0,
                headers: headers.baseAddress, header_count: headers.count, body: tessera_str(self.body.bytes),
                message: tessera_str(data: nil, length: 0), latency_us: time(CURLINFO_TOTAL_TIME_T),
                retry_at_us: retryAt)
            return withUnsafePointer(to: &answer, body)
        }
    }

    /// Lends an answer that says that none came.
    static func withFailure<Result>(
        _ transport: UInt32, _ message: String, latency: Int64, _ body: (UnsafePointer<tessera_answer>) -> Result
    ) -> Result {
        message.withTesseraText { message in
            var answer = tessera_answer()
            answer.size = UInt32(MemoryLayout<tessera_answer>.size)
            answer.transport = transport
            answer.message = message
            answer.latency_us = latency
            return withUnsafePointer(to: &answer, body)
        }
    }

    /// Takes the header block apart, names made lower case in place. Gives the time of Retry-After, 0 without one.
    private func parseHead(now: Int64) -> Int64 {
        answerHeaders.removeAll(keepingCapacity: true)
        var retryAt: Int64 = 0
        let bytes = head.base
        var start = 0
        while start < head.count {
            var end = start
            while end < head.count, bytes[end] != 0x0A { end += 1 }
            defer { start = end + 1 }
            var colon = start
            while colon < end, bytes[colon] != UInt8(ascii: ":") {
                bytes[colon] = ASCII.lower(bytes[colon])
                colon += 1
            }
            // The status line, the empty line and folded lines have no name before a colon.
            guard colon < end, colon > start, bytes[start] > 0x20 else { continue }
            var first = colon + 1
            var last = end
            while first < last, bytes[first] == 0x20 || bytes[first] == 0x09 { first += 1 }
            while last > first, bytes[last - 1] <= 0x20 { last -= 1 }
            let name = UnsafeRawBufferPointer(start: bytes + start, count: colon - start)
            let value = UnsafeRawBufferPointer(start: bytes + first, count: last - first)
            answerHeaders.append(tessera_header(name: tessera_str(name), value: tessera_str(value)))
            if name.count == 11, name.elementsEqual("retry-after".utf8) { retryAt = RetryAfter.time(value, now: now) }
        }
        return retryAt
    }
}
