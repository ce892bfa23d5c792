import Store

/// The numbers of a journey's kinds of steps in one run: the only writer of paths. Belongs to the thread of its run.
struct StepKinds {
    /// Not in the store yet, in the order of their numbers.
    private(set) var new: [(number: Int32, kind: StepKind)] = []
    /// A few for each tile. Those of other generations are looked at once a batch at most.
    private var byTile: [[(number: Int32, kind: StepKind)]]
    private let tileNumbers: [Int32]
    private var next: Int32

    /// - Parameters:
    ///   - known: all that the store has.
    ///   - tileNumbers: the store's number of each tile of the plan.
    init(known: [(number: Int32, kind: StepKind)], tileNumbers: [Int32]) {
        self.tileNumbers = tileNumbers
        next = (known.map(\.number).max() ?? 0) + 1
        byTile = tileNumbers.map { tile in known.filter { $0.kind.tile == tile } }
    }

    /// - Parameter tile: an index of the plan.
    mutating func number(tile: Int, branch: String?, plugin: String, generation: Int32) -> Int32 {
        let kind = StepKind(tile: tileNumbers[tile], branch: branch, plugin: plugin, generation: generation)
        // The newest generation is asked for most.
        if let known = byTile[tile].last(where: { $0.kind == kind }) { return known.number }
        let number = next
        next += 1
        byTile[tile].append((number, kind))
        new.append((number, kind))
        return number
    }

    /// What was new is in the store.
    mutating func committed() { new.removeAll(keepingCapacity: true) }
}
