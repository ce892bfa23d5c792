import CTessera
import Platform
import PluginHost
import Synchronization

/// The traces of runs that go on, served to plugins as `tessera.trace/1`, so that what they send can be found from the request
/// that began it. Any thread.
public final class RunTraces: @unchecked Sendable {
    private typealias Table = LentTable<tessera_trace_service, RunTraces>

    /// By run id: the bytes of its traceparent.
    private let runs = Monitor<[String: [UInt8]]>([:])
    private let spans = Atomic<UInt64>(UInt64.random(in: 0...UInt64.max))
    // Written in `init` only.
    private var table: LentTable<tessera_trace_service, RunTraces>?

    init() { table = LentTable(Self.service, owner: self) }

    func offer(to services: HostServices) {
        if let table { services.offer(TESSERA_SERVICE_TRACE, UnsafeRawPointer(table.pointer), owner: self) }
    }

    /// A run begins: what is sent for it belongs to the trace of `traceparent`, which must be well-formed.
    public func begin(_ runID: String, traceparent: String) {
        let bytes = Array(traceparent.utf8)
        if bytes.count == Int(TESSERA_TRACEPARENT_LENGTH) { runs.withLock { $0[runID] = bytes } }
    }

    public func end(_ runID: String) { runs.withLock { $0[runID] = nil } }

    /// The run's traceparent with a span of its own; nil when it has none.
    func next(_ runID: String) -> [UInt8]? {
        guard var bytes = runs.withLock({ $0[runID] }) else { return nil }
        // As good as random, and never the same twice (splitmix64 is a bijection).
        var span = spans.wrappingAdd(0x9e37_79b9_7f4a_7c15, ordering: .relaxed).newValue
        span = (span ^ (span >> 30)) &* 0xbf58_476d_1ce4_e5b9
        span = (span ^ (span >> 27)) &* 0x94d0_49bb_1331_11eb
        span ^= span >> 31
        // All zero would be no span.
        if span == 0 { span = 1 }
        for place in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: span >> UInt64(60 - 4 * place)) & 15
            bytes[36 + place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
        return bytes
    }

    private static var service: tessera_trace_service {
        tessera_trace_service(
            size: UInt32(MemoryLayout<tessera_trace_service>.size), reserved: 0,
            traceparent: { service, call, text in
                guard let service, let call, let text,
                    let bytes = Table.owner(of: service).next(String(borrowed: call.pointee.run_id, limit: 128))
                else { return 0 }
                for (index, byte) in bytes.enumerated() { text[index] = CChar(bitPattern: byte) }
                return bytes.count
            })
    }
}
