/// Why the last attempt for a member failed; kept while the member is in `retry` or `parked`.
public struct MemberError: Sendable, Equatable {
    /// Stable, for programs: `RATE_LIMIT`, `BAD_REQUEST` … or a vendor's.
    public var code: String
    /// For people.
    public var message: String
    public var httpStatus: Int?
    /// What was sent and what came back; members of one request share it.
    public var exchange: MemberExchange?
    /// The destination that the member's tile delivers to; nil for tiles that name none.
    public var destinationID: String?
    /// Microseconds since 1970 UTC.
    public var failedAt: Int64

    public init(
        code: String, message: String, httpStatus: Int? = nil, exchange: MemberExchange? = nil,
        destinationID: String? = nil, failedAt: Int64 = 0
    ) {
        self.code = code
        self.message = message
        self.httpStatus = httpStatus
        self.exchange = exchange
        self.destinationID = destinationID
        self.failedAt = failedAt
    }
}

/// A request and its answer as texts, redacted by who made them. An object, so that the members of one request share it: it
/// is stored once for each commit.
public final class MemberExchange: Sendable, Equatable {
    public let request: String?
    public let response: String?

    public init(request: String?, response: String?) {
        self.request = request
        self.response = response
    }

    public static func == (a: MemberExchange, b: MemberExchange) -> Bool {
        a === b || a.request == b.request && a.response == b.response
    }
}
