import CSockets
import Glibc
import Synchronization

/// One client's connection. Everything but `gone` and `ended` belongs to its reactor's thread.
///
/// It serves one request at a time: the next one of a pipeline is parsed when the last has its answer, so answers keep
/// the order of requests, and a GET after a POST sees what the POST did.
///
/// One thread alone has these variables, and none is held while anything else is called that could come back to it: looking up
/// each access in the runtime's list, some thirty a request, would find nothing and cost a tenth of it.
final class Connection: @unchecked Sendable {
    /// What the next input bytes are.
    enum Phase {
        case head
        case body
        /// The request is complete and waits for its answer.
        case waiting
        /// Nothing is parsed any more; input is dropped so that the peer can read the last answer.
        case drain
    }

    /// How far the present request's answer is.
    enum Answer {
        case none, awaited
        case streaming(StreamState)
        case done
    }

    /// What takes the body.
    enum Sink {
        case none, discard
        case collect(limit: Int)
        case stream(any BodyConsumer, BodyFlow)
    }

    enum Decoder {
        case length(left: Int)
        case chunked(ChunkedDecoder)
    }

    /// Which deadline runs.
    enum Timer { case none, head, idle, body, upload, write, linger }

    let reactor: Reactor
    let descriptor: Int32
    let serial: UInt32
    let peerAddress: String
    let peer: Peer
    /// Set when the connection is closed; the one field that other threads read.
    let gone = Atomic<Bool>(false)
    /// The peer has ended its side. For any thread too.
    let ended = Atomic<Bool>(false)

    // The request.
    @exclusivity(unchecked) var phase = Phase.head
    @exclusivity(unchecked) var parser: HeadParser
    /// Counts the requests of this connection; an answer to an earlier one is ignored.
    var exchange: UInt64 = 0
    @exclusivity(unchecked) var requestID = RequestID()
    /// Until the request has ended.
    @exclusivity(unchecked) var head: RequestHead?
    /// Microseconds of the monotonic clock.
    var begunAt: Int64 = 0
    var mark = -1
    /// Neither the handler nor a consumer has seen the request.
    var isUnhandled = false
    var isHead = false
    var minorVersion = 1
    var asksToKeep = false
    @exclusivity(unchecked) var decoder = Decoder.length(left: 0)
    @exclusivity(unchecked) var sink = Sink.none
    @exclusivity(unchecked) var body: [UInt8] = []
    var bodyBytes = 0

    // The answer.
    @exclusivity(unchecked) var answer = Answer.none
    var isChunkedAnswer = false
    /// Payload of a streamed answer that lies in `output`.
    var unsentPayload = 0
    /// Status and payload of a streamed answer so far.
    var streamed = (status: 0, bytes: 0)
    /// The connection ends with this answer.
    var mustClose = false

    // The socket.
    var tls: TLSSession?
    @exclusivity(unchecked) var input: [UInt8] = []
    var inputStart = 0
    @exclusivity(unchecked) var output = OutputBuffer()
    var armed: UInt32 = 0
    var peerClosed = false
    var isShutDown = false
    var isBlocked = false
    var isClosed = false

    // The reactor's bookkeeping.
    var isDirty = false
    var isQueued = false
    /// Requests begun in this wake.
    var turns = 0
    var timer = Timer.none
    var deadline = Int64.max
    /// Of the earliest entry in the reactor's heap.
    var scheduled = Int64.max
    /// Bytes moved since the span of a rate began.
    var spanBytes = 0

    /// What may wait in `input` while a request is served.
    static let maxInput = 64 * 1024
    /// No further pipelined request is begun while more than this waits to be sent.
    static let maxOutput = 1 << 20
    /// A refused body up to this length is read and dropped, so that the connection lives on.
    static let maxDiscard = 64 * 1024

    init(reactor: Reactor, serial: UInt32, _ arrival: Arrival) {
        self.reactor = reactor
        self.serial = serial
        descriptor = arrival.descriptor
        peerAddress = arrival.address
        peer = arrival.peer
        parser = HeadParser(limits: reactor.limits)
    }

    var waitingInput: Int { input.count - inputStart }

    /// No request is under way and none has begun to arrive.
    var isIdle: Bool {
        if case .head = phase { return waitingInput == 0 && output.isEmpty }
        return false
    }

    var isAnswered: Bool {
        if case .done = answer { return true }
        return false
    }

    /// Ends the connection at once. Never while `process` is on the stack.
    func close() {
        if isClosed { return }
        isClosed = true
        gone.store(true, ordering: .releasing)
        Glibc.close(descriptor)
        abortBody()
        endStreaming()
        leaveUnanswered()
        input = []
        reactor.forget(self)
    }

    /// The peer gets no answer to what it has sent, or no more of it.
    func leaveUnanswered() {
        if case .awaited = answer {
            if isUnhandled { _ = reactor.handler.unhandled(head, from: peer, requestID: requestID.text) }
            isUnhandled = false
            conclude(status: 499, bytes: 0, isCutShort: true)
        }
        answer = .done
    }

    /// Tells the consumer of an unfinished body.
    func abortBody() {
        if case .stream(let consumer, _) = sink {
            sink = .none
            consumer.aborted()
        }
        sink = .none
        body = []
    }
}
