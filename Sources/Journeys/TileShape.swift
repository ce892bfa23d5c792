/// The place of a tile type in the graph. Decided by its plugin, never by the type's name.
public enum TileRole: String, Sendable, Hashable {
    /// Members start here: one per journey, nothing leads to it.
    case entry
    case step
    /// Members end here: no branches.
    case exit
}

/// What the graph must know of a configured tile: its role and the branches that edges can bind to.
public struct TileShape: Sendable, Hashable {
    /// The branch of a tile with side effects for members that failed for good.
    public static let failedBranch = "failed"

    public var role: TileRole
    /// In the plugin's order, `failed` last when the tile has side effects. Outcomes carry indices into this list.
    public var branches: [String]
    /// The tile touches the world: arrivals are committed before it is called.
    public var sideEffects: Bool

    public init(role: TileRole, branches: [String], sideEffects: Bool = false) {
        self.role = role
        self.branches = branches
        self.sideEffects = sideEffects
    }
}
