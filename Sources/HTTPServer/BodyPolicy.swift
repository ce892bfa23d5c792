import Synchronization

/// What becomes of a request's body.
public enum BodyPolicy: Sendable {
    /// Keep it whole, up to `limit` bytes (413 above), then call `handle`.
    case collect(limit: Int)
    /// Hand it over piece by piece; `handle` is not called.
    case stream(any BodyConsumer)
    /// Answer at once. A short body is read and dropped, a long or expected one closes the connection.
    case refuse(Response)
}

/// Takes a streamed body. Calls come from one reactor thread, in order: `began`, `received` any number of times, then
/// exactly one of `finished` and `aborted`.
public protocol BodyConsumer: AnyObject, Sendable {
    /// The body is about to come; `flow` may be kept and used from any thread.
    func began(_ flow: BodyFlow)

    /// A piece, at most 64 KiB. Hand it off and return; to be sent no more for now call `flow.pause()` first. Pieces
    /// that come after a `pause()` from another thread are those already decoded, at most one.
    func received(_ bytes: [UInt8])

    /// The body is complete. The request is answered through `responder`, now or later.
    func finished(_ responder: Responder)

    /// The connection broke, a limit or deadline was hit, the framing was wrong or `flow.refuse` was called.
    func aborted()
}

extension BodyConsumer {
    public func began(_ flow: BodyFlow) {}
}

/// Holds a streamed body back. All methods are safe from any thread.
public final class BodyFlow: Sendable {
    private let connection: Connection
    private let exchange: UInt64
    private let paused = Atomic<Bool>(false)

    init(connection: Connection, exchange: UInt64) {
        self.connection = connection
        self.exchange = exchange
    }

    /// Stops reading from the socket; the peer is stopped by TCP in turn. No deadline runs meanwhile.
    public func pause() { paused.store(true, ordering: .releasing) }

    /// Reads on.
    public func resume() {
        if paused.exchange(false, ordering: .acquiringAndReleasing) {
            connection.reactor.post(.resume(connection, exchange: exchange))
        }
    }

    /// Ends the upload now with `response` and closes the connection; the consumer gets `aborted`. Without effect
    /// once the body is complete or broken.
    public func refuse(_ response: Response) {
        connection.reactor.post(.refuse(connection, exchange: exchange, response))
    }

    var isPaused: Bool { paused.load(ordering: .acquiring) }
}
