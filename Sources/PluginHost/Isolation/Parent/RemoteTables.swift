import CTessera
import Glibc

/// C tables of a plugin that lives in another process: the same content, functions that go there. Valid while this object
/// lives; whoever holds an instance holds it.
///
/// Sendable without a check because it is written in `init` only.
final class RemoteTables: @unchecked Sendable {
    let plugin: RemotePlugin
    let tiles: UnsafePointer<tessera_tile_interface>?
    let connectors: UnsafePointer<tessera_connector_interface>?

    private let tileTypes: [RemoteType<tessera_tile_type>]
    private let connectorTypes: [RemoteType<tessera_connector_type>]
    private var memory: [UnsafeMutableRawPointer] = []

    init(_ plugin: RemotePlugin) {
        self.plugin = plugin
        var texts: [UnsafeMutableRawPointer] = []
        func lend(_ text: String) -> UnsafePointer<CChar>? {
            guard let copy = strdup(text) else { return nil }
            texts.append(copy)
            return UnsafePointer(copy)
        }
        let description = plugin.description
        tileTypes = description.tiles.enumerated().map { index, type in
            RemoteType(plugin, index, isAsync: type.flags & TESSERA_TILE_ASYNC != 0) {
                tessera_tile_type(
                    size: UInt32(MemoryLayout<tessera_tile_type>.size), role: type.role, flags: type.flags,
                    max_batch: type.maxBatch, max_in_flight: type.maxInFlight, reserved: 0,
                    timeout_us: type.timeoutUs, id: lend(type.id), title: lend(type.title),
                    config_schema: lend(type.schema))
            }
        }
        connectorTypes = description.connectors.enumerated().map { index, type in
            RemoteType(plugin, index, isAsync: false) {
                tessera_connector_type(
                    size: UInt32(MemoryLayout<tessera_connector_type>.size), max_rows: type.maxRows, id: lend(type.id),
                    title: lend(type.title), config_schema: lend(type.schema))
            }
        }
        tiles = tileTypes.isEmpty ? nil : Self.interface(tileTypes, &texts, RemoteTables.tileFunctions)
        connectors =
            connectorTypes.isEmpty ? nil : Self.interface(connectorTypes, &texts, RemoteTables.connectorFunctions)
        memory = texts
    }

    deinit { memory.forEach { free($0) } }

    /// The interface over a list of types. Both are freed with the texts.
    private static func interface<Table, Interface>(
        _ types: [RemoteType<Table>], _ memory: inout [UnsafeMutableRawPointer],
        _ make: (UInt32, UnsafePointer<UnsafePointer<Table>?>) -> Interface
    ) -> UnsafePointer<Interface>? {
        let size = MemoryLayout<UnsafePointer<Table>?>.stride * types.count
        guard let list = malloc(size), let place = malloc(MemoryLayout<Interface>.size) else { return nil }
        memory += [list, place]
        let pointers = list.bindMemory(to: UnsafePointer<Table>?.self, capacity: types.count)
        for (index, type) in types.enumerated() { (pointers + index).initialize(to: type.pointer) }
        let interface = place.bindMemory(to: Interface.self, capacity: 1)
        interface.initialize(to: make(UInt32(types.count), UnsafePointer(pointers)))
        return UnsafePointer(interface)
    }
}

/// One type of an isolated plugin behind its C table: how the table's functions find whom to ask.
///
/// Sendable without a check because it is written in `init` only.
final class RemoteType<Table>: @unchecked Sendable {
    let plugin: RemotePlugin
    let index: Int
    let isAsync: Bool
    private var table: LentTable<Table, RemoteType<Table>>?

    init(_ plugin: RemotePlugin, _ index: Int, isAsync: Bool, _ table: () -> Table) {
        self.plugin = plugin
        self.index = index
        self.isAsync = isAsync
        self.table = LentTable(table(), owner: self)
    }

    var pointer: UnsafePointer<Table>? { table?.pointer }

    static func of(_ table: UnsafePointer<Table>?) -> RemoteType<Table>? {
        table.map { LentTable<Table, RemoteType<Table>>.owner(of: $0) }
    }

    /// Opens a config in the plugin's process and hands its problems on.
    func open(
        _ kind: FrameKind, _ config: tessera_str, _ schema: UnsafePointer<ArrowSchema>?,
        _ call: UnsafePointer<tessera_open_call>, _ instance: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> Int32 {
        var body = WireWriter()
        body.integer(UInt32(index))
        body.text(config)
        body.text(call.pointee.workspace_id)
        body.text(call.pointee.owner_id)
        SchemaWire.write(schema, to: &body)
        do throws(ProcessGone) {
            let (answer, process) = try plugin.open(kind, body.bytes)
            for problem in answer.problems { tell(problem.pointer, problem.message, call) }
            guard answer.status == 0, answer.problems.isEmpty else { return answer.status == 0 ? 1 : answer.status }
            let opened = RemoteInstance(
                plugin, isAsync: isAsync, kind: kind, body: body.bytes, answer, in: process)
            instance.pointee = Unmanaged.passRetained(opened).toOpaque()
            return 0
        } catch {
            tell("", "the plugin '\(plugin.id)' \(error.reason)", call)
            return 1
        }
    }

    private func tell(_ pointer: String, _ message: String, _ call: UnsafePointer<tessera_open_call>) {
        pointer.withBorrowed { pointer in
            message.withBorrowed { message in call.pointee.problem?(call, pointer, message) }
        }
    }
}

extension RemoteInstance {
    static func of(_ raw: UnsafeMutableRawPointer?) -> RemoteInstance? {
        raw.map { Unmanaged<RemoteInstance>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The gateway's `close`.
    static func close(_ raw: UnsafeMutableRawPointer?) {
        guard let raw else { return }
        Unmanaged<RemoteInstance>.fromOpaque(raw).takeRetainedValue().close()
    }

    static func lend(_ names: LentNames?, to list: UnsafeMutablePointer<UnsafePointer<tessera_str>?>?) -> Int {
        list?.pointee = names?.pointer
        return names?.count ?? 0
    }
}
