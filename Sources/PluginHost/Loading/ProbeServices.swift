import CTessera

/// Host services of a probe: present, so that a plugin that needs them starts, and refusing everything.
final class ProbeServices: @unchecked Sendable {
    private var tables: [String: UnsafeRawPointer] = [:]

    init() {
        let connectors = UnsafeMutablePointer<tessera_connectors_service>.allocate(capacity: 1)
        connectors.initialize(
            to: tessera_connectors_service(
                size: UInt32(MemoryLayout<tessera_connectors_service>.size), reserved: 0,
                acquire: { _, _, _, reason in
                    reason?.pointee = tessera_str()
                    return nil
                },
                release: { _, _ in }))
        let delivery = UnsafeMutablePointer<tessera_delivery_service>.allocate(capacity: 1)
        delivery.initialize(
            to: tessera_delivery_service(
                size: UInt32(MemoryLayout<tessera_delivery_service>.size), reserved: 0,
                acquire: { _, call, _, _, _, notBefore in
                    notBefore?.pointee = (call?.pointee.now_us ?? 0) + 1_000_000
                    return 0
                },
                settle: { _, _, _, _ in }, disable: { _, _, _, _ in }))
        let settings = UnsafeMutablePointer<tessera_settings_service>.allocate(capacity: 1)
        settings.initialize(
            to: tessera_settings_service(
                size: UInt32(MemoryLayout<tessera_settings_service>.size), reserved: 0,
                get: { _, _ in tessera_str() }))
        let traces = UnsafeMutablePointer<tessera_trace_service>.allocate(capacity: 1)
        traces.initialize(
            to: tessera_trace_service(
                size: UInt32(MemoryLayout<tessera_trace_service>.size), reserved: 0, traceparent: { _, _, _ in 0 }))
        // Never freed: the process ends with the probe.
        tables = [
            TESSERA_SERVICE_CONNECTORS: UnsafeRawPointer(connectors),
            TESSERA_SERVICE_DELIVERY: UnsafeRawPointer(delivery),
            TESSERA_SERVICE_SETTINGS: UnsafeRawPointer(settings),
            TESSERA_SERVICE_TRACE: UnsafeRawPointer(traces),
        ]
    }

    func table(_ id: String) -> UnsafeRawPointer? { tables[id] }
}
