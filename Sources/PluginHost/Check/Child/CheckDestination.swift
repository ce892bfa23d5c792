import CTessera

/// A destination for tiles that deliver: its connector makes one small request a row. Nothing is ever sent to it: such tiles
/// run in dry runs only.
enum CheckDestination {
    /// `tessera.connectors/1`, where every destination is this one.
    nonisolated(unsafe) static let service: UnsafePointer<tessera_connectors_service> = lasting(
        tessera_connectors_service(
            size: UInt32(MemoryLayout<tessera_connectors_service>.size), reserved: 0,
            acquire: { _, _, _, _ in CheckDestination.destination }, release: { _, _ in }))

    nonisolated(unsafe) private static let destination: UnsafePointer<tessera_destination> = lasting(
        tessera_destination(
            size: UInt32(MemoryLayout<tessera_destination>.size), generation: 1,
            destination_id: text("3a1f0000-0000-4000-8000-000000000009"), name: text("nowhere"), connector: connector,
            type: type, instance: nil, secrets: nil, secret_count: 0, origins: origins, origin_count: 1))

    nonisolated(unsafe) private static let type: UnsafePointer<tessera_connector_type> = lasting(
        tessera_connector_type(
            size: UInt32(MemoryLayout<tessera_connector_type>.size), max_rows: 0,
            id: text("com.example.nowhere").data, title: text("Nowhere").data,
            config_schema: text("{\"type\":\"object\"}").data))
    nonisolated(unsafe) private static let types: UnsafePointer<UnsafePointer<tessera_connector_type>?> = lasting(type)
    nonisolated(unsafe) private static let url = text("https://destination.invalid/members")
    nonisolated(unsafe) private static let origins: UnsafePointer<tessera_str> = lasting(
        text("https://destination.invalid:443"))
    nonisolated(unsafe) private static let method = text("POST")
    nonisolated(unsafe) private static let body = text("{}")

    nonisolated(unsafe) private static let connector: UnsafePointer<tessera_connector_interface> = lasting(
        tessera_connector_interface(
            size: UInt32(MemoryLayout<tessera_connector_interface>.size), type_count: 1, types: types,
            open: { _, _, _, _, _ in 0 }, close: { _, _ in }, columns: nil,
            build: { _, _, _, batch, call in
                guard let batch, let call else { return 1 }
                for row in 0..<UInt32(batch.pointee.length) {
                    withUnsafePointer(to: row) { rows in
                        var request = tessera_request()
                        request.size = UInt32(MemoryLayout<tessera_request>.size)
                        request.method = CheckDestination.method
                        request.url = CheckDestination.url
                        request.body = CheckDestination.body
                        request.rows = rows
                        request.row_count = 1
                        call.pointee.request?(call, &request)
                    }
                }
                return 0
            },
            classify: { _, _, request, _, call in
                guard let request, let call else { return 1 }
                for index in 0..<request.pointee.row_count {
                    var outcome = tessera_outcome()
                    outcome.row = request.pointee.rows[index]
                    outcome.kind = UInt8(TESSERA_ADVANCE)
                    call.pointee.report?(call, &outcome, 1)
                }
                return 0
            }))

    /// Memory for the life of the process.
    private static func lasting<Value>(_ value: Value) -> UnsafePointer<Value> {
        let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        pointer.initialize(to: value)
        return UnsafePointer(pointer)
    }

    /// A text with a terminator, for the life of the process.
    private static func text(_ string: StaticString) -> tessera_str {
        string.withUTF8Buffer { bytes in
            tessera_str(
                data: UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self), length: bytes.count)
        }
    }
}
