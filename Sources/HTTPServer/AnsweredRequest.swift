/// How a request ended: for figures and the access log.
public struct AnsweredRequest: Sendable {
    /// Nil when what came was no request.
    public let head: RequestHead?
    /// The peer's address without its port.
    public let peerAddress: String
    /// Of the answer; 499 when the peer left before it had one.
    public let status: Int
    /// The peer left, or the answer was broken off, before all of it was written.
    public let isCutShort: Bool
    /// Of the answer's body.
    public let bytes: Int
    /// From the end of the head to the end of the answer.
    public let microseconds: Int64
    /// What the handler marked the request with; -1 when it did not.
    public let mark: Int
    let id: RequestID

    /// As in the answer's `X-Request-Id`.
    public var requestID: String { id.text }
}
