import Platform

/// An answer sent piece by piece, such as server-sent events. All methods are safe from any thread; pieces of one
/// thread keep their order. Dropping it before `finish` breaks the connection, so that the peer sees the answer cut.
public final class ResponseStream: Sendable {
    public enum WriteResult: Sendable {
        /// The piece will be sent.
        case accepted
        /// The peer reads too slowly: nothing was taken. Wait with `waitUntilWritable`, skip the piece, or finish.
        case full
        /// The peer has left, or the stream was finished: nothing will be sent any more.
        case closed
    }

    private let connection: Connection
    private let exchange: UInt64
    private let state: StreamState

    init(connection: Connection, exchange: UInt64, state: StreamState) {
        self.connection = connection
        self.exchange = exchange
        self.state = state
    }

    deinit { end(whole: false) }

    /// Whether the peer has left or the stream was finished.
    public var isClosed: Bool { state.monitor.withLock { $0.isClosed } }

    /// Accepted bytes that the peer's socket has not taken: what to look at before a piece that may as well be left out.
    public var backlog: Int { state.monitor.withLock { $0.backlog } }

    /// Whether the server is stopping: a stream without an end of its own should finish now.
    public var isStopping: Bool { state.monitor.withLock { $0.isStopping } }

    /// Hands a piece over. It never blocks; at most `maxStreamBacklog` bytes wait, or one larger piece alone.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> WriteResult {
        state.monitor.withLock { state in
            if state.isClosed { return .closed }
            if bytes.isEmpty { return .accepted }
            if state.backlog > 0, state.backlog + bytes.count > state.limit { return .full }
            state.backlog += bytes.count
            // Posted under the lock: pieces reach the reactor in the order in which they were accepted.
            connection.reactor.post(.write(connection, exchange: exchange, bytes))
            return .accepted
        }
    }

    /// Waits until `count` bytes fit, `microseconds` have passed (false) or the stream is closed (true: the next
    /// `write` says so). Never from a reactor thread.
    public func waitUntilWritable(_ count: Int = 1, microseconds: Int64) -> Bool {
        state.monitor.wait(microseconds: microseconds) { state in
            state.isClosed || state.backlog == 0 || state.backlog + count <= state.limit ? true : nil
        } ?? false
    }

    /// Ends the answer. What was accepted is still sent.
    public func finish() { end(whole: true) }

    private func end(whole: Bool) {
        state.monitor.update { state in
            if state.isClosed { return }
            state.isClosed = true
            connection.reactor.post(.endStream(connection, exchange: exchange, whole: whole))
        }
    }
}

/// What the writer of a stream and its reactor share.
final class StreamState: Sendable {
    struct State {
        var limit: Int
        /// Accepted bytes that the socket has not taken.
        var backlog = 0
        var isClosed = false
        var isStopping = false
    }
    let monitor: Monitor<State>

    init(limit: Int) { monitor = Monitor(State(limit: limit)) }

    func close() { monitor.update { $0.isClosed = true } }
    func stop() { monitor.update { $0.isStopping = true } }
    func drained(_ count: Int) { monitor.update { $0.backlog -= count } }
}
