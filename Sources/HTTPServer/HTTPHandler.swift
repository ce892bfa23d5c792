import Platform

/// What the server calls. One handler serves all connections, from several reactor threads at once.
///
/// A reactor thread serves many connections: nothing here may wait. Reads of a few microseconds are answered inline;
/// everything else goes to another thread, which answers through the `Responder`.
public protocol HTTPHandler: AnyObject, Sendable {
    /// Says what becomes of the body. Called when the head is complete, before `100 Continue` is sent: with `.refuse`
    /// the peer gets the answer and no 100. [reactor thread]
    func bodyPolicy(_ head: RequestHead) -> BodyPolicy

    /// Takes a whole request whose policy was `.collect`. [reactor thread]
    func handle(_ request: Request, _ responder: Responder)

    /// The server itself ends a request that neither `handle` nor a consumer has seen: its head is none, its body is malformed,
    /// too large or late, or the peer left before it was there. Called once for such a request, so that what is counted counts
    /// it too. [reactor thread]
    /// - Parameter head: nil when there was none.
    /// - Returns: the answer that the peer gets instead of the server's; nil: that of the server.
    func unhandled(_ head: RequestHead?, from peer: Peer, requestID: String) -> Response?

    /// A wake of the reactor has received from all ready sockets and now hands over its requests: one read
    /// transaction can serve them all, and sees every write acknowledged before they were sent. [reactor thread]
    func wakeBegan()

    /// The requests of this wake have been handed over. Called once for each `wakeBegan`. [reactor thread]
    func wakeEnded()

    /// A request has ended, answered or not; one that the server itself refused too. What is put into `lines` goes to the log
    /// when the wake ends, all in one write. [reactor thread]
    func answered(_ request: AnsweredRequest, _ lines: inout LogLines)
}

extension HTTPHandler {
    public func unhandled(_ head: RequestHead?, from peer: Peer, requestID: String) -> Response? { nil }
    public func wakeBegan() {}
    public func wakeEnded() {}
    public func answered(_ request: AnsweredRequest, _ lines: inout LogLines) {}
}
