import CTessera

/// The C tables of a plugin. Written once, never freed: the host keeps pointers to them for the life of the process.
struct PluginStorage: @unchecked Sendable {
    let table: UnsafePointer<tessera_plugin>
    let tiles: UnsafePointer<tessera_tile_interface>
    let connectors: UnsafePointer<tessera_connector_interface>

    init(id: String, version: String, tiles: [any TilePlugin.Type], connectors: [any ConnectorPlugin.Type]) {
        self.tiles = Immortal.value(TileTable.interface(tiles))
        self.connectors = Immortal.value(ConnectorTable.interface(connectors))
        table = Immortal.value(
            tessera_plugin(
                size: UInt32(MemoryLayout<tessera_plugin>.size), abi_minor: UInt32(TESSERA_ABI_MINOR),
                id: Immortal.text(id), version: Immortal.text(version), toolchain: Immortal.text(Toolchain.current),
                start: { host in
                    guard let host, let plugin = Plugin.current, Host.isUsable(host) else { return 1 }
                    return plugin.start(host)
                },
                retire: { Plugin.current?.retire() },
                interface: { id in
                    guard let id else { return nil }
                    return Plugin.current?.interface(String(cString: id))
                }))
    }
}
