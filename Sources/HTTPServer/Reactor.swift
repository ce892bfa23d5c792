import CSockets
import Glibc
import Platform
import Synchronization

/// One thread with its epoll: serves its connections from accept to close. Other threads reach it by `post`.
final class Reactor: @unchecked Sendable {
    let configuration: ServerConfiguration
    let limits: HeadParser.Limits
    let handler: any HTTPHandler
    let log: Log
    let clock: any Clock
    let figures: ReactorFigures
    let epoll: Int32
    let mailbox: Mailbox
    let certificates: TLSCertificates?
    /// Every receive goes here first: an idle connection owns no buffer.
    let scratch: UnsafeMutableRawBufferPointer
    private let events: UnsafeMutablePointer<epoll_event>

    // All below belongs to the reactor's thread. Unchecked as in `Connection`.
    var thread = pthread_t()
    /// By descriptor.
    @exclusivity(unchecked) var connections: [Connection?] = []
    var open = 0
    var listener: Listener?
    var serial: UInt32 = 0
    /// Those whose request waits for the end of the receiving half of a wake.
    @exclusivity(unchecked) var ready: [Connection] = []
    @exclusivity(unchecked) var dirty: [Connection] = []
    var queued: [Connection] = []
    var messages: [ReactorMessage] = []
    @exclusivity(unchecked) var storages: [[UInt8]] = []
    var deadlines = DeadlineHeap()
    @exclusivity(unchecked) var date = HTTPDate()
    /// What this wake has to log.
    var lines = LogLines()
    /// Microseconds of the monotonic clock, read once a wake.
    var now: Int64 = 0
    var isStopping = false
    let prefix = UInt32.random(in: 0..<1 << 25)

    static let maxEvents: Int32 = 256
    static let listenerToken = UInt64.max
    static let mailboxToken = UInt64.max - 1

    init(
        configuration: ServerConfiguration, certificates: TLSCertificates?, handler: any HTTPHandler, log: Log,
        clock: any Clock, figures: ReactorFigures
    ) throws(SystemError) {
        self.configuration = configuration
        limits = HeadParser.Limits(
            bytes: configuration.maxHeaderBytes, fields: configuration.maxHeaderCount,
            requestLine: min(configuration.maxRequestLineBytes, configuration.maxHeaderBytes))
        self.certificates = certificates
        self.handler = handler
        self.log = log
        self.clock = clock
        self.figures = figures
        mailbox = try Mailbox()
        epoll = tessera_epoll_create()
        scratch = .allocate(byteCount: 64 * 1024, alignment: 64)
        events = .allocate(capacity: Int(Reactor.maxEvents))
        guard epoll >= 0 else { throw SystemError("make an epoll descriptor") }
        let wanted = UInt32(TESSERA_EPOLL_IN)
        guard tessera_epoll_change(epoll, EPOLL_CTL_ADD, mailbox.descriptor, wanted, Reactor.mailboxToken) == 0 else {
            throw SystemError("watch an eventfd")
        }
    }

    deinit {
        if epoll >= 0 { close(epoll) }
        scratch.deallocate()
        events.deallocate()
    }

    /// Whether the caller is this reactor's thread.
    var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

    /// Queues messages from any thread; false when the reactor has ended.
    @discardableResult
    func post(_ messages: [ReactorMessage]) -> Bool { mailbox.post(messages) }

    @discardableResult
    func post(_ message: ReactorMessage) -> Bool { mailbox.post([message]) }

    /// As `post`, but at once when called from a handler on this thread.
    func deliver(_ message: ReactorMessage) {
        if isCurrent { perform(message) } else { post(message) }
    }

    /// The thread's body: until stopped and empty.
    func run() {
        thread = pthread_self()
        blockBrokenPipes()
        while !(isStopping && open == 0) {
            wait()
            takeMessages()
            expire()
            serve()
            flush()
        }
        for message in mailbox.shut() {
            if case .adopt(let arrival) = message { turnAway(arrival) }
        }
    }

    /// OpenSSL writes to sockets with a call that raises SIGPIPE, and may be used in a program that does not ignore it.
    private func blockBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Sleeps until something happens, then receives from every ready socket.
    private func wait() {
        let sleeps = queued.isEmpty && ready.isEmpty && mailbox.prepareToSleep()
        let count = epoll_wait(epoll, events, Reactor.maxEvents, sleeps ? timeout() : 0)
        readClocks()
        for index in 0..<max(0, count) {
            let token = tessera_epoll_token(events, index)
            let happened = tessera_epoll_events(events, index)
            switch token {
            case Reactor.mailboxToken: mailbox.acknowledge()
            case Reactor.listenerToken: listener?.accept()
            default: socketEvent(token, happened)
            }
        }
        let waiting = queued
        queued.removeAll(keepingCapacity: true)
        for connection in waiting {
            connection.isQueued = false
            connection.turns = 0
            connection.advance()
        }
    }

    private func socketEvent(_ token: UInt64, _ happened: UInt32) {
        let descriptor = Int(truncatingIfNeeded: token & 0xffff_ffff)
        guard descriptor < connections.count, let connection = connections[descriptor],
            connection.serial == UInt32(truncatingIfNeeded: token >> 32)
        else { return }
        let readable = UInt32(TESSERA_EPOLL_IN)
        if happened & (readable | UInt32(TESSERA_EPOLL_BROKEN)) != 0 {
            if connection.armed & readable != 0 {
                connection.receive()
            } else if happened & UInt32(TESSERA_EPOLL_BROKEN) != 0 {
                // Both directions are over, and nothing more is wanted from this peer.
                connection.close()
            }
        }
        if happened & UInt32(TESSERA_EPOLL_OUT) != 0 {
            touch(connection)
            if connection.tls?.readNeedsWriting == true, !connection.isClosed { connection.receive() }
        }
    }

    /// Hands the wake's requests to the handler, between `wakeBegan` and `wakeEnded`.
    private func serve() {
        if ready.isEmpty { return }
        handler.wakeBegan()
        var index = 0
        // Answering one request may append the next of its pipeline.
        while index < ready.count {
            let connection = ready[index]
            index += 1
            guard let request = connection.takeRequest() else { continue }
            // The call holds the only reference: a responder that the handler does not keep ends right here.
            handler.handle(request, connection.makeResponder())
            connection.advance()
        }
        ready.removeAll(keepingCapacity: true)
        handler.wakeEnded()
    }

    /// Connections may be touched while others are flushed, by a handler that learns of an end.
    private func flush() {
        var index = 0
        while index < dirty.count {
            dirty[index].flush()
            index += 1
        }
        dirty.removeAll(keepingCapacity: true)
        log.write(lines)
        lines.removeAll()
    }
}
