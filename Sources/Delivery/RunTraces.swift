import CTessera
import Platform
import PluginHost

/// The traces of runs that go on, served to plugins as `tessera.trace/1`, so that what they send can be found from the request
/// that began it. Any thread.
public final class RunTraces: @unchecked Sendable {
    private typealias Table = LentTable<tessera_trace_service, RunTraces>

    /// By run id: the bytes of its traceparent.
    private let runs = Monitor<[String: [UInt8]]>([:])
    private let spans = TraceSpans()
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

    private static var service: tessera_trace_service {
        tessera_trace_service(
            size: UInt32(MemoryLayout<tessera_trace_service>.size), reserved: 0,
            traceparent: { service, call, text in
                guard let service, let call, let text else { return 0 }
                let traces = Table.owner(of: service)
                let runID = String(borrowed: call.pointee.run_id, limit: 128)
                guard let trace = traces.runs.withLock({ $0[runID] }) else { return 0 }
                return traces.spans.write(trace, to: text)
            })
    }
}
