import Testing

/// One payload and what must become of it.
struct GrammarCase: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        /// The one answer, after which the connection ends; no handler sees a request.
        case refused(Int)
        /// The texts that the echo handler answers, in order; the connection lives on.
        case answered([String])
        /// As `answered`, then the connection ends.
        case answeredAndClosed([String])
    }
    var name: String
    var payload: String
    var outcome: Outcome
    var testDescription: String { name }

    init(_ name: String, _ payload: String, _ outcome: Outcome) {
        self.name = name
        self.payload = payload
        self.outcome = outcome
    }

    static let all = requestLines + targets + fields + hosts + lengths + codings + chunks + accepted

    private static let host = "Host: a\r\n"

    private static let requestLines: [GrammarCase] = [
        GrammarCase("no target", "GET\r\n\(host)\r\n", .refused(400)),
        GrammarCase("HTTP/0.9", "GET /\r\n\r\n", .refused(400)),
        GrammarCase("two spaces before the target", "GET  / HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("two spaces before the version", "GET /  HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("tab for a space", "GET\t/ HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("space after the version", "GET / HTTP/1.1 \r\n\(host)\r\n", .refused(400)),
        GrammarCase("space before the method", " GET / HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("method with a separator", "G(ET / HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("method with a NUL", "GE\0T / HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", .refused(400)),
        GrammarCase("bare LF only", "GET / HTTP/1.1\nHost: a\n\n", .refused(400)),
        GrammarCase("CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", .refused(400)),
        GrammarCase("lower-case version", "GET / http/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("version without minor", "GET / HTTP/1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("version with two minor digits", "GET / HTTP/1.10\r\n\(host)\r\n", .refused(400)),
        GrammarCase("version 1.2", "GET / HTTP/1.2\r\n\(host)\r\n", .refused(505)),
        GrammarCase("version 2.0", "GET / HTTP/2.0\r\n\(host)\r\n", .refused(505)),
        GrammarCase("the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .refused(505)),
        GrammarCase("version 0.9", "GET / HTTP/0.9\r\n\(host)\r\n", .refused(505)),
        GrammarCase("other protocol", "GET / RTSP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("bare LF first", "\nGET / HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("a TLS hello", "\u{16}\u{3}\u{1}\0\u{5}\n\r\n\r\n", .refused(400)),
        GrammarCase("CONNECT", "CONNECT a:80 HTTP/1.1\r\n\(host)\r\n", .refused(501)),
    ]

    private static let targets: [GrammarCase] = [
        GrammarCase("relative target", "GET a/b HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("fragment", "GET /a#b HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("control character", "GET /a\u{1}b HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("DEL", "GET /a\u{7f}b HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("NUL", "GET /a\0b HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("bytes above ASCII", "GET /\u{fc} HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("quotation mark", "GET /\" HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("backslash", "GET /a\\b HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("CR in the target", "GET /a\rb HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("half a percent code", "GET /a%2 HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("percent code of other letters", "GET /a%zz HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("* for GET", "GET * HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("absolute, other host", "GET http://b/ HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("absolute, other port", "GET http://a:81/ HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("absolute, user information", "GET http://u@a/ HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("absolute without a host", "GET http:///a HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("absolute, other scheme", "GET ftp://a/ HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase(
            "target too long", "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n\(host)\r\n", .refused(414)),
    ]

    private static let fields: [GrammarCase] = [
        GrammarCase("space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", .refused(400)),
        GrammarCase("tab before the colon", "GET / HTTP/1.1\r\n\(host)X\t: b\r\n\r\n", .refused(400)),
        GrammarCase("no colon", "GET / HTTP/1.1\r\n\(host)X\r\n\r\n", .refused(400)),
        GrammarCase("empty name", "GET / HTTP/1.1\r\n\(host): b\r\n\r\n", .refused(400)),
        GrammarCase("name with a separator", "GET / HTTP/1.1\r\n\(host)X(: b\r\n\r\n", .refused(400)),
        GrammarCase("name with a byte above ASCII", "GET / HTTP/1.1\r\n\(host)X\u{fc}: b\r\n\r\n", .refused(400)),
        GrammarCase("folded line", "GET / HTTP/1.1\r\n\(host)X: b\r\n c\r\n\r\n", .refused(400)),
        GrammarCase("line folded with a tab", "GET / HTTP/1.1\r\n\(host)X: b\r\n\tc\r\n\r\n", .refused(400)),
        GrammarCase("white space before the first field", "GET / HTTP/1.1\r\n \(host)\r\n", .refused(400)),
        GrammarCase("bare LF after a field", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", .refused(400)),
        GrammarCase("bare LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\n", .refused(400)),
        GrammarCase("CR in a value", "GET / HTTP/1.1\r\n\(host)X: b\rc\r\n\r\n", .refused(400)),
        GrammarCase("NUL in a value", "GET / HTTP/1.1\r\n\(host)X: b\0c\r\n\r\n", .refused(400)),
        GrammarCase("control character in a value", "GET / HTTP/1.1\r\n\(host)X: b\u{b}c\r\n\r\n", .refused(400)),
        GrammarCase("DEL in a value", "GET / HTTP/1.1\r\n\(host)X: b\u{7f}\r\n\r\n", .refused(400)),
        GrammarCase(
            "101 fields", "GET / HTTP/1.1\r\n\(host)\(String(repeating: "X: b\r\n", count: 100))\r\n", .refused(431)),
        GrammarCase(
            "fields too large", "GET / HTTP/1.1\r\n\(host)X: \(String(repeating: "b", count: 17_000))\r\n\r\n",
            .refused(431)),
        GrammarCase("another expectation", "GET / HTTP/1.1\r\n\(host)Expect: 200-ok\r\n\r\n", .refused(417)),
        GrammarCase(
            "expectation twice", "GET / HTTP/1.1\r\n\(host)Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n",
            .refused(417)),
    ]

    private static let hosts: [GrammarCase] = [
        GrammarCase("no Host", "GET / HTTP/1.1\r\nX: b\r\n\r\n", .refused(400)),
        GrammarCase("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", .refused(400)),
        GrammarCase("Host twice", "GET / HTTP/1.1\r\n\(host)Host: a\r\n\r\n", .refused(400)),
        GrammarCase("Host twice, other case", "GET / HTTP/1.1\r\n\(host)hOST: b\r\n\r\n", .refused(400)),
        GrammarCase("Host twice on 1.0", "GET / HTTP/1.0\r\n\(host)Host: b\r\n\r\n", .refused(400)),
        GrammarCase("Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .refused(400)),
        GrammarCase("Host with user information", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .refused(400)),
        GrammarCase("Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .refused(400)),
        GrammarCase("Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .refused(400)),
        GrammarCase("Host with a bad port", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", .refused(400)),
        GrammarCase("Host with port 65536", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", .refused(400)),
        GrammarCase("open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .refused(400)),
    ]

    private static let lengths: [GrammarCase] = [
        GrammarCase("length twice, equal", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), .refused(400)),
        GrammarCase(
            "length twice, unequal", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), .refused(400)),
        GrammarCase("length list", post("Content-Length: 5, 5\r\n", "hello"), .refused(400)),
        GrammarCase("length with a plus", post("Content-Length: +5\r\n", "hello"), .refused(400)),
        GrammarCase("negative length", post("Content-Length: -5\r\n", "hello"), .refused(400)),
        GrammarCase("hexadecimal length", post("Content-Length: 0x5\r\n", "hello"), .refused(400)),
        GrammarCase("empty length", post("Content-Length:\r\n", "hello"), .refused(400)),
        GrammarCase("length with a space inside", post("Content-Length: 5 5\r\n", "hello"), .refused(400)),
        GrammarCase("length with a letter", post("Content-Length: 5a\r\n", "hello"), .refused(400)),
        GrammarCase("length out of range", post("Content-Length: 99999999999999999999\r\n", "hello"), .refused(400)),
        GrammarCase("length over the limit", post("Content-Length: 1048577\r\n", "hello"), .refused(413)),
        GrammarCase(
            "length and chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            .refused(400)),
        GrammarCase(
            "chunked and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
            .refused(400)),
        GrammarCase("length behind a bare CR", post("X: a\rContent-Length: 5\r\n", "hello"), .refused(400)),
    ]

    private static let codings: [GrammarCase] = [
        GrammarCase("other coding", post("Transfer-Encoding: gzip\r\n", ""), .refused(501)),
        GrammarCase("gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), .refused(501)),
        GrammarCase("chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase("chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase(
            "chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            .refused(400)),
        GrammarCase(
            "chunked and identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"),
            .refused(400)),
        GrammarCase("identity", post("Transfer-Encoding: identity\r\n", ""), .refused(501)),
        GrammarCase("xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), .refused(501)),
        GrammarCase("chunked with VT", post("Transfer-Encoding: \u{b}chunked\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase("quoted chunked", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase("chunked with a parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase("empty coding", post("Transfer-Encoding:\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase("comma first", post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase("space before the colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase("folded", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase(
            "chunked on 1.0", "POST / HTTP/1.0\r\n\(host)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .refused(400)),
    ]

    private static let chunks: [GrammarCase] = [
        GrammarCase("size not hexadecimal", chunked("x\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("empty size", chunked("\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("0x size", chunked("0x5\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("negative size", chunked("-5\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("size with a plus", chunked("+5\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("size overflow", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("size of many zeros", chunked("\(String(repeating: "0", count: 20))5\r\nhello\r\n"), .refused(400)),
        GrammarCase("space before the size", chunked(" 5\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("space after the size", chunked("5 \r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("bare LF after the size", chunked("5\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("CR without LF after the size", chunked("5\rhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("chunk longer than its size", chunked("4\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("chunk shorter than its size", chunked("6\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("bare LF after the data", chunked("5\r\nhello\n0\r\n\r\n"), .refused(400)),
        GrammarCase("bare LF in an extension", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("CR in an extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase(
            "endless extension", chunked("5;\(String(repeating: "a", count: 5000))\r\nhello\r\n0\r\n\r\n"),
            .refused(400)),
        GrammarCase("extension without a name", chunked("5;\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("extension without a value", chunked("5;a=\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("extension with two values", chunked("5;a=b=c\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("space in an extension", chunked("5; a\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("open quotation in an extension", chunked("5;a=\"b\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("text after a quotation", chunked("5;a=\"b\"c\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("bare LF at the end", chunked("5\r\nhello\r\n0\r\n\n"), .refused(400)),
        GrammarCase("trailer without a colon", chunked("0\r\nX\r\n\r\n"), .refused(400)),
        GrammarCase("folded trailer", chunked("0\r\nX: b\r\n c\r\n\r\n"), .refused(400)),
        GrammarCase("trailer with framing", chunked("0\r\nContent-Length: 5\r\n\r\n"), .refused(400)),
        GrammarCase(
            "trailers too large", chunked("0\r\nX: \(String(repeating: "b", count: 9000))\r\n\r\n"), .refused(431)),
        GrammarCase(
            "chunks over the limit", chunked("100001\r\n\(String(repeating: "a", count: 0x100001))\r\n0\r\n\r\n"),
            .refused(413)),
    ]

    private static let accepted: [GrammarCase] = [
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
    ]

    private static func post(_ fields: String, _ body: String) -> String {
        "POST / HTTP/1.1\r\n\(host)\(fields)\r\n\(body)"
    }

    private static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body) }
}
