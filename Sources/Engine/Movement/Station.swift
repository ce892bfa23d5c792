import Columns
import Journeys
import PluginHost

/// One tile of the journey in one run: its instance, and how a cargo's columns become the batch that it asked for.
///
/// Belongs to the thread of its run.
final class Station {
    let index: Int
    let node: JourneyPlan.TileNode
    /// Of the generation that the tile's plugin had when it was last looked at; see `adopt`.
    private(set) var instance: TileInstance
    /// Members stop here durably before the call: it touches the world, or ends after the call has returned.
    let commitsArrival: Bool
    let rules: TileRules
    /// The branch of failed members, when an edge leaves by it.
    let failedBranch: Int?

    private let succession: Succession
    private let layout: [Column]
    private let defaultBatch: Int
    private var binding: ColumnBinding
    private var key: DeliveryKey

    var maximumBatch: Int { max(1, min(instance.type.maxBatch, defaultBatch)) }
    var maximumInFlight: Int { max(1, min(instance.type.maxInFlight, 64)) }
    /// Microseconds from the call to its deadline.
    var timeout: Int64 { instance.type.timeoutUs }

    /// - Parameters:
    ///   - succession: where newer instances of the tile come from.
    ///   - layout: the columns of every cargo of the run, `$member` first.
    init?(
        node: JourneyPlan.TileNode, instance: TileInstance, rules: TileRules, succession: Succession,
        layout: [Column],
        workspaceID: String, journeyID: String, defaultBatch: Int
    ) {
        guard let binding = ColumnBinding(instance.columns, layout: layout) else { return nil }
        index = node.index
        self.node = node
        self.instance = instance
        self.rules = rules
        self.succession = succession
        self.layout = layout
        self.defaultBatch = defaultBatch
        self.binding = binding
        commitsArrival = Station.commitsArrival(instance)
        failedBranch =
            node.sideEffects && node.next.last.map({ $0 != nil }) == true ? node.branches.count - 1 : nil
        key = DeliveryKey(workspaceID: workspaceID, journeyID: journeyID, tileID: node.id)
    }

    private static func commitsArrival(_ instance: TileInstance) -> Bool {
        instance.type.sideEffects || instance.type.isAsync
    }

    /// Takes up the plugin's newer generation, when there is one that fits the run: the same branches, and no column that
    /// its cargos lack. Else the run stays on the old one to its end. To be called between batches.
    func adopt() {
        guard let newer = succession.next(after: instance), newer.branches == node.branches,
            newer.type.sideEffects == node.sideEffects, Station.commitsArrival(newer) == commitsArrival,
            let binding = ColumnBinding(newer.columns, layout: layout)
        else { return }
        instance = newer
        self.binding = binding
    }

    /// The batch for these rows of a cargo: the columns that the tile named, in its order.
    func batch(_ parcel: Parcel) -> RecordBatch { binding.batch(parcel, key: &key) }
}
