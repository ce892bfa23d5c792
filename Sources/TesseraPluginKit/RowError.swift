import CTessera

/// Why a row failed, as the member's page will show it.
public struct RowError: Error, Sendable {
    /// One of the gateway's codes, or a vendor's own with a reverse-domain prefix.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let rateLimit = Code(rawValue: "RATE_LIMIT")
        public static let serverError = Code(rawValue: "SERVER_ERROR")
        public static let serviceUnavailable = Code(rawValue: "SERVICE_UNAVAILABLE")
        public static let badRequest = Code(rawValue: "BAD_REQUEST")
        public static let authenticationError = Code(rawValue: "AUTHENTICATION_ERROR")
        public static let endpointNotFound = Code(rawValue: "ENDPOINT_NOT_FOUND")
        public static let eventParsingFailed = Code(rawValue: "EVENT_PARSING_FAILED")
        public static let consentNotProvided = Code(rawValue: "CONSENT_NOT_PROVIDED")
        public static let misc = Code(rawValue: "MISC_ERROR")
    }

    public var code: Code
    /// For people: what happened and the remedy. No secret.
    public var message: String
    /// 0 when there was no answer.
    public var httpStatus: Int32
    /// What was sent, redacted; may be empty.
    public var request: String
    /// What came back; may be empty.
    public var response: String

    public init(_ code: Code, _ message: String, httpStatus: Int32 = 0, request: String = "", response: String = "") {
        self.code = code
        self.message = message
        self.httpStatus = httpStatus
        self.request = request
        self.response = response
    }

    /// Lends the error in its C form for the call.
    public func withC<Result>(_ body: (UnsafePointer<tessera_error>) -> Result) -> Result {
        code.rawValue.withTesseraText { code in
            message.withTesseraText { message in
                request.withTesseraText { request in
                    response.withTesseraText { response in
                        var error = tessera_error(
                            size: UInt32(MemoryLayout<tessera_error>.size), http_status: httpStatus, code: code,
                            message: message, request: request, response: response)
                        return withUnsafePointer(to: &error, body)
                    }
                }
            }
        }
    }
}
