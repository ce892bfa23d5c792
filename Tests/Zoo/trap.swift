// A Swift trap in `run`: an index out of range, which no `catch` sees. Written against the header alone.
import CTessera

/// Static memory that is written once, before anybody reads it.
private struct Static<Value>: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Value>

    init(_ values: [Value]) {
        pointer = .allocate(capacity: values.count)
        for (index, value) in values.enumerated() { (pointer + index).initialize(to: value) }
    }
}

private func text(_ string: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(string.utf8Start).assumingMemoryBound(to: CChar.self)
}

private let id: StaticString = "com.example.zoo.trap"
private let member = Static([tessera_str(data: text("$member"), length: 7)])
private let branches = Static([tessera_str(data: text("good"), length: 4), tessera_str(data: text("odd"), length: 3)])

private let type = Static([
    tessera_tile_type(
        size: UInt32(MemoryLayout<tessera_tile_type>.size), role: TESSERA_ROLE_STEP, flags: 0, max_batch: 0,
        max_in_flight: 0, reserved: 0, timeout_us: 0, id: text(id), title: text("Zoo: trap"),
        config_schema: text(
            #"{"type":"object","properties":{"sin":{"type":"boolean"}},"additionalProperties":false,"examples":[{}]}"#))
])
private let types = Static<UnsafePointer<tessera_tile_type>?>([UnsafePointer(type.pointer)])

private let tiles = Static([
    tessera_tile_interface(
        size: UInt32(MemoryLayout<tessera_tile_interface>.size), type_count: 1, types: UnsafePointer(types.pointer),
        open: { _, config, _, _, instance in
            let bytes = UnsafeRawBufferPointer(start: config.data, count: config.length)
            let sins = String(decoding: bytes, as: UTF8.self).contains("true")
            instance?.pointee = sins ? UnsafeMutableRawPointer(bitPattern: 1) : nil
            return 0
        },
        close: { _, _ in },
        branches: { _, _, names in
            names?.pointee = UnsafePointer(branches.pointer)
            return 2
        },
        columns: { _, _, names in
            names?.pointee = UnsafePointer(member.pointer)
            return 1
        },
        run: { _, instance, schema, batch, call in
            guard let batch, let call, let schema else { return 1 }
            for row in 0..<batch.pointee.length {
                let key = tessera_text(batch, tessera_column(schema, "$member"), row)
                let bytes = Array(UnsafeRawBufferPointer(start: key.data, count: key.length))
                if instance != nil || bytes.starts(with: "poison".utf8) { return Int32(bytes[bytes.count]) }
                var outcome = tessera_outcome(
                    row: UInt32(row), kind: UInt8(TESSERA_ADVANCE), flags: 0, branch: UInt16((bytes.last ?? 0) & 1),
                    time_us: 0, error: nil)
                call.pointee.report?(call, &outcome, 1)
            }
            return 0
        })
])

private let plugin = Static([
    tessera_plugin(
        size: UInt32(MemoryLayout<tessera_plugin>.size), abi_minor: UInt32(TESSERA_ABI_MINOR), id: text(id),
        version: text("1.0.0"), toolchain: text("swift-6.3.1"), start: { _ in 0 }, retire: {},
        interface: { id in
            guard let id, String(cString: id) == TESSERA_INTERFACE_TILE else { return nil }
            return UnsafeRawPointer(tiles.pointer)
        })
])

@c @implementation
public func tessera_plugin_v1() -> UnsafePointer<tessera_plugin>? { UnsafePointer(plugin.pointer) }
