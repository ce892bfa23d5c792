import Columns
import Journeys
import PluginHost

/// Opens a tile's config again when its plugin has a newer generation. Belongs to the thread of its run.
final class Succession {
    private let plugins: PluginHost
    private let config: JSON
    private let schema: BatchSchema
    private let workspaceID: String
    private let journeyID: String
    /// What was loaded when it was last looked at.
    private var epoch: Int

    /// - Parameters:
    ///   - config: as the plugin gets it.
    ///   - epoch: from before the present instance was opened.
    init(
        plugins: PluginHost, config: JSON, schema: BatchSchema, workspaceID: String, journeyID: String, epoch: Int
    ) {
        self.plugins = plugins
        self.config = config
        self.schema = schema
        self.workspaceID = workspaceID
        self.journeyID = journeyID
        self.epoch = epoch
    }

    /// An instance of the generation in use now; nil when the given one is of that, or when it was refused before. Mostly
    /// costs one load; the instance is open already, since the swap's review has opened it.
    func next(after instance: TileInstance) -> TileInstance? {
        let now = plugins.epoch
        guard now != epoch else { return nil }
        epoch = now
        if plugins.isCurrent(instance) { return nil }
        return try? plugins.openTile(
            type: instance.type.id, config: config, schema: schema, workspaceID: workspaceID, journeyID: journeyID
        ).get()
    }
}
