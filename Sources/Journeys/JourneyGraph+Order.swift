extension JourneyGraph {
    /// Tile indices in topological order, the smallest index first where several could come; nil when there is a cycle.
    func topologicalOrder() -> [Int]? {
        var incoming = [Int](repeating: 0, count: tiles.count)
        for link in links { incoming[link.to] += 1 }
        let successors = successors()
        // A journey has a few thousand tiles at the most: a sorted list does for a queue.
        var ready = tiles.indices.filter { incoming[$0] == 0 }
        var order: [Int] = []
        order.reserveCapacity(tiles.count)
        while !ready.isEmpty {
            let tile = ready.removeFirst()
            order.append(tile)
            for successor in successors[tile] {
                incoming[successor] -= 1
                guard incoming[successor] == 0 else { continue }
                let place = ready.firstIndex { $0 > successor } ?? ready.endIndex
                ready.insert(successor, at: place)
            }
        }
        return order.count == tiles.count ? order : nil
    }

    /// Names one cycle, starting at its tile that comes first in the journey: `Tiles form a cycle: a → b → a`.
    /// Only to be asked when there is one.
    func cycleMessage() -> String {
        var cycle = findCycle()
        if let first = cycle.indices.min(by: { cycle[$0] < cycle[$1] }) {
            cycle = Array(cycle[first...] + cycle[..<first])
            cycle.append(cycle[0])
        }
        return "Tiles form a cycle: " + cycle.map { tiles[$0].id }.joined(separator: " → ")
    }

    private func successors() -> [[Int]] {
        var successors = [[Int]](repeating: [], count: tiles.count)
        for link in links { successors[link.from].append(link.to) }
        return successors
    }

    /// Depth first without recursion; the first tile met again while it is on the path closes a cycle.
    private func findCycle() -> [Int] {
        let successors = successors()
        var position = [Int?](repeating: nil, count: tiles.count)  // place on the path
        var done = [Bool](repeating: false, count: tiles.count)
        for start in tiles.indices where !done[start] {
            var path = [(tile: start, next: 0)]
            position[start] = 0
            while let (tile, next) = path.last {
                if next == successors[tile].count {
                    done[tile] = true
                    position[tile] = nil
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let successor = successors[tile][next]
                if let place = position[successor] { return path[place...].map(\.tile) }
                if !done[successor] {
                    position[successor] = path.count
                    path.append((successor, 0))
                }
            }
        }
        return []
    }
}
