extension HeadParser {
    /// `name ":" OWS value OWS`; what the framing depends on is judged at once.
    mutating func parseField(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) throws(HTTPFault) {
        guard fields.count < limits.fields else { throw .headTooLarge }
        let (name, value) = try HeadParser.splitField(bytes, line)
        if fields.isEmpty { fields.reserveCapacity(12) }
        fields.append(
            HTTPHeaders.Field(
                nameStart: Int32(name.lowerBound), nameCount: Int32(name.count), valueStart: Int32(value.lowerBound),
                valueCount: Int32(value.count)))
        switch name.count {
        case 4: if ASCII.matches(bytes, name, "host") { try parseHost(bytes, value) }
        case 6: if ASCII.matches(bytes, name, "expect") { try parseExpect(bytes[value]) }
        case 10: if ASCII.matches(bytes, name, "connection") { parseConnection(bytes[value]) }
        // No lists: of two of them a proxy may look at the other one.
        case 12: if ASCII.matches(bytes, name, "content-type") { try Self.once(&hasType, "Content-Type") }
        case 13: if ASCII.matches(bytes, name, "authorization") { try Self.once(&hasAuthorization, "Authorization") }
        case 14: if ASCII.matches(bytes, name, "content-length") { try parseLength(bytes[value]) }
        case 17: if ASCII.matches(bytes, name, "transfer-encoding") { try parseCoding(bytes[value]) }
        default: break
        }
    }

    /// Where name and trimmed value lie; trailers of a chunked body are held to the same.
    static func splitField(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) throws(HTTPFault) -> (
        name: Range<Int>, value: Range<Int>
    ) {
        var colon = line.lowerBound
        while colon < line.upperBound, ByteClass.token.contains(bytes[colon]) { colon += 1 }
        guard colon > line.lowerBound, colon < line.upperBound, bytes[colon] == ASCII.colon else {
            if bytes[line.lowerBound] == ASCII.space || bytes[line.lowerBound] == ASCII.tab {
                throw .malformed("a header field must not begin with white space or be folded")
            }
            throw .malformed("a header field needs a name of token characters, directly followed by a colon")
        }
        guard ASCII.isText(bytes, colon + 1..<line.upperBound) else {
            throw .malformed("a header field's value has a control character")
        }
        return (line.lowerBound..<colon, ASCII.trimmed(bytes, colon + 1..<line.upperBound))
    }

    private static func once(_ isSeen: inout Bool, _ name: String) throws(HTTPFault) {
        guard !isSeen else { throw .malformed("the \(name) field occurs more than once") }
        isSeen = true
    }

    private mutating func parseHost(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) throws(HTTPFault) {
        guard host == nil else { throw .malformed("the Host field occurs more than once") }
        guard HeadParser.isHost(bytes, value) else { throw .malformed("the Host field is not valid") }
        host = value
    }

    private mutating func parseExpect(_ value: Slice<UnsafeRawBufferPointer>) throws(HTTPFault) {
        expectsContinue = !hasExpectation && ASCII.matches(value, "100-continue")
        hasExpectation = true
    }

    private mutating func parseConnection(_ value: Slice<UnsafeRawBufferPointer>) {
        for option in value.split(separator: 0x2C).map(ASCII.trimmed) {
            if ASCII.matches(option, "close") { asksToClose = true }
            if ASCII.matches(option, "keep-alive") { asksToKeep = true }
        }
    }

    private mutating func parseLength(_ value: Slice<UnsafeRawBufferPointer>) throws(HTTPFault) {
        guard contentLength == nil else { throw .malformed("Content-Length occurs more than once") }
        guard !isChunked else { throw .malformed("Content-Length and Transfer-Encoding exclude each other") }
        guard !value.isEmpty, value.allSatisfy(ASCII.isDigit) else {
            throw .malformed("Content-Length is not a number")
        }
        // 18 digits always fit; longer ones are no length that anybody sends, leading zeros included.
        guard value.count <= 18 else { throw .malformed("Content-Length is out of range") }
        contentLength = value.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private mutating func parseCoding(_ value: Slice<UnsafeRawBufferPointer>) throws(HTTPFault) {
        guard minorVersion == 1 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding") }
        guard !isChunked else { throw .malformed("Transfer-Encoding occurs more than once") }
        guard contentLength == nil else {
            throw .malformed("Content-Length and Transfer-Encoding exclude each other")
        }
        if ASCII.matches(value, "chunked") {
            isChunked = true
            return
        }
        // A list of other codings is understood and not implemented; all else is no list of codings.
        let codings = value.split(separator: 0x2C, omittingEmptySubsequences: false).map(ASCII.trimmed)
        guard codings.allSatisfy({ !$0.isEmpty && ByteClass.token.containsAll($0) }),
            !codings.dropLast().contains(where: { ASCII.matches($0, "chunked") })
        else { throw .malformed("Transfer-Encoding is not valid") }
        throw .coding
    }
}
