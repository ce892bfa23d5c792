import Columns
import Journeys

extension PluginHost {
    /// Opens a tile's config, or finds it open: instances are kept per generation, type, config and schema. Blocks while
    /// the plugin opens; not for reactor threads.
    ///
    /// - Parameters:
    ///   - id: the tile type, as the journey names it.
    ///   - config: without the engine's own fields (`reentry`, `advance`, `pause_clock`).
    ///   - schema: the columns of the parent model; nil: names and types of columns go unchecked.
    /// - Returns: the instance, or problems with pointers into the config.
    public func openTile(
        type id: String, config: JSON, schema: BatchSchema?, workspaceID: String, journeyID: String
    ) -> Result<TileInstance, OpenFailure> {
        guard let entry = registry.withLock({ $0.tiles[id] }) else {
            return .failure(OpenFailure("no loaded plugin provides the tile type '\(id)'"))
        }
        let key = InstanceCache.Key(generation: entry.generation, type: id, config: config, schema: schema)
        if let instance = cache.instance(key) { return .success(instance) }
        do throws(OpenFailure) {
            let instance = try entry.generation.openTile(
                entry.type, info: entry.info, config: config, schema: schema, workspaceID: workspaceID,
                journeyID: journeyID)
            return .success(cache.keep(instance, key))
        } catch {
            return .failure(error)
        }
    }

    /// Opens a destination's config with fresh tokens in place of its secrets. Not cached: hold the instance for as long
    /// as the destination stays as it is. Blocks while the plugin opens; not for reactor threads.
    ///
    /// - Parameter config: with the secrets in place.
    /// - Returns: the instance, or problems with pointers into the config.
    public func openConnector(
        type id: String, config: JSON, workspaceID: String, destinationID: String
    ) -> Result<ConnectorInstance, OpenFailure> {
        guard let entry = registry.withLock({ $0.connectors[id] }) else {
            return .failure(OpenFailure("no loaded plugin provides the connector '\(id)'"))
        }
        do throws(OpenFailure) {
            let tokens = try TokenConfig(config, marks: entry.info.marks)
            return .success(
                try entry.generation.openConnector(
                    entry.type, info: entry.info, config: tokens, workspaceID: workspaceID,
                    destinationID: destinationID))
        } catch {
            return .failure(error)
        }
    }

    /// Whether an instance is of the generation in use; if not, open its config anew.
    public func isCurrent(_ instance: ConnectorInstance) -> Bool {
        registry.withLock { $0.connectors[instance.type.id]?.generation === instance.owner }
    }

    /// The same for a tile.
    public func isCurrent(_ instance: TileInstance) -> Bool {
        registry.withLock { $0.tiles[instance.type.id]?.generation === instance.owner }
    }
}
