extension HeadParser {
    /// `method SP request-target SP HTTP-version`, single spaces.
    mutating func parseRequestLine(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) throws(HTTPFault) {
        guard let first = bytes[line].firstIndex(of: ASCII.space) else {
            throw .malformed("the request line has no target")
        }
        let name = line.lowerBound..<first
        guard !name.isEmpty, ByteClass.token.containsAll(bytes[name]) else {
            throw .malformed("the method is not a token")
        }
        guard let second = bytes[first + 1..<line.upperBound].firstIndex(of: ASCII.space) else {
            throw .malformed("the request line has no version")
        }
        try parseVersion(bytes[second + 1..<line.upperBound])
        method = HTTPMethod(bytes: UnsafeRawBufferPointer(rebasing: bytes[name]))
        if case .other(let text) = method, text.utf8.elementsEqual("CONNECT".utf8) { throw .connect }
        try parseTarget(bytes, first + 1..<second)
        hasRequestLine = true
    }

    private mutating func parseVersion(_ version: Slice<UnsafeRawBufferPointer>) throws(HTTPFault) {
        let start = version.startIndex
        guard version.count == 8, version.prefix(5).elementsEqual("HTTP/".utf8), ASCII.isDigit(version[start + 5]),
            version[start + 6] == 0x2E, ASCII.isDigit(version[start + 7])
        else { throw .malformed("the HTTP version is not valid") }
        guard version[start + 5] == 0x31, version[start + 7] <= 0x31 else { throw .version }
        minorVersion = Int(version[start + 7] - 0x30)
    }

    private mutating func parseTarget(_ bytes: UnsafeRawBufferPointer, _ target: Range<Int>) throws(HTTPFault) {
        self.target = target
        guard !target.isEmpty else { throw .malformed("the request target is empty") }
        if bytes[target.lowerBound] == 0x2F {
            try splitTarget(bytes, target)
        } else if target.count == 1, bytes[target.lowerBound] == 0x2A {
            guard method == .options else { throw .malformed("the target * belongs to OPTIONS") }
            path = target
        } else {
            try parseAbsolute(bytes, target)
        }
    }

    /// `http://authority/path?query`; RFC 9112 3.2.2 has every server take it.
    private mutating func parseAbsolute(_ bytes: UnsafeRawBufferPointer, _ target: Range<Int>) throws(HTTPFault) {
        let start: Int
        if target.count > 7, ASCII.matches(bytes[target.lowerBound..<target.lowerBound + 7], "http://") {
            start = target.lowerBound + 7
        } else if target.count > 8, ASCII.matches(bytes[target.lowerBound..<target.lowerBound + 8], "https://") {
            start = target.lowerBound + 8
        } else {
            throw .malformed("the request target must begin with / or be an http URL")
        }
        let end = bytes[start..<target.upperBound].firstIndex { $0 == 0x2F || $0 == 0x3F } ?? target.upperBound
        guard HeadParser.isHost(bytes[start..<end]) else { throw .malformed("the target's authority is not valid") }
        authority = start..<end
        try splitTarget(bytes, end..<target.upperBound)
    }

    private mutating func splitTarget(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(HTTPFault) {
        var mark: Int?
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            guard ByteClass.target.contains(byte) else {
                throw .malformed("the request target has a character that must be percent-encoded")
            }
            if byte == 0x25 {
                guard index + 2 < range.upperBound, ASCII.hex(bytes[index + 1]) != nil,
                    ASCII.hex(bytes[index + 2]) != nil
                else { throw .malformed("a % in the request target is not followed by two hexadecimal digits") }
            } else if byte == 0x3F, mark == nil {
                mark = index
            }
            index += 1
        }
        path = range.lowerBound..<(mark ?? range.upperBound)
        query = mark.map { $0 + 1..<range.upperBound }
    }

    /// `uri-host [":" port]`, not empty, without user information.
    static func isHost(_ host: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let first = host.first else { return false }
        let nameEnd: Int
        if first == 0x5B {
            guard let bracket = host.firstIndex(of: 0x5D), bracket > host.startIndex + 1,
                ByteClass.address6.containsAll(host[host.startIndex + 1..<bracket])
            else { return false }
            nameEnd = bracket + 1
        } else {
            nameEnd = host.firstIndex(of: ASCII.colon) ?? host.endIndex
            guard nameEnd > host.startIndex, ByteClass.hostName.containsAll(host[host.startIndex..<nameEnd]) else {
                return false
            }
        }
        guard nameEnd < host.endIndex else { return true }
        let port = host[(nameEnd + 1)...]
        return host[nameEnd] == ASCII.colon && port.count <= 5 && port.allSatisfy(ASCII.isDigit)
            && port.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 65_535
    }
}
