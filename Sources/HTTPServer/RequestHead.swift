/// The request line and header fields of one request, checked against the grammar. A class: it has many parts and goes through many
/// hands.
public final class RequestHead: Sendable {
    public let method: HTTPMethod
    public let headers: HTTPHeaders
    /// 0 or 1: the request is HTTP/1.0 or HTTP/1.1.
    public let minorVersion: Int
    /// The peer's address without its port, such as `127.0.0.1`.
    public let peerAddress: String
    /// Whom the request comes from, as limits see it.
    public let peer: Peer
    private let id: RequestID

    /// Names this request in logs, error bodies and the answer's `X-Request-Id`.
    public var requestID: String { id.text }

    private let targetRange: Range<Int32>
    private let pathRange: Range<Int32>
    private let queryRange: Range<Int32>?

    /// The request target as received, percent-encoded.
    public var target: String { text(targetRange) }

    /// The target up to `?`, still percent-encoded; `/` when an absolute target has none, `*` for `OPTIONS *`.
    public var path: String { pathRange.isEmpty ? "/" : text(pathRange) }

    /// What follows the first `?`, still percent-encoded; nil without one.
    public var query: String? { queryRange.map(text) }

    /// The bytes of `path`, for a router that needs no String.
    public var pathBytes: ArraySlice<UInt8> {
        pathRange.isEmpty ? [0x2F] : headers.bytes[Int(pathRange.lowerBound)..<Int(pathRange.upperBound)]
    }

    init(
        method: HTTPMethod, headers: HTTPHeaders, minorVersion: Int, peerAddress: String, peer: Peer = Peer(),
        id: RequestID,
        target: Range<Int>, path: Range<Int>, query: Range<Int>?
    ) {
        self.id = id
        self.method = method
        self.headers = headers
        self.minorVersion = minorVersion
        self.peerAddress = peerAddress
        self.peer = peer
        targetRange = Int32(target.lowerBound)..<Int32(target.upperBound)
        pathRange = Int32(path.lowerBound)..<Int32(path.upperBound)
        queryRange = query.map { Int32($0.lowerBound)..<Int32($0.upperBound) }
    }

    /// A head for tests and for requests made inside the process; `target` is taken as it stands.
    public convenience init(
        method: HTTPMethod, target: String, headers: [(String, String)] = [], minorVersion: Int = 1,
        peerAddress: String = "127.0.0.1"
    ) {
        let fields = HTTPHeaders(headers)
        let start = fields.bytes.count
        let bytes = fields.bytes + Array(target.utf8)
        let mark = bytes[start...].firstIndex(of: 0x3F)
        self.init(
            method: method, headers: HTTPHeaders(bytes: bytes, fields: fields.fields), minorVersion: minorVersion,
            peerAddress: peerAddress, id: RequestID(), target: start..<bytes.count, path: start..<(mark ?? bytes.count),
            query: mark.map { $0 + 1..<bytes.count })
    }

    private func text(_ range: Range<Int32>) -> String {
        String(decoding: headers.bytes[Int(range.lowerBound)..<Int(range.upperBound)], as: UTF8.self)
    }
}
