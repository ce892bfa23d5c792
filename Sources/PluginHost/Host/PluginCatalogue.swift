import Columns
import Journeys

/// What is loaded at one moment, or would be after a change: types, and the way to open configs of them. A value that
/// stays as it is while plugins are swapped; don't keep it, or nothing that is replaced can retire. Any thread.
public struct PluginCatalogue: Sendable {
    let registry: PluginRegistry
    let cache: InstanceCache
    /// Counts the changes of what is loaded: two catalogues of one host with the same number are equal.
    public let epoch: Int

    /// The tile type of that id; nil when no loaded plugin provides it.
    public func tileType(_ id: String) -> TileTypeInfo? { registry.tiles[id]?.info }

    /// The connector type of that id; nil when no loaded plugin provides it.
    public func connectorType(_ id: String) -> ConnectorTypeInfo? { registry.connectors[id]?.info }

    /// Opens a tile's config, or finds it open: instances are kept per generation, type, config and schema. Blocks while
    /// the plugin opens; not for reactor threads.
    ///
    /// - Parameters:
    ///   - id: the tile type, as the journey names it.
    ///   - config: without the engine's own fields (`reentry`, `advance`, `pause_clock`, `path`).
    ///   - schema: the columns of the parent model; nil: names and types of columns go unchecked.
    /// - Returns: the instance, or problems with pointers into the config.
    public func openTile(
        type id: String, config: JSON, schema: BatchSchema?, workspaceID: String, journeyID: String
    ) -> Result<TileInstance, OpenFailure> {
        guard let entry = registry.tiles[id] else {
            return .failure(OpenFailure("no loaded plugin provides the tile type '\(id)'"))
        }
        let key = InstanceCache.Key(generation: entry.generation, type: id, config: config, schema: schema)
        if let instance = cache.instance(key), entry.generation.quarantineReason == nil { return .success(instance) }
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
        guard let entry = registry.connectors[id] else {
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

    /// The plugins that are stopped, by id.
    public func quarantines() -> [PluginQuarantine] {
        registry.generations.values.compactMap { generation in
            generation.quarantineReason.map { PluginQuarantine(pluginID: generation.image.id, reason: $0) }
        }.sorted { $0.pluginID < $1.pluginID }
    }

    /// The types that a plugin provides.
    public func types(of pluginID: String) -> (tiles: Set<String>, connectors: Set<String>) {
        let image = registry.generations[pluginID]?.image
        return (Set(image?.tileTypes.map(\.id) ?? []), Set(image?.connectorTypes.map(\.id) ?? []))
    }
}

/// A plugin that is stopped because it crashed too often.
public struct PluginQuarantine: Sendable, Hashable, CustomStringConvertible {
    public var pluginID: String
    public var reason: String

    public init(pluginID: String, reason: String) {
        self.pluginID = pluginID
        self.reason = reason
    }

    /// Whether a text tells of a quarantine, of whatever plugin.
    public static func isMentioned(in text: String) -> Bool { text.contains("' is in quarantine: ") }

    /// A sentence for people, with the remedy.
    public var description: String {
        "The plugin '\(pluginID)' is in quarantine: \(reason). Reload it to try again, or load another version of it"
    }
}
