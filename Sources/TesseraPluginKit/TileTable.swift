import CTessera

/// The C side of tiles: one table whose functions find the Swift type by its id and the instance behind its pointer.
enum TileTable {
    static func interface(_ tiles: [any TilePlugin.Type]) -> tessera_tile_interface {
        let types: [UnsafePointer<tessera_tile_type>?] = tiles.map { Immortal.value(cType($0.type)) }
        return tessera_tile_interface(
            size: UInt32(MemoryLayout<tessera_tile_interface>.size), type_count: UInt32(types.count),
            types: Immortal.list(types),
            open: { type, config, schema, call, instance in
                guard let id = type?.pointee.id, let call, let instance else { return 1 }
                return TileTable.open(id, OpenCall(call, schema: schema), config, instance)
            },
            close: { _, instance in
                if let instance { Unmanaged<TileInstance>.fromOpaque(instance).release() }
            },
            branches: { _, instance, names in TileTable.list(TileTable.instance(instance)?.branches, names) },
            columns: { _, instance, names in TileTable.list(TileTable.instance(instance)?.columns, names) },
            run: { _, instance, schema, array, call in
                guard let instance = TileTable.instance(instance), let schema, let array, let call else { return 1 }
                return TileTable.run(instance.tile, Batch(schema: schema, array: array), TileCall(call))
            })
    }

    private static func cType(_ type: TileType) -> tessera_tile_type {
        tessera_tile_type(
            size: UInt32(MemoryLayout<tessera_tile_type>.size), role: type.role.rawValue, flags: type.flags.rawValue,
            max_batch: type.maxBatch, max_in_flight: type.maxInFlight, reserved: 0, timeout_us: type.timeout,
            id: Immortal.text(type.id), title: Immortal.text(type.title), config_schema: Immortal.text(type.schema))
    }

    private static func open(
        _ id: UnsafePointer<CChar>, _ call: OpenCall, _ config: tessera_str,
        _ instance: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> Int32 {
        let id = String(cString: id)
        guard let type = Plugin.current?.tiles.first(where: { $0.type.id == id }) else {
            return call.refuse([ConfigProblem("", "this plugin has no tile of type '\(id)'")])
        }
        switch ConfigReader.open(config, { type.init(config: $0, open: call) }) {
        case .success(let tile):
            instance.pointee = Unmanaged.passRetained(TileInstance(tile, type.type)).toOpaque()
            return 0
        case .failure(let refusal):
            return call.refuse(refusal.problems)
        }
    }

    private static func run(_ tile: any TilePlugin, _ batch: Batch, _ call: TileCall) -> Int32 {
        do {
            try tile.run(batch, call)
            return 0
        } catch {
            Host.log(.error, "tile '\(call.tileID)' failed on \(batch.count) rows: \(error)")
            return 1
        }
    }

    private static func instance(_ pointer: UnsafeMutableRawPointer?) -> TileInstance? {
        pointer.map { Unmanaged<TileInstance>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func list(
        _ names: NameList?, _ out: UnsafeMutablePointer<UnsafePointer<tessera_str>?>?
    ) -> Int {
        out?.pointee = names?.pointer
        return names?.count ?? 0
    }
}

/// An opened tile with its lists in C form.
private final class TileInstance {
    let tile: any TilePlugin
    let branches: NameList
    let columns: NameList

    init(_ tile: any TilePlugin, _ type: TileType) {
        self.tile = tile
        branches = NameList(tile.branches ?? (type.role == .exit ? [] : ["next"]))
        columns = NameList(tile.columns)
    }
}
