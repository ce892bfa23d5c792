import CCurl
import CTessera
import TesseraPluginKit

extension Slot {
    /// Sets the handle up for a request as the connector made it: checked, its secrets in place, signed.
    /// - Parameters:
    ///   - request: must stay valid until the transfer is over: the body is sent from there.
    ///   - now: the time of the signature, microseconds since 1970 UTC.
    ///   - timeout: for the whole request, milliseconds.
    ///   - trace: writes the request's traceparent and gives its length; 0 when it has none.
    func prepare(
        _ request: UnsafePointer<tessera_request>, _ secrets: SecretSet, now: Int64, timeout: Int,
        trace: (UnsafeMutablePointer<CChar>) -> Int = { _ in 0 }
    ) throws(Refusal) {
        let parts = request.pointee
        let url = try secrets.resolve(parts.url)
        var hasSecret = url.hasSecret
        lines.clear()
        lineStarts.removeAll(keepingCapacity: true)
        var hasContentType = false
        var hasTrace = false
        let isSigned = parts.signature == TESSERA_SIGN_STANDARD_WEBHOOKS
        guard isSigned || parts.signature == TESSERA_SIGN_NONE else {
            throw Refusal("the connector asks for signature \(parts.signature), which this transport does not know")
        }
        for header in UnsafeBufferPointer(start: parts.headers, count: parts.headers == nil ? 0 : parts.header_count) {
            try HeaderRules.check(name: header.name.bytes, isSigned: isSigned)
            if HeaderRules.isContentType(header.name.bytes) { hasContentType = true }
            if HeaderRules.isTraceParent(header.name.bytes) { hasTrace = true }
            if try add(header, secrets) { hasSecret = true }
        }
        if isSigned {
            hasSecret = true
            try sign(parts, secrets, now: now)
        }
        if hasSecret { try secrets.checkOrigin(of: url) }
        if !hasContentType { add("Content-Type:") }
        // A connector's own stays.
        if !hasTrace { add(trace) }
        add("Expect:")
        linkLines()
        reset()
        set(url: url)
        try set(method: parts.method.bytes, body: parts.body.bytes)
        _ = tessera_curl_setopt_long(easy, CURLOPT_TIMEOUT_MS, timeout)
    }

    /// Forgets the last answer.
    private func reset() {
        head.clear()
        body.clear()
        bodyWasCut = false
        headIsWhole = false
        headWasTooLarge = false
        expectPace(false)
        refusedAddress = nil
        tookAddress = false
        errorText[0] = 0
    }

    private func set(url: ResolvedURL) {
        if self.url === url { return }
        self.url = url
        _ = tessera_curl_setopt_str(easy, CURLOPT_URL, url.text)
        // Over TLS one connection is waited for: if it speaks HTTP/2, many requests share it.
        _ = tessera_curl_setopt_long(easy, CURLOPT_PIPEWAIT, url.origin.hasPrefix("https:") ? 1 : 0)
    }

    private func set(method: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer) throws(Refusal) {
        if !self.method.elementsEqual(method) {
            guard HeaderRules.isMethod(method) else {
                throw Refusal("the connector asks for a method other than GET, POST, PUT, PATCH and DELETE")
            }
            self.method = Array(method)
            _ = tessera_curl_setopt_str(easy, CURLOPT_CUSTOMREQUEST, method.map { CChar(bitPattern: $0) } + [0])
        }
        if body.isEmpty, method.elementsEqual("GET".utf8) {
            _ = tessera_curl_setopt_long(easy, CURLOPT_HTTPGET, 1)
            return
        }
        _ = tessera_curl_setopt_off(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        // An empty body is still a body: a null pointer would make libcurl ask for one.
        _ = tessera_curl_setopt_ptr(easy, CURLOPT_POSTFIELDS, body.baseAddress ?? UnsafeRawPointer(StaticText.empty))
    }

    private func sign(_ parts: tessera_request, _ secrets: SecretSet, now: Int64) throws(Refusal) {
        let tokens = UnsafeBufferPointer(
            start: parts.signing_tokens, count: parts.signing_tokens == nil ? 0 : parts.signing_token_count)
        let signer = try secrets.signer(for: tokens)
        let id = parts.message_id.bytes
        guard !id.isEmpty, HeaderRules.isPlain(id), !id.contains(UInt8(ascii: ".")) else {
            throw Refusal("the connector gave a webhook-id that is empty or holds a dot or control character")
        }
        let seconds = now / 1_000_000
        begin("webhook-id: ")
        lines.append(id)
        lines.append(0)
        begin("webhook-timestamp: ")
        lines.append(Array(String(seconds).utf8))
        lines.append(0)
        begin("webhook-signature: ")
        lines.append(signer.signature(id: id, timestamp: seconds, body: parts.body.bytes))
        lines.append(0)
    }

    /// Adds a line; true when a secret went into it.
    private func add(_ header: tessera_header, _ secrets: SecretSet) throws(Refusal) -> Bool {
        lineStarts.append(lines.count)
        lines.append(header.name.bytes)
        lines.append(": ")
        let start = lines.count
        let hasSecret = secrets.append(header.value.bytes, to: lines)
        let value = UnsafeRawBufferPointer(rebasing: lines.bytes[start...])
        guard HeaderRules.isPlain(value) else {
            throw Refusal("the value of header '\(String(header.name))' holds a line break or NUL: remove it")
        }
        // libcurl's way to say that a header is sent empty; otherwise it would leave it out.
        if value.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
            lines.removeLast(value.count + 2)
            lines.append(UInt8(ascii: ";"))
        }
        lines.append(0)
        return hasSecret
    }

    private func add(_ trace: (UnsafeMutablePointer<CChar>) -> Int) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(TESSERA_TRACEPARENT_LENGTH)) { text in
            guard let base = text.baseAddress else { return }
            let length = min(trace(base), text.count)
            let value = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[..<length])
            guard length > 0, HeaderRules.isPlain(value) else { return }
            begin("traceparent: ")
            lines.append(value)
            lines.append(0)
        }
    }

    private func begin(_ text: StaticString) {
        lineStarts.append(lines.count)
        lines.append(text)
    }

    private func add(_ line: StaticString) {
        begin(line)
        lines.append(0)
    }

    /// Makes libcurl's list of the lines. It only reads the list, which stays as it is until the next request.
    private func linkLines() {
        if lineStarts.count > listCapacity {
            list.deallocate()
            listCapacity = lineStarts.count * 2
            list = .allocate(capacity: listCapacity)
        }
        for (index, start) in lineStarts.enumerated() {
            let text = UnsafeMutableRawPointer(lines.base + start).assumingMemoryBound(to: CChar.self)
            let next = index + 1 < lineStarts.count ? list + index + 1 : nil
            (list + index).initialize(to: curl_slist(data: text, next: next))
        }
        _ = tessera_curl_setopt_ptr(easy, CURLOPT_HTTPHEADER, list)
    }
}
