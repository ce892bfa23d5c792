import CSockets
import Glibc
import Platform
import Synchronization

/// The listening socket. One reactor owns it and hands each connection to the reactor that has the fewest.
final class Listener: @unchecked Sendable {
    let port: UInt16
    private var descriptor: Int32
    /// Given up for a moment when descriptors run out, so that the peer is told at once and the listener goes on.
    private var spare: Int32
    private let configuration: ServerConfiguration
    private let log: Log
    private var reactors: [Reactor] = []
    private var peers: PeerTable

    /// Above a limit this many more are told of it before the rest are closed without a word.
    private static let maxRefused = 1024

    init(_ configuration: ServerConfiguration, log: Log) throws(SystemError) {
        self.configuration = configuration
        self.log = log
        peers = PeerTable(maxConnections: configuration.maxConnections + Listener.maxRefused)
        (descriptor, port) = try Listener.listen(configuration.host, configuration.port)
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    /// Begins to accept on the first of `reactors`, before its thread runs.
    func attach(to reactors: [Reactor]) throws(SystemError) {
        self.reactors = reactors
        guard let first = reactors.first else { return }
        first.listener = self
        let wanted = UInt32(TESSERA_EPOLL_IN)
        guard tessera_epoll_change(first.epoll, EPOLL_CTL_ADD, descriptor, wanted, Reactor.listenerToken) == 0 else {
            throw SystemError("watch the listening socket")
        }
    }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        if spare >= 0 { Glibc.close(spare) }
        descriptor = -1
        spare = -1
        reactors = []
    }

    /// Takes the connections that wait, a bounded number at a time. [first reactor's thread]
    func accept() {
        for _ in 0..<64 {
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = tessera_accept(descriptor, &address, &length)
            if accepted < 0 {
                switch errno {
                case EINTR, ECONNABORTED: continue
                case EMFILE, ENFILE: dropOne()
                case EAGAIN: break
                default:
                    log.warning(event: "accept_failed", "accept failed", ["reason": String(cString: strerror(errno))])
                }
                return
            }
            distribute(accepted, &address)
        }
    }

    private func distribute(_ accepted: Int32, _ address: inout sockaddr_storage) {
        var total = 0
        var fewest = Int.max
        var target = reactors[0]
        for reactor in reactors {
            let count = reactor.figures.connections.load(ordering: .relaxed)
            total += count
            if count < fewest {
                fewest = count
                target = reactor
            }
        }
        var arrival = Arrival(
            descriptor: accepted, address: Listener.text(&address), peer: peers.arrived(&address), fault: nil)
        target.figures.connections.wrappingAdd(1, ordering: .relaxed)
        // Both count this one too.
        let excess = max(
            total + 1 - configuration.maxConnections,
            arrival.peer.connections.load(ordering: .relaxed) - configuration.maxConnectionsPerAddress)
        if excess > 0 {
            reactors[0].figures.refused.wrappingAdd(1, ordering: .relaxed)
            if excess > Listener.maxRefused { return target.turnAway(arrival) }
            arrival.fault = total >= configuration.maxConnections ? .full : .crowded
        }
        _ = tessera_set_option(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        target.figures.accepted.wrappingAdd(1, ordering: .relaxed)
        if target === reactors[0] {
            target.adopt(arrival)
        } else if !target.post(.adopt(arrival)) {
            target.turnAway(arrival)
        }
    }

    /// No descriptor is left: accepts one connection on the spare and closes it, else the event would come for ever.
    private func dropOne() {
        log.warning(
            event: "descriptors_exhausted", "no file descriptor left for a connection",
            ["remedy": "raise the limit (ulimit -n)"])
        if spare >= 0 { Glibc.close(spare) }
        let accepted = tessera_accept(descriptor, nil, nil)
        if accepted >= 0 { Glibc.close(accepted) }
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC)
    }
}
