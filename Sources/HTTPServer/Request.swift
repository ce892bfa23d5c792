/// A whole request: head and collected body.
public struct Request: Sendable {
    public let head: RequestHead
    /// The body, decoded from its framing; empty without one.
    public let body: [UInt8]

    /// Names this request in logs, error bodies and the answer's `X-Request-Id`.
    public var id: String { head.requestID }

    /// A request; outside the server for tests and for calls made inside the process.
    public init(head: RequestHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }
}
