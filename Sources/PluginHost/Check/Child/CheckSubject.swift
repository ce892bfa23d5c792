import Journeys

/// The plugin under test, mapped and started in this process.
struct CheckSubject {
    let session: CheckSession
    let image: PluginImage
    let host: CheckHost
    /// What the author gave with `--config`: tried on every type, or by type id.
    let config: JSON?

    /// The configs to use a type with: the author's, then those of its examples.
    func configs(of id: String, schema: JSON, entry: TileTypeInfo? = nil) -> [(what: String, config: JSON)] {
        var configs = (schema["examples"]?.arrayValue ?? []).enumerated().map { index, example in
            ("example \(index + 1)", example)
        }
        if let config {
            let ids = Set(image.tileTypes.map(\.id) + image.connectorTypes.map(\.id))
            let members = config.objectValue ?? [:]
            if members.isEmpty || !members.keys.allSatisfy(ids.contains) {
                configs.insert(("the given config", config), at: 0)
            } else if let own = members[id] {
                configs.insert(("the given config", own), at: 0)
            }
        }
        return configs.map { what, config in (what, entry?.withoutEngineFields(config) ?? config) }
    }

    func tile(_ id: String) -> PluginImage.TileType? { image.tileTypes.first { $0.id == id } }
    func connector(_ id: String) -> PluginImage.ConnectorType? { image.connectorTypes.first { $0.id == id } }

    /// An opened tile per config and model, as far as they open: what does not is the business of section "open".
    func openTiles(_ type: PluginImage.TileType) -> [(what: String, tile: TileSubject)] {
        let info = TileTypeInfo(type, of: image, generation: 1)
        return configs(of: type.id, schema: type.schema, entry: info).flatMap { open(type, $0, $1, models: .max) }
    }

    /// The first config that opens, on the likeliest model.
    func openTile(_ type: PluginImage.TileType) -> TileSubject? {
        let info = TileTypeInfo(type, of: image, generation: 1)
        for (what, config) in configs(of: type.id, schema: type.schema, entry: info) {
            if let (_, tile) = open(type, what, config, models: 1).first { return tile }
        }
        return nil
    }

    private func open(
        _ type: PluginImage.TileType, _ what: String, _ config: JSON, models: Int
    ) -> [(String, TileSubject)] {
        session.setUp("open with \(what)") {
            ModelGuess.models(image, type, config).prefix(models).compactMap { types in
                guard case .open(let tile) = TileSubject.open(image, type, config, types: types) else { return nil }
                let named = Set(types.values.map(\.rawValue)).sorted().joined(separator: ", ")
                let columns = tile.columns.filter { !$0.hasPrefix("$") }
                return (columns.isEmpty ? what : "\(what), columns of type \(named)", tile)
            }
        }
    }
}
