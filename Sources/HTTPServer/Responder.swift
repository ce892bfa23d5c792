import Synchronization

/// Answers one request, exactly once, from any thread, now or later. Dropping it unanswered answers 500 and logs it.
public final class Responder: Sendable {
    private let connection: Connection
    private let exchange: UInt64
    private let id: RequestID
    private let used = Atomic<Bool>(false)

    init(connection: Connection, exchange: UInt64, id: RequestID) {
        self.connection = connection
        self.exchange = exchange
        self.id = id
    }

    deinit {
        if used.load(ordering: .acquiring) { return }
        connection.reactor.log.error(
            event: "request_unanswered", "a request was dropped unanswered", ["request_id": id.text])
        connection.reactor.deliver(.answer(connection, exchange: exchange, .error(.noAnswer, requestID: id.text)))
    }

    /// The request's id, for logs and error bodies.
    public var requestID: String { id.text }

    /// Marks the request with a number that `HTTPHandler.answered` is given. [reactor thread, inside `handle` and `finished`]
    public func mark(_ mark: Int) { connection.mark(mark, exchange: exchange) }

    /// Whether the peer's connection is gone: an answer would reach nobody, long work for it may stop.
    public var isAbandoned: Bool { connection.gone.load(ordering: .acquiring) }

    /// Whether the peer has ended its side of the connection. Nearly always it has left, which shows only when it is sent
    /// something; one that has not still gets its answer. For work of minutes that is reason enough to stop.
    public var hasPeerEnded: Bool { connection.ended.load(ordering: .acquiring) || isAbandoned }

    /// Sends the answer. A second call is logged and has no effect.
    public func respond(_ response: Response) {
        guard take() else { return }
        // Mostly it comes from a handler on the reactor itself.
        if connection.reactor.isCurrent { return connection.respond(response, exchange: exchange) }
        connection.reactor.post(.answer(connection, exchange: exchange, response))
    }

    /// Sends many answers with one wake-up of each reactor: for a committer that answers a whole group.
    public static func respond(_ answers: [(Responder, Response)]) {
        var groups: [(reactor: Reactor, messages: [ReactorMessage])] = []
        for (responder, response) in answers where responder.take() {
            let connection = responder.connection
            let message = ReactorMessage.answer(connection, exchange: responder.exchange, response)
            if let index = groups.firstIndex(where: { $0.reactor === connection.reactor }) {
                groups[index].messages.append(message)
            } else {
                groups.append((connection.reactor, [message]))
            }
        }
        for group in groups { group.reactor.post(group.messages) }
    }

    /// Begins an answer of unknown length: chunked on HTTP/1.1, until the connection's end on HTTP/1.0.
    public func startStreaming(status: Int = 200, headers: [(String, String)] = []) -> ResponseStream {
        let state = StreamState(limit: connection.reactor.configuration.maxStreamBacklog)
        let stream = ResponseStream(connection: connection, exchange: exchange, state: state)
        guard take() else {
            state.close()
            return stream
        }
        let head = Response(status: status, headers: headers)
        connection.reactor.deliver(.beginStream(connection, exchange: exchange, head, state))
        return stream
    }

    private func take() -> Bool {
        if !used.exchange(true, ordering: .acquiringAndReleasing) { return true }
        connection.reactor.log.error(
            event: "request_answered_twice", "a request was answered twice", ["request_id": id.text])
        return false
    }
}
