/// Writes status lines and header fields of answers.
enum ResponseWriter {
    enum Framing {
        /// `Content-Length` and a body, which a HEAD request leaves out.
        case length(Int)
        case chunked
        /// Neither: 204 and 304, or a body that ends with its connection.
        case none
    }

    /// Whether names are tokens and values free of control characters: nothing can be smuggled into the head.
    static func isValid(_ response: Response) -> Bool {
        guard 200...599 ~= response.status else { return false }
        for (name, value) in response.headers {
            guard !name.isEmpty, ByteClass.token.containsAll(name.utf8) else { return false }
            for byte in value.utf8 where byte < ASCII.space && byte != ASCII.tab || byte == 0x7F { return false }
        }
        return true
    }

    /// Whether a handler's own header asks to close.
    static func asksToClose(_ response: Response) -> Bool {
        response.headers.contains { name, value in
            matches(name, "connection") && value.utf8.elementsEqual("close".utf8)
        }
    }

    /// The head up to and with the empty line. `date` is a whole `Date` field.
    static func writeHead(
        _ response: Response, framing: Framing, close: Bool, keepAlive: Bool, date: [UInt8],
        id: RequestID, into output: inout OutputBuffer
    ) {
        if response.status == 200 {
            output.append("HTTP/1.1 200 OK\r\n" as StaticString)
        } else {
            output.append("HTTP/1.1 " as StaticString)
            output.append(decimal: response.status)
            output.append(" " as StaticString)
            output.append(reason(response.status))
            output.append("\r\n" as StaticString)
        }
        output.append(date)
        output.append("X-Request-Id: " as StaticString)
        id.write(to: &output)
        output.append("\r\n" as StaticString)
        for (name, value) in response.headers where !isReserved(name) {
            output.append(name)
            output.append(": " as StaticString)
            output.append(value)
            output.append("\r\n" as StaticString)
        }
        if close {
            output.append("Connection: close\r\n" as StaticString)
        } else if keepAlive {
            output.append("Connection: keep-alive\r\n" as StaticString)
        }
        switch framing {
        case .length(let count):
            output.append("Content-Length: " as StaticString)
            output.append(decimal: count)
            output.append("\r\n\r\n" as StaticString)
        case .chunked: output.append("Transfer-Encoding: chunked\r\n\r\n" as StaticString)
        case .none: output.append("\r\n" as StaticString)
        }
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
