import Glibc
import Platform
import Synchronization

/// An HTTP/1.1 server: strict, with deadlines and limits on everything that a peer controls.
///
/// `start` and `stop` are called once each, from a thread that is no reactor's. It knows nothing of journeys.
public final class HTTPServer: Sendable {
    private struct State {
        var reactors: [Reactor] = []
        var threads: [NativeThread] = []
        var certificates: TLSCertificates?
        var ended = 0
        var isStarted = false
        var isStopped = false
    }
    private let configuration: ServerConfiguration
    private let handler: any HTTPHandler
    private let log: Log
    private let clock: any Clock
    private let state = Monitor(State())

    /// `clock` gives the `Date` of answers; deadlines use the machine's monotonic clock.
    public init(configuration: ServerConfiguration, handler: any HTTPHandler, log: Log, clock: any Clock) {
        self.configuration = configuration
        self.handler = handler
        self.log = log
        self.clock = clock
    }

    deinit { stop(grace: 0) }

    /// Binds and serves. Gives the port, which the system chose if the configuration says 0. Throws what the system
    /// says when the address can't be resolved or bound, or threads or descriptors are short, and a `TLSError` when the
    /// certificate or its key can't be used; nothing runs then.
    public func start() throws -> UInt16 {
        let isFirst = state.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted
        }
        guard isFirst else { throw SystemError("start a server twice", code: EALREADY) }
        HTTPServer.raiseDescriptorLimit(for: configuration.maxConnections)
        let certificates = try configuration.tls.map { files throws(TLSError) in try TLSCertificates(files, log: log) }
        let listener = try Listener(configuration, log: log)
        do throws(SystemError) {
            var reactors: [Reactor] = []
            for _ in 0..<max(1, configuration.reactors) {
                reactors.append(
                    try Reactor(
                        configuration: configuration, certificates: certificates, handler: handler, log: log,
                        clock: clock, figures: ReactorFigures()))
            }
            try run(reactors, listener)
            if let certificates { try watch(certificates) }
            return listener.port
        } catch {
            listener.close()
            throw error
        }
    }

    private func run(_ reactors: [Reactor], _ listener: Listener) throws(SystemError) {
        let monitor = state
        try listener.attach(to: reactors)
        state.withLock { $0.reactors = reactors }
        // The first one accepts: it comes last, when those that it hands connections to are there.
        for (index, reactor) in reactors.enumerated().reversed() {
            let thread = NativeThread(name: "http-\(index)") {
                reactor.run()
                monitor.update { $0.ended += 1 }
            }
            guard thread.isRunning else {
                stopThreads(grace: 0)
                throw SystemError("start a server thread", code: EAGAIN)
            }
            state.withLock { $0.threads.append(thread) }
        }
    }

    private func watch(_ certificates: TLSCertificates) throws(SystemError) {
        let thread = NativeThread(name: "http-tls") { certificates.watch() }
        guard thread.isRunning else {
            stopThreads(grace: 0)
            throw SystemError("start a server thread", code: EAGAIN)
        }
        // It ends by itself soon after `stop`, and touches nothing of the server.
        thread.detach()
        state.withLock { $0.certificates = certificates }
    }

    /// Stops accepting, closes idle connections, finishes requests in flight, and returns when all are closed, at the
    /// latest after `grace` microseconds: what is left then is broken off.
    public func stop(grace: Int64) {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStarted && !state.isStopped
        }
        if isFirst { stopThreads(grace: grace) }
    }

    private func stopThreads(grace: Int64) {
        let (reactors, threads) = state.withLock { ($0.reactors, $0.threads) }
        state.withLock { $0.certificates }?.stop()
        for reactor in reactors { reactor.post(.stop(now: false)) }
        let ended: Bool? = state.wait(microseconds: grace) { $0.ended >= threads.count ? true : nil }
        if ended == nil {
            for reactor in reactors { reactor.post(.stop(now: true)) }
        }
        for thread in threads {
            // A handler that owns the server may let go of it on a reactor's thread, which can't wait for itself.
            if reactors.contains(where: \.isCurrent) { thread.detach() } else { thread.join() }
        }
        state.withLock { state in
            state.reactors = []
            state.threads = []
        }
    }

    /// Whether `stop` was called.
    public var isStopping: Bool { state.withLock { $0.isStopped } }

    /// Counters, summed over the reactors; zero before `start` and after `stop`.
    public var figures: ServerFigures {
        state.withLock { state in
            state.reactors.reduce(into: ServerFigures()) { sum, reactor in
                sum.connections += reactor.figures.connections.load(ordering: .relaxed)
                sum.accepted += reactor.figures.accepted.load(ordering: .relaxed)
                sum.refused += reactor.figures.refused.load(ordering: .relaxed)
                sum.requests += reactor.figures.requests.load(ordering: .relaxed)
            }
        }
    }

    /// The soft limit of most systems is 1,024 descriptors: raises it as far as the hard one allows.
    private static func raiseDescriptorLimit(for connections: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let wanted = min(limit.rlim_max, rlim_t(connections + 4096))
        if limit.rlim_cur >= wanted { return }
        limit.rlim_cur = wanted
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
