/// What is loaded at one moment: each plugin id's generation and the types that they provide. A value: a copy stays as it
/// is while the host goes on.
struct PluginRegistry: Sendable {
    // The tables in both are static memory of the plugin.
    struct TileEntry: @unchecked Sendable {
        let info: TileTypeInfo
        let type: PluginImage.TileType
        let generation: PluginGeneration
    }
    struct ConnectorEntry: @unchecked Sendable {
        let info: ConnectorTypeInfo
        let type: PluginImage.ConnectorType
        let generation: PluginGeneration
    }

    private(set) var generations: [String: PluginGeneration] = [:]
    private(set) var tiles: [String: TileEntry] = [:]
    private(set) var connectors: [String: ConnectorEntry] = [:]
    private(set) var transport: PluginGeneration?

    /// Lets a generation take the place of its plugin id's present one.
    mutating func put(_ generation: PluginGeneration) {
        let image = generation.image
        remove(image.id)
        generations[image.id] = generation
        for type in image.tileTypes {
            let info = TileTypeInfo(type, of: image, generation: generation.number)
            tiles[type.id] = TileEntry(info: info, type: type, generation: generation)
        }
        for type in image.connectorTypes {
            let info = ConnectorTypeInfo(type, of: image, generation: generation.number)
            connectors[type.id] = ConnectorEntry(info: info, type: type, generation: generation)
        }
        if image.hasTransport, transport == nil { transport = generation }
    }

    /// Takes a plugin out.
    mutating func remove(_ id: String) {
        guard let old = generations.removeValue(forKey: id) else { return }
        for type in old.image.tileTypes where tiles[type.id]?.generation === old { tiles[type.id] = nil }
        for type in old.image.connectorTypes where connectors[type.id]?.generation === old { connectors[type.id] = nil }
        if transport === old {
            // Another plugin may offer one too: the first by id.
            transport = generations.values.filter { $0.image.hasTransport }.min { $0.image.id < $1.image.id }
        }
    }

    /// Why a plugin can't come in: type ids are unique among all loaded plugins, and the first one keeps it.
    func conflict(with image: PluginImage) -> String? {
        for type in image.tileTypes {
            if let owner = tiles[type.id]?.info.pluginID, owner != image.id {
                return "the tile type '\(type.id)' is already provided by the plugin '\(owner)'"
            }
        }
        for type in image.connectorTypes {
            if let owner = connectors[type.id]?.info.pluginID, owner != image.id {
                return "the connector '\(type.id)' is already provided by the plugin '\(owner)'"
            }
        }
        return nil
    }
}
