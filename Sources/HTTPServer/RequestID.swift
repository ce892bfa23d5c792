/// What a request is called in logs, error bodies and the answer's `X-Request-Id`: what its client calls it, if that is
/// well-formed, else a name of our own, which is made a text only where it is shown.
struct RequestID: Sendable {
    /// 25 random bits of the reactor that counts.
    var prefix: UInt32 = 0
    var count: UInt64 = 0
    /// The client's own.
    var given: String?

    /// The client's is longer than ours, but no more than fits a line of the log.
    static let maxGiven = 64

    /// Takes the client's, if there is one that is well-formed: letters, digits and `-._:`, nothing that a log or a header would
    /// have to escape.
    mutating func take(_ headers: HTTPHeaders) {
        guard let bytes = headers.bytes(first: "x-request-id"), (1...Self.maxGiven).contains(bytes.count),
            bytes.allSatisfy(Self.isPlain)
        else { return }
        given = String(decoding: bytes, as: UTF8.self)
    }

    var text: String {
        if let given { return given }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.maxOwn) { bytes in
            String(decoding: own(in: bytes), as: UTF8.self)
        }
    }

    func write(to output: inout OutputBuffer) {
        if let given { return output.append(given) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.maxOwn) { bytes in
            output.append(own(in: bytes))
        }
    }

    private static let maxOwn = 15

    /// Five characters of the prefix, then the count, in base 32.
    private func own(in bytes: UnsafeMutableBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var length = 0
        func append(_ digit: Int) {
            bytes[length] = Self.alphabet.utf8Start[digit]
            length += 1
        }
        for shift in stride(from: 20, through: 0, by: -5) { append(Int(prefix >> UInt32(shift)) & 31) }
        for shift in stride(from: 45, through: 0, by: -5) {
            let digit = Int(truncatingIfNeeded: count >> UInt64(shift)) & 31
            if length > 5 || digit != 0 || shift <= 15 { append(digit) }
        }
        return UnsafeBufferPointer(rebasing: bytes[..<length])
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
}
