import CTessera
import Platform
import Synchronization

/// Takes what the plugin reports of one batch to the gateway: in the lane's memory where it can, else by frame.
///
/// Sendable without a check: calls of one sink never overlap.
final class ChildSink: OutcomeSink, @unchecked Sendable {
    /// The call's number at the gateway.
    let id: UInt64
    /// Where the call's run stands in a trace; empty without one.
    let traceparent: [UInt8]
    private let isAsync: Bool
    private let socket: FrameSocket
    private let output: SharedMemory?
    private let rows: Int
    private let plugin: ChildPlugin
    private let connection: ChildConnection
    private var count = 0

    init(
        _ id: UInt64, traceparent: [UInt8], isAsync: Bool, socket: FrameSocket, output: SharedMemory?, rows: Int,
        plugin: ChildPlugin, connection: ChildConnection
    ) {
        self.plugin = plugin
        self.id = id
        self.traceparent = traceparent
        self.isAsync = isAsync
        self.socket = socket
        self.output = output
        self.rows = rows
        self.connection = connection
    }

    func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>) {
        if !isAsync, let output, outcomes.allSatisfy({ $0.error == nil }) { return put(outcomes, output) }
        OutcomeWire.write(outcomes) { body in say(.outcomes, body) }
    }

    func done(_ end: CallEnd) {
        // The end of any other call is its result.
        guard isAsync, end == .finished else { return }
        var body = WireWriter()
        plugin.writeFigures(to: &body)
        connection.tell(.done, id: id, body.bytes)
    }

    func record(row: Int, json: UnsafeBufferPointer<UInt8>) {
        var body = WireWriter()
        body.integer(UInt32(truncatingIfNeeded: row))
        body.raw(UnsafeRawBufferPointer(json))
        say(.record, body)
    }

    /// A row comes once, so all of a batch fit. The count is published last: what it counts survives our death.
    private func put(_ outcomes: UnsafeBufferPointer<tessera_outcome>, _ output: SharedMemory) {
        guard let base = outcomes.baseAddress, count + outcomes.count <= rows else { return }
        (output.base + 64 + count * 24).copyMemory(from: base, byteCount: outcomes.count * 24)
        count += outcomes.count
        UnsafePointer<Atomic<UInt64>>(OpaquePointer(output.base)).pointee.store(UInt64(count), ordering: .releasing)
    }

    private func say(_ kind: FrameKind, _ body: WireWriter) {
        if isAsync {
            connection.tell(kind, id: id, body.bytes)
        } else {
            // A gateway that is gone is noticed by the lane itself.
            try? socket.send(kind, id: id, body.bytes)
        }
    }
}

/// Whether the gateway still wants a call's outcomes: asked there, but not more than a hundred times a second.
final class ChildCancellation: Sendable {
    private let id: UInt64
    private let connection: ChildConnection
    private let state = Monitor((isCancelled: false, askedAt: Int64.min))

    init(_ id: UInt64, _ connection: ChildConnection) {
        self.id = id
        self.connection = connection
    }

    var asked: @Sendable () -> Bool {
        { [self] in
            let now = MonotonicTime.now()
            let known = state.withLock { state -> Bool? in
                if state.isCancelled || now - 10_000 < state.askedAt { return state.isCancelled }
                state.askedAt = now
                return nil
            }
            if let known { return known }
            var body = WireWriter()
            body.integer(id)
            let answer = connection.ask(.isCancelled, body.bytes) { reader throws(WireError) in
                try reader.integer(Int32.self)
            }
            return state.withLock { state in
                state.isCancelled = answer != 0
                return state.isCancelled
            }
        }
    }
}
