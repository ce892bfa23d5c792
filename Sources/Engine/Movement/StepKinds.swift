import Store

/// The numbers of a journey's kinds of steps in one run: the only writer of paths. Belongs to the thread of its run.
struct StepKinds {
    /// Not in the store yet, in the order of their numbers.
    private(set) var new: [(number: Int32, kind: StepKind)] = []
    /// A few for each tile. Those of other generations are looked at once a batch at most.
    private var byTile: [[(number: Int32, kind: StepKind)]]
    /// Those of tiles that an edit removed.
    private var removed: [(number: Int32, kind: StepKind)]
    private let tileNumbers: [Int32]
    private var next: Int32

    /// - Parameters:
    ///   - known: all that the store has.
    ///   - tileNumbers: the store's number of each tile of the plan.
    init(known: [(number: Int32, kind: StepKind)], tileNumbers: [Int32]) {
        self.tileNumbers = tileNumbers
        next = (known.map(\.number).max() ?? 0) + 1
        byTile = tileNumbers.map { tile in known.filter { $0.kind.tile == tile } }
        removed = known.filter { !tileNumbers.contains($0.kind.tile) }
    }

    /// - Parameter tile: an index of the plan.
    mutating func number(tile: Int, branch: String?, plugin: String, generation: Int32) -> Int32 {
        let kind = StepKind(tile: tileNumbers[tile], branch: branch, plugin: plugin, generation: generation)
        // The newest generation is asked for most.
        if let known = byTile[tile].last(where: { $0.kind == kind }) { return known.number }
        let number = add(kind)
        byTile[tile].append((number, kind))
        return number
    }

    /// Of who leaves a removed tile by no branch. Its plugin is the one that others left it under, if any has.
    /// - Parameter tile: the tile's number.
    mutating func number(removed tile: Int32, generation: Int32) -> Int32 {
        let same = removed.filter { $0.kind.tile == tile && $0.kind.generation == generation }
        if let known = same.first(where: { $0.kind.branch == nil }) { return known.number }
        let plugin = same.last?.kind.plugin ?? ""
        let kind = StepKind(
            tile: tile, branch: nil, plugin: plugin, generation: plugin.isEmpty ? 0 : generation)
        if let known = removed.first(where: { $0.kind == kind }) { return known.number }
        let number = add(kind)
        removed.append((number, kind))
        return number
    }

    private mutating func add(_ kind: StepKind) -> Int32 {
        let number = next
        next += 1
        new.append((number, kind))
        return number
    }

    /// What was new is in the store.
    mutating func committed() { new.removeAll(keepingCapacity: true) }
}
