import Columns
import Journeys
import Synchronization

extension PluginHost {
    /// What is loaded now.
    public func catalogue() -> PluginCatalogue {
        registry.withLock { PluginCatalogue(registry: $0.present, cache: cache, epoch: $0.epoch) }
    }

    /// Counts the changes of what is loaded. Costs one load: whoever keeps instances asks it now and then.
    public var epoch: Int { changes.load(ordering: .acquiring) }

    /// Opens a tile's config in what is loaded now: see `PluginCatalogue.openTile`.
    public func openTile(
        type id: String, config: JSON, schema: BatchSchema?, workspaceID: String, journeyID: String
    ) -> Result<TileInstance, OpenFailure> {
        settled {
            $0.openTile(type: id, config: config, schema: schema, workspaceID: workspaceID, journeyID: journeyID)
        }
    }

    /// Opens a destination's config in what is loaded now: see `PluginCatalogue.openConnector`.
    public func openConnector(
        type id: String, config: JSON, workspaceID: String, destinationID: String
    ) -> Result<ConnectorInstance, OpenFailure> {
        settled {
            $0.openConnector(type: id, config: config, workspaceID: workspaceID, destinationID: destinationID)
        }
    }

    /// A generation may be replaced and retire between the look at it and the call: then the next one is asked.
    private func settled<Success>(
        _ open: (PluginCatalogue) -> Result<Success, OpenFailure>
    ) -> Result<Success, OpenFailure> {
        while true {
            let catalogue = catalogue()
            let result = open(catalogue)
            if case .failure = result, epoch != catalogue.epoch { continue }
            return result
        }
    }

    /// Whether an instance is of the generation in use; if not, open its config anew.
    public func isCurrent(_ instance: ConnectorInstance) -> Bool {
        registry.withLock { $0.present.connectors[instance.type.id]?.generation === instance.owner }
    }

    /// The same for a tile.
    public func isCurrent(_ instance: TileInstance) -> Bool {
        registry.withLock { $0.present.tiles[instance.type.id]?.generation === instance.owner }
    }
}
