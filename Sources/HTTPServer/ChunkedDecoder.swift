import Glibc

/// Decodes a chunked body, incrementally, with every part of the framing bounded. Trailers are checked and dropped.
struct ChunkedDecoder {
    enum Step: Equatable {
        /// Body bytes, as a range of the input.
        case data(Range<Int>)
        /// The input is used up.
        case needsMore
        /// The body's last byte was at `end - 1`.
        case done(end: Int)
    }

    private enum State {
        case size, extensions, sizeLineFeed, data, dataReturn, dataLineFeed, trailers
    }

    /// Within `*( ";" name [ "=" ( token / quoted-string ) ] )`; the optional white space there is not taken.
    private enum Extension {
        case nameStart, name, valueStart, token, quoted, escaped, quotedEnd
    }

    private var state = State.size
    private var part = Extension.nameStart
    private var digits = 0
    private var left: UInt64 = 0
    /// Extension bytes of the whole body: a peer must not make us read without end what is thrown away.
    private var extensionBytes = 0
    private var trailer: [UInt8] = []
    private var trailerBytes = 0

    static let maxExtensionBytes = 4096
    static let maxTrailerBytes = 8192

    /// The next step from `offset` on; after `.data` go on at the end of its range.
    mutating func next(_ bytes: UnsafeRawBufferPointer, from offset: Int) throws(HTTPFault) -> Step {
        var index = offset
        while index < bytes.count {
            let byte = bytes[index]
            switch state {
            case .size:
                index += 1
                try size(byte)
            case .extensions:
                index += 1
                try extensions(byte)
            case .sizeLineFeed:
                index += 1
                guard byte == ASCII.lineFeed else { throw .malformed("a chunk size must end in CR LF") }
                state = left == 0 ? .trailers : .data
            case .data:
                let end = index + Int(min(left, UInt64(bytes.count - index)))
                left -= UInt64(end - index)
                if left == 0 { state = .dataReturn }
                return .data(index..<end)
            case .dataReturn:
                index += 1
                guard byte == ASCII.carriageReturn else { throw .malformed("a chunk is longer than its size says") }
                state = .dataLineFeed
            case .dataLineFeed:
                index += 1
                guard byte == ASCII.lineFeed else { throw .malformed("a chunk must end in CR LF") }
                state = .size
                digits = 0
            case .trailers:
                index += 1
                if try trailers(byte) { return .done(end: index) }
            }
        }
        return .needsMore
    }

    private mutating func size(_ byte: UInt8) throws(HTTPFault) {
        if let digit = ASCII.hex(byte) {
            digits += 1
            // 15 digits stay below 2^60, leading zeros count as digits.
            guard digits <= 15 else { throw .malformed("a chunk size is out of range") }
            left = left << 4 | digit
        } else {
            guard digits > 0 else { throw .malformed("a chunk size is not hexadecimal") }
            switch byte {
            case ASCII.carriageReturn: state = .sizeLineFeed
            case 0x3B:
                state = .extensions
                part = .nameStart
            default: throw .malformed("a chunk size is not hexadecimal")
            }
        }
    }

    private mutating func extensions(_ byte: UInt8) throws(HTTPFault) {
        extensionBytes += 1
        guard extensionBytes <= ChunkedDecoder.maxExtensionBytes else {
            throw .malformed("the chunk extensions are too long")
        }
        let mayEnd = part == .name || part == .token || part == .quotedEnd
        switch byte {
        case ASCII.carriageReturn where mayEnd: state = .sizeLineFeed
        case 0x3B where mayEnd: part = .nameStart
        case 0x3D where part == .name: part = .valueStart
        case 0x22 where part == .valueStart: part = .quoted
        case 0x22 where part == .quoted: part = .quotedEnd
        case 0x5C where part == .quoted: part = .escaped
        case _ where part == .quoted || part == .escaped:
            guard byte >= ASCII.space && byte != 0x7F || byte == ASCII.tab else {
                throw .malformed("a chunk extension has a control character")
            }
            part = .quoted
        case _ where part != .quotedEnd && ByteClass.token.contains(byte):
            if part == .nameStart { part = .name } else if part == .valueStart { part = .token }
        default: throw .malformed("a chunk extension is not valid")
        }
    }

    /// True at the empty line that ends the body.
    private mutating func trailers(_ byte: UInt8) throws(HTTPFault) -> Bool {
        trailerBytes += 1
        guard trailerBytes <= ChunkedDecoder.maxTrailerBytes else { throw .headTooLarge }
        guard byte == ASCII.lineFeed else {
            trailer.append(byte)
            return false
        }
        guard trailer.last == ASCII.carriageReturn else { throw .malformed("a line must end in CR LF") }
        if trailer.count == 1 { return true }
        let line = trailer
        trailer.removeAll(keepingCapacity: true)
        try ChunkedDecoder.checkTrailer(line)
        return false
    }

    private static func checkTrailer(_ line: [UInt8]) throws(HTTPFault) {
        try line.withUnsafeBufferPointer { (buffer) throws(HTTPFault) in
            let bytes = UnsafeRawBufferPointer(buffer)
            let (name, _) = try HeadParser.splitField(bytes, 0..<bytes.count - 1)
            if ASCII.matches(bytes[name], "content-length") || ASCII.matches(bytes[name], "transfer-encoding")
                || ASCII.matches(bytes[name], "host") || ASCII.matches(bytes[name], "connection")
            {
                throw .malformed("a trailer must not carry framing or routing fields")
            }
        }
    }
}
