import CTessera

/// HTTP requests that connectors make, and answers to them, in the body of a frame.
enum RequestWire {
    static func write(_ request: tessera_request, to body: inout WireWriter) {
        body.integer(request.signature)
        body.text(request.method)
        body.text(request.url)
        write(request.headers, request.header_count, to: &body)
        body.text(request.body)
        body.list(UnsafeBufferPointer(start: request.rows, count: request.rows == nil ? 0 : request.row_count)) {
            $0.integer($1)
        }
        body.text(request.message_id)
        let tokens = UnsafeBufferPointer(
            start: request.signing_tokens, count: request.signing_tokens == nil ? 0 : request.signing_token_count)
        body.list(tokens) { $0.text($1) }
    }

    static func write(_ answer: tessera_answer, to body: inout WireWriter) {
        body.integer(answer.transport)
        body.integer(answer.status)
        write(answer.headers, answer.header_count, to: &body)
        body.text(answer.body)
        body.text(answer.message)
        body.integer(answer.latency_us)
        body.integer(answer.retry_at_us)
    }

    private static func write(_ headers: UnsafePointer<tessera_header>?, _ count: Int, to body: inout WireWriter) {
        body.list(UnsafeBufferPointer(start: headers, count: headers == nil ? 0 : count)) { body, header in
            body.text(header.name)
            body.text(header.value)
        }
    }
}

/// A request read from a frame, as connectors take it. Points into the frame's body, and lives as long as both.
final class WireRequest {
    let pointer: UnsafePointer<tessera_request>
    private let memory = UnsafeMutablePointer<tessera_request>.allocate(capacity: 1)
    private let headers: UnsafeMutablePointer<tessera_header>
    private let rows: UnsafeMutablePointer<UInt32>
    private let tokens: UnsafeMutablePointer<tessera_str>

    /// - Parameter mapping: makes a row of the asker's batch of one of the connector's; nil for one that there is not.
    init(_ body: inout WireReader, mapping: (UInt32) -> UInt32? = { $0 }) throws(WireError) {
        var request = tessera_request()
        request.size = UInt32(MemoryLayout<tessera_request>.size)
        request.signature = try body.integer()
        request.method = try body.lent()
        request.url = try body.lent()
        let headers = try WireAnswer.headers(&body)
        request.body = try body.lent()
        let rows = try body.list { body throws(WireError) in
            guard let row = mapping(try body.integer()) else { throw .broken("a request with a row that there is not") }
            return row
        }
        request.message_id = try body.lent()
        let tokens = try body.list { body throws(WireError) in try body.lent() }
        self.headers = LentArray.make(headers)
        self.rows = LentArray.make(rows)
        self.tokens = LentArray.make(tokens)
        request.headers = UnsafePointer(self.headers)
        request.header_count = headers.count
        request.rows = UnsafePointer(self.rows)
        request.row_count = rows.count
        request.signing_tokens = UnsafePointer(self.tokens)
        request.signing_token_count = tokens.count
        memory.initialize(to: request)
        pointer = UnsafePointer(memory)
    }

    deinit {
        headers.deallocate()
        rows.deallocate()
        tokens.deallocate()
        memory.deallocate()
    }
}

/// An answer read from a frame, likewise.
final class WireAnswer {
    let pointer: UnsafePointer<tessera_answer>
    private let memory = UnsafeMutablePointer<tessera_answer>.allocate(capacity: 1)
    private let headers: UnsafeMutablePointer<tessera_header>

    init(_ body: inout WireReader) throws(WireError) {
        var answer = tessera_answer()
        answer.size = UInt32(MemoryLayout<tessera_answer>.size)
        answer.transport = try body.integer()
        answer.status = try body.integer()
        let headers = try Self.headers(&body)
        answer.body = try body.lent()
        answer.message = try body.lent()
        answer.latency_us = try body.integer()
        answer.retry_at_us = try body.integer()
        self.headers = LentArray.make(headers)
        answer.headers = UnsafePointer(self.headers)
        answer.header_count = headers.count
        memory.initialize(to: answer)
        pointer = UnsafePointer(memory)
    }

    deinit {
        headers.deallocate()
        memory.deallocate()
    }

    fileprivate static func headers(_ body: inout WireReader) throws(WireError) -> [tessera_header] {
        try body.list { body throws(WireError) in
            let name = try body.lent()
            return tessera_header(name: name, value: try body.lent())
        }
    }
}

private enum LentArray {
    static func make<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        for (index, element) in elements.enumerated() { (memory + index).initialize(to: element) }
        return memory
    }
}
