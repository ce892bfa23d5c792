import CCurl
import CTessera
import Glibc
import Platform
import TesseraPluginKit

/// The event loop: libcurl's multi interface over epoll, on one thread. It starts as many requests of the calls as limits
/// allow, and hands each answer back to the call that it belongs to.
///
/// Sendable without a check: `submit` and `stop` are for any thread, everything else is the loop's thread's own.
final class DeliveryLoop: @unchecked Sendable {
    private struct Inbox {
        var jobs: [Job] = []
        var stopping = false
    }
    private let inbox = Monitor(Inbox())
    private let wakeDescriptor: Int32

    let limits: SendLimits
    let multi: UnsafeMutableRawPointer
    let sockets: SocketSet
    let connectors: UnsafePointer<tessera_connectors_service>?
    let delivery: UnsafePointer<tessera_delivery_service>?
    /// Nil in a gateway that has no traces.
    let traces: UnsafePointer<tessera_trace_service>?

    var jobs: [Job] = []
    var parties: [Party] = []
    /// All slots, so that those under way live: libcurl knows only their addresses.
    var slots: [Slot] = []
    var freeSlots: [Slot] = []
    var inFlight = 0
    /// The gateway's time, read once a turn.
    var now: Int64 = 0
    /// When a blocked call is to be looked at again, in the gateway's time.
    var nextWake: Int64 = .max
    /// When libcurl wants to be called, monotonic microseconds; nil when it does not.
    var timerAt: Int64?

    /// - Throws: `TransportError` without descriptors or memory.
    init(_ limits: SendLimits) throws(TransportError) {
        guard let multi = curl_multi_init() else { throw TransportError("libcurl has no multi handle to give") }
        self.limits = limits
        self.multi = multi
        wakeDescriptor = tessera_eventfd()
        sockets = SocketSet()
        connectors = Host.service(TESSERA_SERVICE_CONNECTORS)
        delivery = Host.service(TESSERA_SERVICE_DELIVERY)
        traces = Host.service(TESSERA_SERVICE_TRACE)
        guard wakeDescriptor >= 0, sockets.watch(wakeDescriptor) else {
            throw TransportError("the system has no descriptors for deliveries: raise the limit of open files")
        }
        _ = tessera_curl_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, limits.inFlight)
        tessera_curl_multi_on_change(
            multi,
            { _, descriptor, what, loop, _ in
                DeliveryLoop.from(loop)?.sockets.change(descriptor, what)
                return 0
            },
            { _, milliseconds, loop in
                DeliveryLoop.from(loop)?.timerAt = milliseconds < 0 ? nil : monotonicNow() + Int64(milliseconds) * 1000
                return 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        // Idle connections are closed here, through the callback that needs `sockets`.
        freeSlots.removeAll()
        slots.removeAll()
        curl_multi_cleanup(multi)
        if wakeDescriptor >= 0 { close(wakeDescriptor) }
    }

    static func from(_ pointer: UnsafeMutableRawPointer?) -> DeliveryLoop? {
        pointer.map { Unmanaged<DeliveryLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Takes a call over. Any thread.
    func submit(_ job: Job) {
        let wasEmpty = inbox.withLock { inbox in
            inbox.jobs.append(job)
            return inbox.jobs.count == 1
        }
        if wasEmpty { wake() }
    }

    /// Lets `run` return once no call is under way. Any thread.
    func stop() {
        inbox.withLock { $0.stopping = true }
        wake()
    }

    private func wake() {
        var one: UInt64 = 1
        while write(wakeDescriptor, &one, 8) < 0, errno == EINTR {}
    }

    /// Serves until `stop`.
    func run() {
        while true {
            let (arrived, stopping) = inbox.withLock { inbox in
                defer { inbox.jobs.removeAll() }
                return (inbox.jobs, inbox.stopping)
            }
            now = Host.now
            for job in arrived { begin(job) }
            pump()
            runTimer()
            let isFreed = harvest()
            endJobs()
            if stopping, jobs.isEmpty { return }
            // Requests that ended at once have made room: there may be more to send before anything happens.
            sockets.wait(milliseconds: isFreed && !jobs.isEmpty ? 0 : patience()) { descriptor, ready in
                if descriptor == wakeDescriptor {
                    var count: UInt64 = 0
                    _ = read(wakeDescriptor, &count, 8)
                } else {
                    var running: Int32 = 0
                    curl_multi_socket_action(multi, descriptor, ready, &running)
                }
            }
            now = Host.now
            harvest()
        }
    }

    private func runTimer() {
        guard let timerAt, timerAt <= monotonicNow() else { return }
        self.timerAt = nil
        var running: Int32 = 0
        curl_multi_socket_action(multi, -1, 0, &running)
    }

    /// How long to wait for sockets: -1 for ever. With calls under way the loop looks at their cancellation and deadline
    /// a few times a second.
    private func patience() -> Int32 {
        var wait: Int64 = jobs.isEmpty ? .max : 200_000
        if let timerAt { wait = min(wait, timerAt - monotonicNow()) }
        if nextWake != .max { wait = min(wait, nextWake - now) }
        return wait == .max ? -1 : Int32(clamping: (max(0, wait) + 999) / 1000)
    }
}

/// For intervals only: libcurl and epoll count real time.
func monotonicNow() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}
