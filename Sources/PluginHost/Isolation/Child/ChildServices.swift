import CTessera
import Platform

/// Host services in a plugin's own process: each asks the gateway. Any thread of the plugin.
///
/// Sendable without a check because the tables are written in `init` only.
final class ChildServices: @unchecked Sendable {
    let connection: ChildConnection
    private let settings = Monitor<[String: LentText]>([:])
    private var settingsTable: LentTable<tessera_settings_service, ChildServices>?
    private var deliveryTable: LentTable<tessera_delivery_service, ChildServices>?
    private var connectorsTable: LentTable<tessera_connectors_service, ChildServices>?
    private var traceTable: LentTable<tessera_trace_service, ChildServices>?
    private let spans = TraceSpans()

    init(_ connection: ChildConnection) {
        self.connection = connection
        settingsTable = LentTable(
            tessera_settings_service(
                size: UInt32(MemoryLayout<tessera_settings_service>.size), reserved: 0,
                get: { service, name in
                    guard let service else { return tessera_str() }
                    return LentTable<tessera_settings_service, ChildServices>.owner(of: service).setting(name)
                }), owner: self)
        deliveryTable = LentTable(Self.delivery, owner: self)
        connectorsTable = LentTable(Self.connectors, owner: self)
        traceTable = LentTable(
            tessera_trace_service(
                size: UInt32(MemoryLayout<tessera_trace_service>.size), reserved: 0,
                traceparent: { service, call, text in
                    guard let service, let text, let sink = ChildServices.sink(of: call) else { return 0 }
                    return LentTable<tessera_trace_service, ChildServices>.owner(of: service).spans.write(
                        sink.traceparent, to: text)
                }), owner: self)
    }

    func table(_ id: String) -> UnsafeRawPointer? {
        switch id {
        case TESSERA_SERVICE_SETTINGS: settingsTable.map { UnsafeRawPointer($0.pointer) }
        case TESSERA_SERVICE_DELIVERY: deliveryTable.map { UnsafeRawPointer($0.pointer) }
        case TESSERA_SERVICE_CONNECTORS: connectorsTable.map { UnsafeRawPointer($0.pointer) }
        case TESSERA_SERVICE_TRACE: traceTable.map { UnsafeRawPointer($0.pointer) }
        // A vendor's service is memory of the gateway's: it can't be shown here.
        default: nil
        }
    }

    /// Settings stand for the life of the process, so each is asked for once.
    private func setting(_ name: tessera_str) -> tessera_str {
        let key = String(borrowed: name, limit: 256)
        if let known = settings.withLock({ $0[key] }) { return known.text }
        var body = WireWriter()
        body.text(key)
        let value = connection.ask(.setting, body.bytes) { reader throws(WireError) in try reader.text() } ?? ""
        return settings.withLock { settings in
            let text = settings[key] ?? LentText(value)
            settings[key] = text
            return text.text
        }
    }

    /// The gateway's number of the call that a plugin works on; 0 for one that has ended.
    static func number(of call: UnsafePointer<tessera_call>?) -> UInt64 {
        sink(of: call)?.id ?? 0
    }

    private static func sink(of call: UnsafePointer<tessera_call>?) -> ChildSink? {
        CallSlot.of(call)?.locked { $0.pointee.live?.sink } as? ChildSink
    }
}
