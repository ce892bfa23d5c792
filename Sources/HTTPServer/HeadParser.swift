/// Reads the head of one request, RFC 9112 to the letter: bytes in, head or fault out, no I/O.
///
/// Incremental: `parse` is called with all bytes since the head's start, and looks at each line once. What it says
/// depends on the bytes alone, never on how they were cut into pieces.
struct HeadParser {
    struct Limits: Sendable {
        var bytes: Int
        var fields: Int
        var requestLine: Int
    }

    let limits: Limits
    /// The first byte that no line feed was looked for in.
    private var scanned = 0
    /// Where the line begins that is not complete yet.
    private var lineStart = 0

    var method = HTTPMethod.get
    var minorVersion = 1
    var target = 0..<0
    var path = 0..<0
    var query: Range<Int>?
    /// Of an absolute target.
    var authority: Range<Int>?
    var hasRequestLine = false
    var fields: [HTTPHeaders.Field] = []
    var host: Range<Int>?
    var contentLength: Int?
    var isChunked = false
    var hasExpectation = false
    var hasType = false
    var hasAuthorization = false
    var expectsContinue = false
    var asksToClose = false
    var asksToKeep = false
    /// The bytes of the head, its last line break included, once `parse` returned true.
    private(set) var count = 0

    init(limits: Limits) { self.limits = limits }

    /// True when the head is complete, false when more bytes are needed.
    mutating func parse(_ bytes: UnsafeRawBufferPointer) throws(HTTPFault) -> Bool {
        while let feed = ASCII.find(ASCII.lineFeed, in: bytes, scanned..<bytes.count) {
            if !hasRequestLine, feed - lineStart > limits.requestLine { throw .targetTooLong }
            if feed >= limits.bytes { throw .headTooLarge }
            guard feed > lineStart, bytes[feed - 1] == ASCII.carriageReturn else {
                throw .malformed("a line must end in CR LF")
            }
            let line = lineStart..<feed - 1
            scanned = feed + 1
            lineStart = scanned
            if !line.isEmpty {
                if hasRequestLine { try parseField(bytes, line) } else { try parseRequestLine(bytes, line) }
            } else if hasRequestLine {
                count = scanned
                try finish(bytes)
                return true
            } else if line.lowerBound != 0 {
                // One empty line before a request is an old client's mistake that RFC 9112 2.2 asks to pass over.
                throw .malformed("more than one empty line before the request line")
            }
        }
        scanned = bytes.count
        if !hasRequestLine, bytes.count - lineStart > limits.requestLine { throw .targetTooLong }
        if bytes.count > limits.bytes { throw .headTooLarge }
        return false
    }

    /// What only the whole head can tell.
    private func finish(_ bytes: UnsafeRawBufferPointer) throws(HTTPFault) {
        if host == nil, minorVersion == 1 { throw .malformed("the Host field is missing") }
        if let authority, let host, !HeadParser.sameHost(bytes[authority], bytes[host]) {
            throw .malformed("the Host field differs from the target's authority")
        }
        if hasExpectation, !expectsContinue, minorVersion == 1 { throw .expectation }
    }

    private static func sameHost(_ a: Slice<UnsafeRawBufferPointer>, _ b: Slice<UnsafeRawBufferPointer>) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { ASCII.lower($0) == ASCII.lower($1) }
    }
}
