/// Byte classes of RFC 9110 and RFC 3986, as bit sets: no table in memory, no branches per class.
struct ByteClass: Sendable {
    private let low: UInt64
    private let high: UInt64

    /// Bits of the bytes 0 to 63 and 64 to 127; bytes above are never in a class.
    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        byte < 128 && ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
    }

    func containsAll(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy(contains) }

    /// `tchar` of RFC 9110 5.6.2: letters, digits and ``!#$%&'*+-.^_`|~``.
    static var token: ByteClass { ByteClass(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe) }
    /// `pchar`, `/` and `?` of RFC 3986: what may stand in a path and query.
    static var target: ByteClass { ByteClass(low: 0xafff_fff2_0000_0000, high: 0x47ff_fffe_87ff_ffff) }
    /// `reg-name` of RFC 3986: host names and IPv4 addresses.
    static var hostName: ByteClass { ByteClass(low: 0x2bff_7ff2_0000_0000, high: 0x47ff_fffe_87ff_fffe) }
    /// Hexadecimal digits, `:` and `.`: what stands in the brackets of an IPv6 address.
    static var address6: ByteClass { ByteClass(low: 0x07ff_4000_0000_0000, high: 0x0000_007e_0000_007e) }
}

enum ASCII {
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let tab: UInt8 = 0x09
    static let colon: UInt8 = 0x3A

    @inline(__always)
    static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// The value of a hexadecimal digit, or nil.
    @inline(__always)
    static func hex(_ byte: UInt8) -> UInt64? {
        if isDigit(byte) { return UInt64(byte - 0x30) }
        let letter = lower(byte) &- 0x61
        return letter < 6 ? UInt64(letter) + 10 : nil
    }

    /// Whether the bytes spell `text`, a lower-case constant, in any case.
    static func matches(_ bytes: Slice<UnsafeRawBufferPointer>, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { text in
            for offset in 0..<text.count where lower(bytes[bytes.startIndex + offset]) != text[offset] { return false }
            return true
        }
    }

    /// Without spaces and tabs at both ends.
    static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var start = bytes.startIndex
        var end = bytes.endIndex
        while start < end, bytes[start] == space || bytes[start] == tab { start += 1 }
        while end > start, bytes[end - 1] == space || bytes[end - 1] == tab { end -= 1 }
        return bytes[start..<end]
    }
}
