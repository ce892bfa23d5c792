/// One payload and what must become of it: a row of the table that GrammarTests sends to a server, and that the comparison with
/// llhttp and the fuzzer begin with.
package struct GrammarCase: Sendable {
    package enum Outcome: Sendable {
        /// The one answer, after which the connection ends; no handler sees a request.
        case refused(Int)
        /// The texts that the echo handler answers, in order; the connection lives on.
        case answered([String])
        /// As `answered`, then the connection ends.
        case answeredAndClosed([String])
    }
    package var name: String
    package var payload: String
    package var outcome: Outcome

    /// Latin-1: the table writes single bytes above ASCII as characters.
    package var bytes: [UInt8] { payload.unicodeScalars.map { UInt8($0.value) } }

    init(_ name: String, _ payload: String, _ outcome: Outcome) {
        self.name = name
        self.payload = payload
        self.outcome = outcome
    }

    package static let all = requestLines + targets + fields + hosts + lengths + codings + chunks + accepted

    static let host = "Host: a\r\n"

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
        GrammarCase("a byte order mark first", "\u{ef}\u{bb}\u{bf}GET / HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("NUL first", "\0GET / HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("form feed for a space", "GET\u{c}/ HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("vertical tab after the version", "GET / HTTP/1.1\u{b}\r\n\(host)\r\n", .refused(400)),
        GrammarCase("NUL after the version", "GET / HTTP/1.1\0\r\n\(host)\r\n", .refused(400)),
        GrammarCase("version with a plus", "GET / HTTP/+1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("version with a comma", "GET / HTTP/1,1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("version of three parts", "GET / HTTP/1.1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("bare CR for every line end", "GET / HTTP/1.1\rHost: a\r\r", .refused(400)),
        GrammarCase("LF CR", "GET / HTTP/1.1\n\rHost: a\n\r\n\r", .refused(400)),
        GrammarCase("endless method", String(repeating: "A", count: 9000), .refused(414)),
        GrammarCase(
            "PROXY protocol", "PROXY TCP4 1.2.3.4 5.6.7.8 1 80\r\nGET / HTTP/1.1\r\n\(host)\r\n", .refused(400)),
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
        GrammarCase("empty target", "GET  HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("tab in the target", "GET /a\tb HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("CR LF in percent codes broken off", "GET /%0d%0 HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("absolute, fragment", "GET http://a/#b HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("absolute, backslash before @", "GET http://a\\@b/ HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("absolute without slashes", "GET http:a/ HTTP/1.1\r\n\(host)\r\n", .refused(400)),
        GrammarCase("absolute and no Host", "GET http://a/ HTTP/1.1\r\n\r\n", .refused(400)),
        GrammarCase("authority without CONNECT", "GET a:80 HTTP/1.1\r\n\(host)\r\n", .refused(400)),
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
        GrammarCase("NUL in a name", "GET / HTTP/1.1\r\n\(host)X\0: b\r\n\r\n", .refused(400)),
        GrammarCase("CR in a name", "GET / HTTP/1.1\r\n\(host)X\r: b\r\n\r\n", .refused(400)),
        GrammarCase("CR before the empty line", "GET / HTTP/1.1\r\n\(host)\r\r\n", .refused(400)),
        GrammarCase("a line of white space", "GET / HTTP/1.1\r\n\(host) \r\n\r\n", .refused(400)),
        GrammarCase("LF CR after a field", "GET / HTTP/1.1\r\nHost: a\n\rX: b\r\n\r\n", .refused(400)),
        GrammarCase("folded Host", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n", .refused(400)),
        GrammarCase(
            "fields too large, many",
            "GET / HTTP/1.1\r\n\(host)\(String(repeating: "X: \(String(repeating: "b", count: 400))\r\n", count: 50))\r\n",
            .refused(431)),
        GrammarCase("empty expectation", "GET / HTTP/1.1\r\n\(host)Expect:\r\n\r\n", .refused(417)),
        GrammarCase(
            "expectation among others", post("Expect: 100-continue, x\r\nContent-Length: 5\r\n", ""), .refused(417)),
    ]

    private static let hosts: [GrammarCase] = [
        GrammarCase("no Host", "GET / HTTP/1.1\r\nX: b\r\n\r\n", .refused(400)),
        GrammarCase("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", .refused(400)),
        GrammarCase("Host twice", "GET / HTTP/1.1\r\n\(host)Host: a\r\n\r\n", .refused(400)),
        GrammarCase("Host twice, other case", "GET / HTTP/1.1\r\n\(host)hOST: b\r\n\r\n", .refused(400)),
        GrammarCase("Host twice on 1.0", "GET / HTTP/1.0\r\n\(host)Host: b\r\n\r\n", .refused(400)),
        GrammarCase(
            "Authorization twice",
            "GET / HTTP/1.1\r\n\(host)Authorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n",
            .refused(400)),
        GrammarCase(
            "Content-Type twice", "GET / HTTP/1.1\r\n\(host)Content-Type: text/csv\r\nContent-type: text/csv\r\n\r\n",
            .refused(400)),
        GrammarCase("Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .refused(400)),
        GrammarCase("Host with user information", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .refused(400)),
        GrammarCase("Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .refused(400)),
        GrammarCase("Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .refused(400)),
        GrammarCase("Host with a bad port", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", .refused(400)),
        GrammarCase("Host with port 65536", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", .refused(400)),
        GrammarCase("open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .refused(400)),
        GrammarCase("Host with two ports", "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", .refused(400)),
        GrammarCase("Host with a NUL", "GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", .refused(400)),
        GrammarCase("Host with a scheme", "GET / HTTP/1.1\r\nHost: http://a\r\n\r\n", .refused(400)),
        GrammarCase("Host with a query", "GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", .refused(400)),
        GrammarCase("Host with a fragment", "GET / HTTP/1.1\r\nHost: a#b\r\n\r\n", .refused(400)),
        GrammarCase("Host with a backslash", "GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n", .refused(400)),
        GrammarCase("Host with a name after the bracket", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", .refused(400)),
        GrammarCase("Host with a zone", "GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n", .refused(400)),
        GrammarCase("Host with a byte above ASCII", "GET / HTTP/1.1\r\nHost: \u{fc}\r\n\r\n", .refused(400)),
        GrammarCase("port without a name", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", .refused(400)),
    ]

    static func post(_ fields: String, _ body: String) -> String {
        "POST / HTTP/1.1\r\n\(host)\(fields)\r\n\(body)"
    }

    static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body) }
}
