extension GrammarCase {
    static let accepted: [GrammarCase] = [
        GrammarCase("plain", "GET / HTTP/1.1\r\n\(host)\r\n", .answered(["GET / "])),
        GrammarCase("one empty line first", "\r\nGET / HTTP/1.1\r\n\(host)\r\n", .answered(["GET / "])),
        GrammarCase("unknown method", "PURGE /a HTTP/1.1\r\n\(host)\r\n", .answered(["PURGE /a "])),
        GrammarCase("lower-case method", "get /a HTTP/1.1\r\n\(host)\r\n", .answered(["get /a "])),
        GrammarCase("OPTIONS *", "OPTIONS * HTTP/1.1\r\n\(host)\r\n", .answered(["OPTIONS * "])),
        GrammarCase("percent codes", "GET /a%2Fb?c=%00 HTTP/1.1\r\n\(host)\r\n", .answered(["GET /a%2Fb?c=%00 "])),
        GrammarCase("absolute", "GET http://A/b?c HTTP/1.1\r\n\(host)\r\n", .answered(["GET http://A/b?c "])),
        GrammarCase(
            "absolute without a path", "GET http://a?c HTTP/1.1\r\n\(host)\r\n", .answered(["GET http://a?c "])),
        GrammarCase("IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", .answered(["GET / "])),
        GrammarCase("no space after the colon", "GET / HTTP/1.1\r\nHost:a\r\n\r\n", .answered(["GET / "])),
        GrammarCase("white space around a value", "GET / HTTP/1.1\r\nHost: \t a \t \r\n\r\n", .answered(["GET / "])),
        GrammarCase("empty value", "GET / HTTP/1.1\r\n\(host)X:\r\n\r\n", .answered(["GET / "])),
        GrammarCase(
            "bytes above ASCII in a value", "GET / HTTP/1.1\r\n\(host)X: \u{fc}\r\n\r\n", .answered(["GET / "])),
        GrammarCase("length", post("Content-Length: 5\r\n", "hello"), .answered(["POST / hello"])),
        GrammarCase("length of zero", post("Content-Length: 0\r\n", ""), .answered(["POST / "])),
        GrammarCase("length with leading zeros", post("Content-Length: 005\r\n", "hello"), .answered(["POST / hello"])),
        GrammarCase("chunked", chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), .answered(["POST / hello world"])),
        GrammarCase(
            "upper-case hexadecimal", chunked("00A\r\n0123456789\r\n0\r\n\r\n"), .answered(["POST / 0123456789"])),
        GrammarCase(
            "Chunked in another case", post("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"), .answered(["POST / "])),
        GrammarCase(
            "extension", chunked("5;a=\"b;\\\" c\";d;e=f\r\nhello\r\n0;e\r\n\r\n"), .answered(["POST / hello"])),
        GrammarCase("trailers", chunked("5\r\nhello\r\n0\r\nX: b\r\nY: c\r\n\r\n"), .answered(["POST / hello"])),
        GrammarCase(
            "pipeline", post("Content-Length: 5\r\n", "hello") + "GET /b HTTP/1.1\r\n\(host)\r\n",
            .answered(["POST / hello", "GET /b "])),
        GrammarCase(
            "pipeline after chunks", chunked("1\r\na\r\n0\r\n\r\n") + "GET /b HTTP/1.1\r\n\(host)\r\n",
            .answered(["POST / a", "GET /b "])),
        GrammarCase(
            "pipeline after close", "GET /a HTTP/1.1\r\n\(host)Connection: close\r\n\r\nGET /b HTTP/1.1\r\n\(host)\r\n",
            .answeredAndClosed(["GET /a "])),
        GrammarCase(
            "close among options", "GET /a HTTP/1.1\r\n\(host)Connection: x, Close\r\n\r\n",
            .answeredAndClosed(["GET /a "])),
        GrammarCase("1.0", "GET /a HTTP/1.0\r\n\r\n", .answeredAndClosed(["GET /a "])),
        GrammarCase("1.0, kept alive", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", .answered(["GET /a "])),
        GrammarCase("https, absolute", "GET https://a/b HTTP/1.1\r\n\(host)\r\n", .answered(["GET https://a/b "])),
        GrammarCase("two slashes are no authority", "GET //b/c HTTP/1.1\r\n\(host)\r\n", .answered(["GET //b/c "])),
        GrammarCase("empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", .answered(["GET / "])),
        GrammarCase(
            "100 fields", "GET / HTTP/1.1\r\n\(host)\(String(repeating: "X: b\r\n", count: 99))\r\n",
            .answered(["GET / "])),
        GrammarCase("TRACE", "TRACE / HTTP/1.1\r\n\(host)\r\n", .answered(["TRACE / "])),
        GrammarCase(
            "GET with a body", "GET / HTTP/1.1\r\n\(host)Content-Length: 5\r\n\r\nhello", .answered(["GET / hello"])),
        GrammarCase(
            "GET with chunks", "GET / HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            .answered(["GET / a"])),
        GrammarCase("neither length nor coding", post("", ""), .answered(["POST / "])),
        GrammarCase(
            "length with a tab behind it", post("Content-Length: 5\t\r\n", "hello"), .answered(["POST / hello"])),
        GrammarCase(
            "an upgrade is passed over", "GET / HTTP/1.1\r\n\(host)Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            .answered(["GET / "])),
        GrammarCase(
            "HTTP/2 in clear is passed over",
            "GET / HTTP/1.1\r\n\(host)Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
            .answered(["GET / "])),
        GrammarCase(
            "an upgrade with a body", post("Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n", "hello"),
            .answered(["POST / hello"])),
        GrammarCase(
            "length named by Connection", post("Connection: Content-Length\r\nContent-Length: 5\r\n", "hello"),
            .answered(["POST / hello"])),
        GrammarCase(
            "other names of a length",
            post("Content_Length: 9\r\nX-Content-Length: 9\r\nContent-Length: 5\r\n", "hello"),
            .answered(["POST / hello"])),
        GrammarCase(
            "expectation with its body", post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"),
            .answered(["POST / hello"])),
        GrammarCase(
            "expectation in another case", post("Expect: 100-Continue\r\nContent-Length: 5\r\n", "hello"),
            .answered(["POST / hello"])),
        GrammarCase(
            "expectation without a body", "GET / HTTP/1.1\r\n\(host)Expect: 100-continue\r\n\r\n", .answered(["GET / "])
        ),
        GrammarCase("any expectation on 1.0", "GET / HTTP/1.0\r\nExpect: x\r\n\r\n", .answeredAndClosed(["GET / "])),
        GrammarCase(
            "a request in a body", post("Content-Length: 28\r\n", "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"),
            .answered(["POST / GET /x HTTP/1.1\r\nHost: a\r\n\r\n"])),
        GrammarCase(
            "an end of chunks in a chunk", chunked("5\r\n0\r\n\r\n\r\n0\r\n\r\n"), .answered(["POST / 0\r\n\r\n"])),
        GrammarCase(
            "white space around the coding", post("Transfer-Encoding: \t chunked \t\r\n", "0\r\n\r\n"),
            .answered(["POST / "])),
        GrammarCase(
            "trailers that are announced",
            post("Trailer: X\r\nTransfer-Encoding: chunked\r\n", "1\r\na\r\n0\r\nX: b\r\n\r\n"), .answered(["POST / a"])
        ),
        GrammarCase(
            "keep-alive and close", "GET / HTTP/1.1\r\n\(host)Connection: keep-alive, close\r\n\r\n",
            .answeredAndClosed(["GET / "])),
        GrammarCase(
            "empty options", "GET / HTTP/1.1\r\n\(host)Connection: ,,close,\r\n\r\n", .answeredAndClosed(["GET / "])),
        GrammarCase(
            "close in a second field", "GET / HTTP/1.1\r\n\(host)Connection: x\r\nConnection: close\r\n\r\n",
            .answeredAndClosed(["GET / "])),
    ]
}
