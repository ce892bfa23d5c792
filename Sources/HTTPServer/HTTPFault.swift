/// Why the server itself refuses a request: status, stable code and a message that says what to do.
///
/// Messages are constants of this room, without characters that JSON would escape.
struct HTTPFault: Error, Equatable {
    var status: Int
    var code: String
    var message: String

    init(_ status: Int, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    var headers: [(String, String)] { status == 503 || status == 429 ? [("Retry-After", "1")] : [] }

    /// 400 for a message that breaks the grammar or whose framing is ambiguous.
    static func malformed(_ message: String) -> HTTPFault { HTTPFault(400, "malformed_request", message) }

    static let targetTooLong = HTTPFault(414, "uri_too_long", "the request target is too long")
    static let headTooLarge = HTTPFault(
        431, "headers_too_large", "the request's header fields are too large or too many")
    static let version = HTTPFault(505, "version_not_supported", "this server speaks HTTP/1.1 and HTTP/1.0")
    static let expectation = HTTPFault(417, "expectation_failed", "the only expectation that is met is 100-continue")
    static let coding = HTTPFault(
        501, "transfer_coding_not_implemented", "the only Transfer-Encoding that is understood is chunked")
    static let connect = HTTPFault(501, "method_not_implemented", "this server is no proxy: CONNECT is not implemented")
    static func bodyTooLarge(_ limit: Int) -> HTTPFault {
        HTTPFault(
            413, "body_too_large", "the request body is larger than the \(limit) bytes that this resource takes")
    }
    static let headTimeout = HTTPFault(408, "request_timeout", "the request's head did not arrive in time")
    static let bodyTimeout = HTTPFault(408, "request_timeout", "the request's body did not arrive in time")
    static let noAnswer = HTTPFault(500, "internal_error", "the request was not answered")
    static let badAnswer = HTTPFault(500, "internal_error", "the answer to the request was not valid")
    static let crowded = HTTPFault(
        429, "too_many_connections",
        "this address has as many connections as it may have: close some, or try again shortly")
    static let full = HTTPFault(503, "too_many_connections", "the server has no connection left: try again shortly")
}
