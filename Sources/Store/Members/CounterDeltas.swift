/// What a tile counts. `active`, `completed`, `exited` and `failed` say where members are now (`failed` is part of `active`);
/// `entered` only grows.
public enum CounterKind: Int, Sendable, CaseIterable {
    case active, completed, exited, failed, entered
}

/// Changes of a journey's counters, summed up while a batch is worked on and written with it.
public struct CounterDeltas: Sendable {
    struct Branch: Sendable {
        var tile: Int32
        var name: String
        var count: Int64
    }
    /// `CounterKind.allCases.count` values for each tile number.
    var values: [Int64] = []
    var branches: [Branch] = []

    public init() {}

    public var isEmpty: Bool { branches.allSatisfy { $0.count == 0 } && values.allSatisfy { $0 == 0 } }

    public mutating func add(tile: Int32, _ kind: CounterKind, by count: Int = 1) {
        let index = Int(tile) * CounterKind.allCases.count + kind.rawValue
        if index >= values.count {
            let tiles = Int(tile) + 1
            values.append(contentsOf: repeatElement(0, count: tiles * CounterKind.allCases.count - values.count))
        }
        values[index] += Int64(count)
    }

    /// Counts members that left `tile` by a branch. Call it once for a batch and branch, not for a row.
    public mutating func add(tile: Int32, branch: String, by count: Int = 1) {
        let known = branches.firstIndex { $0.tile == tile && $0.name.utf8.elementsEqual(branch.utf8) }
        if let known {
            branches[known].count += Int64(count)
        } else {
            branches.append(Branch(tile: tile, name: branch, count: Int64(count)))
        }
    }

    public mutating func add(_ other: CounterDeltas) {
        if other.values.count > values.count {
            values.append(contentsOf: repeatElement(0, count: other.values.count - values.count))
        }
        for index in other.values.indices { values[index] += other.values[index] }
        for branch in other.branches { add(tile: branch.tile, branch: branch.name, by: Int(branch.count)) }
    }

    /// A tile's change of one kind.
    public func value(tile: Int32, _ kind: CounterKind) -> Int {
        let index = Int(tile) * CounterKind.allCases.count + kind.rawValue
        return index < values.count ? Int(values[index]) : 0
    }

    /// Takes a row out of (-1) or puts it into (+1) the counters of where members are. Moving a member is
    /// `count(old, -1)` and `count(new, +1)`; `entered` and branches are not touched.
    public mutating func count(tile: Int32, status: MemberStatus, state: MemberState, by count: Int) {
        switch status {
        case .active:
            add(tile: tile, .active, by: count)
            if state == .parked { add(tile: tile, .failed, by: count) }
        case .completed: add(tile: tile, .completed, by: count)
        case .exited: add(tile: tile, .exited, by: count)
        }
    }
}
