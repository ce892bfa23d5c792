/// One answer. The server adds `Content-Length`, `Date`, `X-Request-Id` and `Connection` itself and drops what a handler sets
/// of the first three and of `Transfer-Encoding`; `Connection: close` from a handler is honoured.
public struct Response: Sendable {
    public enum Body: Sendable {
        case empty
        case bytes([UInt8])

        /// The number of bytes.
        public var count: Int {
            switch self {
            case .empty: 0
            case .bytes(let bytes): bytes.count
            }
        }
    }

    /// 200 to 599. 204 and 304 carry no body.
    public var status: Int
    /// Of the fields, these come first; apart from the others, since nearly every answer has them and not much else.
    public var contentType: String?
    /// With its quotes.
    public var etag: String?
    /// A name that is no token or a value with a control character makes the answer a 500, and a log line says why.
    public var headers: [(String, String)]
    public var body: Body

    public init(
        status: Int, contentType: String? = nil, etag: String? = nil, headers: [(String, String)] = [],
        body: Body = .empty
    ) {
        self.status = status
        self.contentType = contentType
        self.etag = etag
        self.headers = headers
        self.body = body
    }

    public init(status: Int, headers: [(String, String)] = [], body: [UInt8]) {
        self.init(status: status, headers: headers, body: .bytes(body))
    }

    /// The server's own errors: `{"error", "code", "request_id"}`.
    static func error(_ fault: HTTPFault, requestID: String) -> Response {
        let text = "{\"error\":\"\(fault.message)\",\"code\":\"\(fault.code)\",\"request_id\":\"\(requestID)\"}"
        return Response(
            status: fault.status, contentType: "application/json", headers: fault.headers,
            body: .bytes(Array(text.utf8)))
    }
}
