import Store

/// What one commit writes.
extension Mover {
    /// The rows that changed since the last commit, and what they change in the counters.
    /// - Parameter tileNumbers: the store's number of each tile of the plan.
    func changes(tileNumbers: [Int32]) -> (rows: [MemberRows], counters: CounterDeltas, isEmpty: Bool) {
        var counters = CounterDeltas()
        let new = MemberRows(capacity: 0, isNew: true)
        let moved = MemberRows(capacity: 0)
        for rows in [new, moved] { rows.keepsPaths = kinds != nil }
        let upperBound = dirtyCargos.reduce(0) { $0 + $1.batch.count }
        if let first = dirtyCargos.first {
            (first.isNew.contains(where: { $0 }) ? new : moved).reserve(rows: upperBound, keyBytes: 0)
        }
        for cargo in dirtyCargos { collect(cargo, new, moved, &counters, tileNumbers) }
        for (index, tile) in tally.tiles.enumerated() {
            if tile.arrived > 0 { counters.add(tile: tileNumbers[index], .entered, by: tile.arrived) }
            for (branch, count) in tile.branches.enumerated() where count > 0 {
                counters.add(tile: tileNumbers[index], branch: plan.tiles[index].branches[branch], by: count)
            }
        }
        let rows = [new, moved].filter { !$0.isEmpty }
        return (rows, counters, rows.isEmpty && counters.isEmpty)
    }

    private func collect(
        _ cargo: Cargo, _ new: MemberRows, _ moved: MemberRows, _ counters: inout CounterDeltas,
        _ tileNumbers: [Int32]
    ) {
        for row in 0..<cargo.batch.count where cargo.dirty[row] {
            cargo.dirty[row] = false
            let number = cargo.tile[row] >= 0 ? tileNumbers[Int(cargo.tile[row])] : cargo.origin[row]
            let rows = cargo.isNew[row] ? new : moved
            // Who had left and changes now has come again.
            if cargo.originStatus[row] != .active { rows.reenters = true }
            rows.append(
                key: cargo.keys[row], entry: cargo.entry[row], status: cargo.status[row], tile: number,
                state: cargo.state[row], arrivedAt: cargo.arrivedAt[row], wake: cargo.wake[row],
                attempt: cargo.attempt[row], firstAttemptAt: cargo.firstAttemptAt[row],
                generation: cargo.generation[row], enteredAt: cargo.enteredAt[row], leftAt: cargo.leftAt[row],
                reason: cargo.reason[row], steps: cargo.trail.bytes(cargo.way[row]))
            cargo.way[row] = Trail.none
            if !cargo.errors.isEmpty, let error = cargo.errors[Int32(row)] { rows.setError(error) }
            if cargo.origin[row] != Cargo.nowhere {
                counters.count(
                    tile: cargo.origin[row], status: cargo.originStatus[row], state: cargo.originState[row], by: -1)
            }
            counters.count(tile: number, status: cargo.status[row], state: cargo.state[row], by: 1)
            cargo.origin[row] = number
            cargo.originStatus[row] = cargo.status[row]
            cargo.originState[row] = cargo.state[row]
            cargo.isNew[row] = false
        }
    }
}
