extension GrammarCase {
    static let lengths: [GrammarCase] = [
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
        GrammarCase(
            "length of zero and chunked", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            .refused(400)),
        GrammarCase("length with an exponent", post("Content-Length: 5e0\r\n", "hello"), .refused(400)),
        GrammarCase("length with a fraction", post("Content-Length: 5.0\r\n", "hello"), .refused(400)),
        GrammarCase("length with an underscore", post("Content-Length: 0_5\r\n", "hello"), .refused(400)),
        GrammarCase("length with a parameter", post("Content-Length: 5;a=b\r\n", "hello"), .refused(400)),
        GrammarCase("quoted length", post("Content-Length: \"5\"\r\n", "hello"), .refused(400)),
        GrammarCase("length with a VT", post("Content-Length: \u{b}5\r\n", "hello"), .refused(400)),
        GrammarCase("length with a no-break space", post("Content-Length: 5\u{a0}\r\n", "hello"), .refused(400)),
        GrammarCase("length of other digits", post("Content-Length: \u{d9}\u{a5}\r\n", "hello"), .refused(400)),
        GrammarCase("space before the length's colon", post("Content-Length : 5\r\n", "hello"), .refused(400)),
        GrammarCase("folded length", post("Content-Length:\r\n 5\r\n", "hello"), .refused(400)),
        GrammarCase(
            "length twice in another case", post("Content-Length: 5\r\ncontent-length: 0\r\n", "hello"), .refused(400)),
    ]

    static let codings: [GrammarCase] = [
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
        GrammarCase(
            "gzip beside chunked", post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            .refused(501)),
        GrammarCase("unknown codings", post("Transfer-Encoding: br, deflate\r\n", ""), .refused(501)),
        GrammarCase("comma last", post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase("chunked with a NUL", post("Transfer-Encoding: chunked\0\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase(
            "chunked with a no-break space", post("Transfer-Encoding: chunked\u{a0}\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase(
            "chunked behind a bare CR", post("X: a\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase(
            "chunked behind a bare LF", post("X: a\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase(
            "tab before the colon of the coding", post("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"), .refused(400)),
        GrammarCase(
            "two codings split by a space", post("Transfer-Encoding: chunked identity\r\n", "0\r\n\r\n"), .refused(400)),
    ]

    static let chunks: [GrammarCase] = [
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
        GrammarCase("size with an underscore", chunked("1_0\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("size of 16 digits", chunked("0000000000000005\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("NUL after the size", chunked("5\0\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("tab after the size", chunked("5\t\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("NUL in a quoted extension", chunked("5;a=\"\0\"\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("LF in a quoted extension", chunked("5;a=\"\n\"\r\nhello\r\n0\r\n\r\n"), .refused(400)),
        GrammarCase("no CR LF after the data", chunked("5\r\nhello0\r\n\r\n"), .refused(400)),
        GrammarCase("bare CR after the data", chunked("5\r\nhello\r0\r\n\r\n"), .refused(400)),
        GrammarCase("trailer with a coding", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"), .refused(400)),
        // llhttp takes it for the connection's own.
        GrammarCase("trailer with Connection", chunked("0\r\nConnection: close\r\n\r\n"), .refused(400)),
        GrammarCase("trailer with a host", chunked("0\r\nHost: b\r\n\r\n"), .refused(400)),
        GrammarCase("trailer with a NUL", chunked("0\r\nX: \0\r\n\r\n"), .refused(400)),
        GrammarCase("trailer with a space before its colon", chunked("0\r\nX : b\r\n\r\n"), .refused(400)),
        GrammarCase("trailer with a bare LF", chunked("0\r\nX: b\n\r\n"), .refused(400)),
        GrammarCase("trailer with a bare CR", chunked("0\r\nX: b\rY: c\r\n\r\n"), .refused(400)),
    ]
}
