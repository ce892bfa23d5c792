/// A whole request: head and collected body.
public struct Request: Sendable {
    public let head: RequestHead
    /// The body, decoded from its framing; empty without one.
    public let body: [UInt8]
    private let number: RequestNumber

    /// Names this request in logs and error bodies; unique over restarts, 15 characters at most.
    public var id: String { number.text }

    init(head: RequestHead, body: [UInt8], number: RequestNumber) {
        self.head = head
        self.body = body
        self.number = number
    }

    /// A request for tests and for calls made inside the process.
    public init(head: RequestHead, body: [UInt8] = []) {
        self.init(head: head, body: body, number: RequestNumber(prefix: 0, count: 0))
    }
}

/// A request's id before it is text: most requests never show it.
struct RequestNumber: Sendable {
    /// 25 random bits of the reactor that counts.
    var prefix: UInt32
    var count: UInt64

    /// Five characters of the prefix, then the count, in base 32: fits a String without an allocation up to 2^50.
    var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(15)
        for shift in stride(from: 20, through: 0, by: -5) {
            bytes.append(RequestNumber.alphabet[Int(prefix >> UInt32(shift)) & 31])
        }
        var started = false
        for shift in stride(from: 45, through: 0, by: -5) {
            let digit = Int(truncatingIfNeeded: count >> UInt64(shift)) & 31
            started = started || digit != 0 || shift <= 15
            if started { bytes.append(RequestNumber.alphabet[digit]) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
