/// Why the last attempt for a member failed; kept while the member is in `retry` or `parked`.
public struct MemberError: Sendable, Equatable {
    /// Stable, for programs: `http_status`, `timeout` …
    public var code: String
    /// For people.
    public var message: String
    public var httpStatus: Int?
    /// What was sent and what came back, redacted by who made them.
    public var request: String?
    public var response: String?

    public init(
        code: String, message: String, httpStatus: Int? = nil, request: String? = nil, response: String? = nil
    ) {
        self.code = code
        self.message = message
        self.httpStatus = httpStatus
        self.request = request
        self.response = response
    }
}
