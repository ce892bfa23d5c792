extension HeadParser {
    /// `method SP request-target SP HTTP-version`, single spaces.
    mutating func parseRequestLine(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) throws(HTTPFault) {
        guard let first = ASCII.find(ASCII.space, in: bytes, line) else {
            throw .malformed("the request line has no target")
        }
        let name = line.lowerBound..<first
        guard !name.isEmpty, ByteClass.token.containsAll(bytes, name) else {
            throw .malformed("the method is not a token")
        }
        guard let second = ASCII.find(ASCII.space, in: bytes, first + 1..<line.upperBound) else {
            throw .malformed("the request line has no version")
        }
        try parseVersion(bytes, second + 1..<line.upperBound)
        method = HTTPMethod(bytes: UnsafeRawBufferPointer(rebasing: bytes[name]))
        if case .other(let text) = method, text.utf8.elementsEqual("CONNECT".utf8) { throw .connect }
        try parseTarget(bytes, first + 1..<second)
        hasRequestLine = true
    }

    private mutating func parseVersion(_ bytes: UnsafeRawBufferPointer, _ version: Range<Int>) throws(HTTPFault) {
        let start = version.lowerBound
        guard version.count == 8, bytes[start] == 0x48, bytes[start + 1] == 0x54, bytes[start + 2] == 0x54,
            bytes[start + 3] == 0x50, bytes[start + 4] == 0x2F,
            ASCII.isDigit(bytes[start + 5]), bytes[start + 6] == 0x2E, ASCII.isDigit(bytes[start + 7])
        else { throw .malformed("the HTTP version is not valid") }
        guard bytes[start + 5] == 0x31, bytes[start + 7] <= 0x31 else { throw .version }
        minorVersion = Int(bytes[start + 7] - 0x30)
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
        guard HeadParser.isHost(bytes, start..<end) else { throw .malformed("the target's authority is not valid") }
        authority = start..<end
        try splitTarget(bytes, end..<target.upperBound)
    }

    private mutating func splitTarget(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(HTTPFault) {
        guard ASCII.isTarget(bytes, range) else {
            throw .malformed("the request target has a character that must be percent-encoded")
        }
        var next = range
        while let percent = ASCII.find(0x25, in: bytes, next) {
            guard percent + 2 < range.upperBound, ASCII.hex(bytes[percent + 1]) != nil,
                ASCII.hex(bytes[percent + 2]) != nil
            else { throw .malformed("a % in the request target is not followed by two hexadecimal digits") }
            next = percent + 3..<range.upperBound
        }
        let mark = ASCII.find(0x3F, in: bytes, range)
        path = range.lowerBound..<(mark ?? range.upperBound)
        query = mark.map { $0 + 1..<range.upperBound }
    }

    /// `uri-host [":" port]`, not empty, without user information.
    static func isHost(_ bytes: UnsafeRawBufferPointer, _ host: Range<Int>) -> Bool {
        guard !host.isEmpty else { return false }
        let nameEnd: Int
        if bytes[host.lowerBound] == 0x5B {
            guard let bracket = ASCII.find(0x5D, in: bytes, host), bracket > host.lowerBound + 1,
                ByteClass.address6.containsAll(bytes, host.lowerBound + 1..<bracket)
            else { return false }
            nameEnd = bracket + 1
        } else {
            nameEnd = ASCII.find(ASCII.colon, in: bytes, host) ?? host.upperBound
            guard nameEnd > host.lowerBound, ByteClass.hostName.containsAll(bytes, host.lowerBound..<nameEnd) else {
                return false
            }
        }
        guard nameEnd < host.upperBound else { return true }
        guard bytes[nameEnd] == ASCII.colon, host.upperBound - nameEnd <= 6 else { return false }
        var port = 0
        for index in nameEnd + 1..<host.upperBound {
            guard ASCII.isDigit(bytes[index]) else { return false }
            port = port * 10 + Int(bytes[index] - 0x30)
        }
        return port <= 65_535
    }
}
