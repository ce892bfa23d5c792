import Columns
import Journeys
import PluginHost
import Warehouse

/// A valid journey bound to its model and to open tile instances: what a run walks.
struct CompiledJourney: Sendable {
    var plan: JourneyPlan
    /// By index of the plan's tiles.
    var instances: [TileInstance]
    var model: ModelQuery
    var entryCriteria: BoundFilter?
    /// Nil: no one.
    var exitCriteria: BoundFilter?
    var rules: EntryRules
    /// The model columns that tiles read, without reserved ones; each once.
    var columns: [String]
    /// As the tiles' plugins got them, by index of the plan's tiles: to open them again on a newer generation.
    var configs: [JSON]
    /// By index of the plan's tiles.
    var tileRules: [TileRules]
    /// Of the catalogue that it was bound to.
    var epoch: Int

    /// For those who must not hold the instances open.
    var withoutInstances: CompiledJourney {
        var copy = self
        copy.instances = []
        return copy
    }

    /// The columns of every batch of a run: the member's key, then the attributes.
    var layout: [Column] {
        [Column(name: "$member", type: .string, nullable: false)]
            + columns.compactMap { name in
                model.columns.first { $0.name.utf8.elementsEqual(name.utf8) }
            }
    }
}
