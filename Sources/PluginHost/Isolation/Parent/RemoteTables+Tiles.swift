import CTessera

extension RemoteTables {
    /// `tessera.tile/1` of an isolated plugin.
    static func tileFunctions(
        _ count: UInt32, _ types: UnsafePointer<UnsafePointer<tessera_tile_type>?>
    ) -> tessera_tile_interface {
        tessera_tile_interface(
            size: UInt32(MemoryLayout<tessera_tile_interface>.size), type_count: count, types: types,
            open: { type, config, schema, call, instance in
                guard let type = RemoteType.of(type), let call, let instance else { return -1 }
                return type.open(.openTile, config, schema, call, instance)
            },
            close: { _, instance in RemoteInstance.close(instance) },
            branches: { _, instance, names in RemoteInstance.lend(RemoteInstance.of(instance)?.branches, to: names) },
            columns: { _, instance, names in RemoteInstance.lend(RemoteInstance.of(instance)?.columns, to: names) },
            run: { type, instance, schema, batch, call in
                guard let type = RemoteType.of(type), let instance = RemoteInstance.of(instance), let schema, let batch,
                    let call
                else { return -1 }
                return type.plugin.run(instance, schema, batch, call)
            })
    }
}
