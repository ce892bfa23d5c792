import Testing

@testable import HTTPServer

/// What is looked at many bytes at once must find every byte at every place.
struct ASCIITests {
    private static let target = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+,;=:@/?".utf8)

    @Test func targetsAndTexts() {
        for length in [1, 7, 16, 33, 100] {
            for place in [0, length / 2, length - 1] {
                for byte in UInt8.min...UInt8.max {
                    var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: length + 2)
                    // What lies around the range does not count.
                    (bytes[0], bytes[length + 1]) = (0, 0)
                    bytes[place + 1] = byte
                    bytes.withUnsafeBytes { bytes in
                        #expect(ASCII.isTarget(bytes, 1..<length + 1) == Self.target.contains(byte))
                        #expect(ASCII.isText(bytes, 1..<length + 1) == (byte == 9 || byte >= 32 && byte != 127))
                    }
                }
            }
        }
    }

    @Test func findsWithinTheRangeOnly() {
        Array("a b c".utf8).withUnsafeBytes { bytes in
            #expect(ASCII.find(ASCII.space, in: bytes, 0..<5) == 1)
            #expect(ASCII.find(ASCII.space, in: bytes, 2..<5) == 3)
            #expect(ASCII.find(ASCII.space, in: bytes, 2..<3) == nil)
            #expect(ASCII.find(ASCII.space, in: bytes, 1..<1) == nil)
        }
    }
}
