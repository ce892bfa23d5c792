/// Writes status lines and header fields of answers.
enum ResponseWriter {
    enum Framing {
        /// `Content-Length` and a body, which a HEAD request leaves out.
        case length(Int)
        case chunked
        /// Neither: 204 and 304, or a body that ends with its connection.
        case none
    }

    /// What the server adds to an answer.
    struct Additions {
        /// The connection ends with this answer, whatever the handler says.
        var close: Bool
        /// HTTP/1.0 has to be told that it goes on.
        var keepAlive: Bool
        /// A whole `Date` field.
        var date: [UInt8]
        var id: RequestID
    }

    /// Appends the head up to and with the empty line.
    ///
    /// Names must be tokens and values free of control characters: nothing can be smuggled into the head.
    /// - Returns: whether the connection ends with this answer; nil when the answer is not valid: nothing is appended then.
    static func writeHead(
        _ response: Response, framing: Framing, _ additions: Additions, into output: inout OutputBuffer
    ) -> Bool? {
        guard 200...599 ~= response.status else { return nil }
        let mark = output.mark
        if response.status == 200 {
            output.append("HTTP/1.1 200 OK\r\n" as StaticString)
        } else {
            output.append("HTTP/1.1 " as StaticString)
            output.append(decimal: response.status)
            output.append(" " as StaticString)
            output.append(reason(response.status))
            output.append("\r\n" as StaticString)
        }
        output.append(additions.date)
        output.append("X-Request-Id: " as StaticString)
        additions.id.write(to: &output)
        var isValid = true
        if let type = response.contentType { isValid = write(after: "\r\nContent-Type: ", type, to: &output) }
        if let etag = response.etag { isValid = write(after: "\r\nETag: ", etag, to: &output) && isValid }
        var close = additions.close
        for (name, value) in response.headers {
            if isReserved(name) {
                if matches(name, "connection"), value.utf8.elementsEqual("close".utf8) { close = true }
                isValid = isValid && isText(value)
            } else {
                isValid = write(name: name, value, to: &output) && isValid
            }
        }
        guard isValid else {
            output.cut(to: mark)
            return nil
        }
        if close {
            output.append("\r\nConnection: close" as StaticString)
        } else if additions.keepAlive {
            output.append("\r\nConnection: keep-alive" as StaticString)
        }
        switch framing {
        case .length(let count):
            output.append("\r\nContent-Length: " as StaticString)
            output.append(decimal: count)
            output.append("\r\n\r\n" as StaticString)
        case .chunked: output.append("\r\nTransfer-Encoding: chunked\r\n\r\n" as StaticString)
        case .none: output.append("\r\n\r\n" as StaticString)
        }
        return close
    }

    /// A field whose name is known; its line is ended by what follows. False when the value is not valid.
    private static func write(after begin: StaticString, _ value: String, to output: inout OutputBuffer) -> Bool {
        output.append(begin)
        var value = value
        return value.withUTF8 { bytes in
            output.append(bytes)
            return isText(bytes)
        }
    }

    private static func write(name: String, _ value: String, to output: inout OutputBuffer) -> Bool {
        guard !name.isEmpty, ByteClass.token.containsAll(name.utf8) else { return false }
        output.append("\r\n" as StaticString)
        output.append(name)
        return write(after: ": ", value, to: &output)
    }

    private static func isText(_ value: String) -> Bool {
        var value = value
        return value.withUTF8 { isText($0) }
    }

    private static func isText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        ASCII.isText(UnsafeRawBufferPointer(bytes), bytes.indices)
    }

    /// Fields that belong to the server.
    private static func isReserved(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: matches(name, "date")
        case 10: matches(name, "connection")
        case 12: matches(name, "x-request-id")
        case 14: matches(name, "content-length")
        case 17: matches(name, "transfer-encoding")
        default: false
        }
    }

    private static func matches(_ name: String, _ lower: StaticString) -> Bool {
        var name = name
        return name.withUTF8 { ASCII.matches(Slice(base: UnsafeRawBufferPointer($0), bounds: 0..<$0.count), lower) }
    }

    private static func reason(_ status: Int) -> StaticString {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }
}
