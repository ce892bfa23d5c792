/// The first answer to a POST with an `Idempotency-Key`, given again for the same key and body.
public struct IdempotentAnswer: Sendable, Hashable {
    /// How long an answer is kept: 24 h.
    public static let lifetime: Int64 = 24 * 3_600_000_000

    /// Whose key it is: the workspace's id and the route, or what else tells callers apart.
    public var scope: String
    public var key: String
    /// SHA-256 of the request's body: another body under the same key is a client's mistake.
    public var requestDigest: [UInt8]
    public var status: Int
    public var headers: [String: String]
    /// Sealed at rest: it may hold a key that is shown only once.
    public var body: [UInt8]

    public init(
        scope: String, key: String, requestDigest: [UInt8], status: Int, headers: [String: String] = [:], body: [UInt8]
    ) {
        self.scope = scope
        self.key = key
        self.requestDigest = requestDigest
        self.status = status
        self.headers = headers
        self.body = body
    }
}
