/// What a connector may put into a request's head.
enum HeaderRules {
    /// Throws unless the name is a token (RFC 9110) and none of those that belong to the transport.
    static func check(name: UnsafeRawBufferPointer, isSigned: Bool) throws(Refusal) {
        guard !name.isEmpty, name.allSatisfy(isTokenByte) else {
            throw Refusal("the connector gave a header whose name is no token: use letters, digits and hyphens")
        }
        if owned.contains(where: { matches(name, $0) }) || isSigned && signing.contains(where: { matches(name, $0) }) {
            let text = String(decoding: name, as: UTF8.self)
            throw Refusal("the connector gave the header '\(text)', which the transport sets itself: leave it out")
        }
    }

    static func isContentType(_ name: UnsafeRawBufferPointer) -> Bool { matches(name, "content-type") }

    static func isTraceParent(_ name: UnsafeRawBufferPointer) -> Bool { matches(name, "traceparent") }

    /// Whether text has no line break, no NUL and no other control character that ends or hides a header.
    static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        text.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    static func isMethod(_ text: UnsafeRawBufferPointer) -> Bool {
        ["GET", "POST", "PUT", "PATCH", "DELETE"].contains { text.elementsEqual($0.utf8) }
    }

    private static let owned: [StaticString] = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "expect", "upgrade", "te", "trailer",
        "proxy-connection",
    ]
    private static let signing: [StaticString] = ["webhook-id", "webhook-timestamp", "webhook-signature"]

    /// Equal but for ASCII case; `lower` is in lower case.
    private static func matches(_ name: UnsafeRawBufferPointer, _ lower: StaticString) -> Bool {
        guard name.count == lower.utf8CodeUnitCount else { return false }
        for index in 0..<name.count where ASCII.lower(name[index]) != lower.utf8Start[index] { return false }
        return true
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}

enum ASCII {
    static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
