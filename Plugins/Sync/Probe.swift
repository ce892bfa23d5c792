import CCurl
import CTessera
import TesseraPluginKit

/// `tessera.transport/1`: sends one made-up row to a destination and tells each step. Blocks on the calling thread, with
/// a handle of its own; the same checks, guard and limits as for deliveries apply.
enum Probe {
    static let interface: StaticPointer = {
        let table = UnsafeMutablePointer<tessera_transport_interface>.allocate(capacity: 1)
        table.initialize(
            to: tessera_transport_interface(
                size: UInt32(MemoryLayout<tessera_transport_interface>.size), reserved: 0,
                probe: { destination, call in
                    guard let destination, let call else { return 1 }
                    return ProbeRun(destination, call).run() ? 0 : 1
                }))
        return StaticPointer(UnsafeRawPointer(table))
    }()
}

/// One probe under way.
private final class ProbeRun {
    private let destination: UnsafePointer<tessera_destination>
    private let call: UnsafePointer<tessera_probe_call>
    private let fate = ProbeFate()
    private var slot: Slot?
    private var isConnected = false

    init(_ destination: UnsafePointer<tessera_destination>, _ call: UnsafePointer<tessera_probe_call>) {
        self.destination = destination
        self.call = call
    }

    /// True when all steps passed.
    func run() -> Bool {
        let now = call.pointee.now_us
        let began = monotonicNow()
        let job = Job(call: TileCall(fate.call), mapping: mapping(), rows: BatchCopy(member: "test", key: Self.key))
        let secrets = SecretSet(destination)
        job.destination = destination
        job.secrets = secrets
        job.build(now: now)
        job.flush()
        guard let queued = job.queue.first, let request = queued.request else {
            return tell("build", fate.message ?? "the connector made no request of a row", since: began)
        }
        let slot: Slot
        do {
            slot = try Slot(Transport.shared.limits, sockets: nil)
            try slot.prepare(request, secrets, now: now, timeout: timeout(now))
        } catch let refusal as Refusal {
            return tell("build", refusal.message, since: began)
        } catch {
            return tell("build", "\(error)", since: began)
        }
        tell("build", since: began)
        self.slot = slot
        tessera_curl_on_connected(
            slot.easy,
            { context, _, _, _, _ in
                guard let context else { return CURL_PREREQFUNC_ABORT }
                Unmanaged<ProbeRun>.fromOpaque(context).takeUnretainedValue().connected()
                return CURL_PREREQFUNC_OK
            }, Unmanaged.passUnretained(self).toOpaque())
        let result = curl_easy_perform(slot.easy)
        guard slot.transport(result) == TESSERA_TRANSPORT_OK else { return failed(slot, result) }
        let (total, status) = (slot.time(CURLINFO_TOTAL_TIME_T) - ready(slot), slot.status)
        let answered = monotonicNow()
        slot.withAnswer(result, secrets, now: now) { answer in
            let exchange = Exchange(request, answer, secrets)
            tell("request", "HTTP \(status)", total, ok: true, status, exchange)
            job.classify(queued, answer, now: now)
        }
        job.flush()
        guard fate.isDelivered else {
            return tell("classify", fate.message ?? "the connector did not say what the answer means", since: answered)
        }
        tell("classify", since: answered)
        return true
    }

    /// 32 hex digits, as every key.
    private static let key = String(repeating: "0", count: 32)

    /// The connector's fields with a text in each; a field of our own when it takes any.
    private func mapping() -> FieldMapping {
        var names: UnsafePointer<tessera_str>?
        let lent = destination.pointee
        let count = lent.connector?.pointee.columns?(lent.type, lent.instance, &names) ?? 0
        let fields = UnsafeBufferPointer(start: names, count: names == nil ? 0 : count)
            .map { FieldMapping.Field(source: .constant(.text(Array("test".utf8))), name: String($0)) }
        let any = FieldMapping.Field(source: .constant(.bool(true)), name: "test")
        return FieldMapping(destinationID: String(lent.destination_id), fields: fields.isEmpty ? [any] : fields)
    }

    private func timeout(_ now: Int64) -> Int {
        let total = Transport.shared.limits.totalTimeout
        let deadline = call.pointee.deadline_us
        return deadline <= 0 ? total : min(total, max(1, Int(clamping: (deadline - now) / 1000)))
    }

    /// The connection stands and the request is about to be sent.
    private func connected() {
        guard let slot, !isConnected else { return }
        isConnected = true
        let resolved = slot.time(CURLINFO_NAMELOOKUP_TIME_T)
        let connected = slot.time(CURLINFO_CONNECT_TIME_T)
        let secured = slot.time(CURLINFO_APPCONNECT_TIME_T)
        tell("resolve", "", resolved, ok: true)
        tell("connect", "", connected - resolved, ok: true)
        if secured > 0 { tell("tls", "", secured - connected, ok: true) }
    }

    /// When the request could be sent, counted from the start.
    private func ready(_ slot: Slot) -> Int64 {
        max(slot.time(CURLINFO_CONNECT_TIME_T), slot.time(CURLINFO_APPCONNECT_TIME_T))
    }

    /// Tells the step that failed, and before it those that had passed. Always false.
    private func failed(_ slot: Slot, _ result: CURLcode) -> Bool {
        let message = slot.failure(result)
        let total = slot.time(CURLINFO_TOTAL_TIME_T)
        let transport = slot.transport(result)
        if isConnected { return tell("request", message, total - ready(slot), ok: false, slot.status) }
        let resolved = slot.time(CURLINFO_NAMELOOKUP_TIME_T)
        let connected = slot.time(CURLINFO_CONNECT_TIME_T)
        let found = slot.tookAddress || slot.refusedAddress != nil
        if transport == TESSERA_TRANSPORT_RESOLVE || !found { return tell("resolve", message, total, ok: false) }
        tell("resolve", "", resolved, ok: true)
        if transport != TESSERA_TRANSPORT_TLS, !slot.hasPeer {
            return tell("connect", message, total - resolved, ok: false)
        }
        // libcurl sets the time of the connection only when TLS stands too.
        tell("connect", "", max(0, connected - resolved), ok: true)
        return tell("tls", message, total - max(connected, resolved), ok: false)
    }

    /// A step that passed; its time is that since `began`.
    private func tell(_ step: String, since began: Int64) { tell(step, "", monotonicNow() - began, ok: true) }

    /// A step that failed. Always false.
    private func tell(_ step: String, _ message: String, since began: Int64) -> Bool {
        tell(step, message, monotonicNow() - began, ok: false)
    }

    @discardableResult
    private func tell(
        _ name: String, _ message: String, _ elapsed: Int64, ok: Bool, _ status: Int32 = 0, _ exchange: Exchange? = nil
    ) -> Bool {
        name.withTesseraText { name in
            message.withTesseraText { message in
                var step = tessera_probe_step(
                    size: UInt32(MemoryLayout<tessera_probe_step>.size), ok: ok ? 1 : 0, step: name, message: message,
                    elapsed_us: max(0, elapsed), http_status: status, reserved: 0,
                    sent: exchange?.request ?? tessera_str(),
                    received: exchange?.response ?? tessera_str())
                call.pointee.step?(call, &step)
            }
        }
        return ok
    }
}

/// Stands in for the tile's call: keeps what became of the one row.
private final class ProbeFate {
    let call: UnsafeMutablePointer<tessera_call>
    private(set) var isDelivered = false
    /// Why it was not.
    private(set) var message: String?

    init() {
        call = .allocate(capacity: 1)
        call.initialize(to: tessera_call())
        call.pointee.size = UInt32(MemoryLayout<tessera_call>.size)
        call.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        call.pointee.report = { call, outcomes, count in
            guard let context = call?.pointee.context, let outcomes, count > 0 else { return }
            Unmanaged<ProbeFate>.fromOpaque(context).takeUnretainedValue().take(outcomes[0])
        }
    }

    deinit { call.deallocate() }

    private func take(_ outcome: tessera_outcome) {
        if isDelivered || message != nil { return }
        if UInt32(outcome.kind) == TESSERA_ADVANCE {
            isDelivered = true
        } else {
            message = outcome.error.map { String($0.pointee.message) } ?? "the connector gave no reason"
        }
    }
}
