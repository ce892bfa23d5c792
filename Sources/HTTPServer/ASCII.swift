import Glibc

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

    func containsAll(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        for index in range where !contains(bytes[index]) { return false }
        return true
    }

    /// `tchar` of RFC 9110 5.6.2: letters, digits and ``!#$%&'*+-.^_`|~``.
    static var token: ByteClass { ByteClass(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe) }
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

    /// Whether a value may stand in a field: no control character but the tab.
    ///
    /// This and `isTarget` have no exit in the middle and read through a plain pointer: the compiler makes them look at many bytes
    /// at once.
    static func isText(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        guard let base = bytes.baseAddress else { return range.isEmpty }
        var strange: UInt8 = 0
        for index in range {
            let byte = base.load(fromByteOffset: index, as: UInt8.self)
            strange |= (byte < space ? 1 : 0) & (byte != tab ? 1 : 0) | (byte == 0x7F ? 1 : 0)
        }
        return strange == 0
    }

    /// Whether all bytes may stand in a path and query: `pchar`, `/`, `?` and `%` of RFC 3986.
    static func isTarget(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        guard let base = bytes.baseAddress else { return range.isEmpty }
        var strange: UInt8 = 0
        for index in range {
            let byte = base.load(fromByteOffset: index, as: UInt8.self)
            // All that is not printable ASCII, `"` and `#`, `<` and `>`, `[` to `^`, the back quote, `{` to `}`.
            strange |=
                (byte &- 0x21 > 0x5D ? 1 : 0) | (byte &- 0x22 < 2 ? 1 : 0) | (byte & 0xFD == 0x3C ? 1 : 0)
                | (byte &- 0x5B < 4 ? 1 : 0) | (byte == 0x60 ? 1 : 0) | (byte &- 0x7B < 3 ? 1 : 0)
        }
        return strange == 0
    }

    /// The first place of a byte in a range.
    static func find(_ byte: UInt8, in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty, let base = bytes.baseAddress else { return nil }
        guard let found = memchr(base + range.lowerBound, Int32(byte), range.count) else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// Whether the bytes spell `text`, a lower-case constant, in any case.
    static func matches(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count where lower(bytes[range.lowerBound + offset]) != text.utf8Start[offset] {
            return false
        }
        return true
    }

    static func matches(_ bytes: Slice<UnsafeRawBufferPointer>, _ text: StaticString) -> Bool {
        matches(bytes.base, bytes.startIndex..<bytes.endIndex, text)
    }

    /// Without spaces and tabs at both ends.
    static func trimmed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, bytes[start] == space || bytes[start] == tab { start += 1 }
        while end > start, bytes[end - 1] == space || bytes[end - 1] == tab { end -= 1 }
        return start..<end
    }

    static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        bytes.base[trimmed(bytes.base, bytes.startIndex..<bytes.endIndex)]
    }
}
