import HTTPServer

/// Where a request stands in a trace: the `traceparent` of W3C Trace Context, read strictly. What is not well-formed counts as
/// not there, as the standard has it.
struct TraceParent: Sendable, Equatable {
    /// 32 hex digits, not all zero.
    let traceID: String
    /// 16 hex digits, not all zero: the span that called.
    let spanID: String
    let flags: UInt8

    /// That of a request; nil without one, or with several.
    init?(_ headers: HTTPHeaders) {
        guard let bytes = headers.bytes(first: "traceparent"), headers.all("traceparent").count == 1 else { return nil }
        self.init(bytes)
    }

    /// `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`; a later version may have more behind a further hyphen.
    init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count >= 55, bytes.prefix(55).allSatisfy({ Self.isHex($0) || $0 == Self.hyphen }),
            [2, 35, 52].allSatisfy({ bytes[$0] == Self.hyphen }),
            bytes.prefix(55).filter({ $0 == Self.hyphen }).count == 3
        else { return nil }
        let version = bytes[..<2]
        guard !version.elementsEqual("ff".utf8) else { return nil }
        let isFirst = version.elementsEqual("00".utf8)
        guard bytes.count == 55 || (!isFirst && bytes[55] == Self.hyphen) else { return nil }
        guard bytes[3..<35].contains(where: { $0 != Self.zero }), bytes[36..<52].contains(where: { $0 != Self.zero }),
            let flags = UInt8(String(decoding: bytes[53..<55], as: UTF8.self), radix: 16)
        else { return nil }
        traceID = String(decoding: bytes[3..<35], as: UTF8.self)
        spanID = String(decoding: bytes[36..<52], as: UTF8.self)
        // Of later flags nothing is known: only those of version 00 are passed on.
        self.flags = flags & 1
    }

    /// As version 00 writes it.
    var text: String { "00-\(traceID)-\(spanID)-0\(flags)" }

    private static let hyphen = UInt8(ascii: "-")
    private static let zero = UInt8(ascii: "0")

    private static func isHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
