/// Edges to branches, as DESIGN.md 4 "Edges and branches" tells.
extension JourneyGraph {
    /// For each branch of a tile where it leads (nil: the end of the journey); nil when the tile's branches are unknown.
    mutating func bindBranches(of index: Int) -> [Int?]? {
        let id = tiles[index].id
        guard indices[id] == index, let shape = shapes[id] else { return nil }
        var next = [Int?](repeating: nil, count: shape.branches.count)
        var labelled: Set<Int> = []
        let outgoing = links.filter { $0.from == index }

        for link in outgoing {
            guard let name = link.branch else { continue }
            guard let branch = shape.branches.firstIndex(of: name) else {
                let has = shape.branches.isEmpty ? "none" : shape.branches.joined(separator: ", ")
                report("Tile '\(id)' has no branch '\(name)' (its branches: \(has))")
                continue
            }
            guard labelled.insert(branch).inserted else {
                report("Tile '\(id)' has two edges on branch '\(name)'")
                continue
            }
            next[branch] = link.to
        }

        let free = shape.branches.indices.filter {
            !labelled.contains($0) && shape.branches[$0] != TileShape.failedBranch
        }
        let unlabelled = outgoing.filter { $0.branch == nil }
        for (branch, link) in zip(free, unlabelled) { next[branch] = link.to }
        if unlabelled.count > free.count {
            let edges = outgoing.count { $0.branch != TileShape.failedBranch }
            let branches = shape.branches.count { $0 != TileShape.failedBranch }
            report(
                "Tile '\(id)' has \(edges) outgoing edge\(edges == 1 ? "" : "s") for "
                    + "\(branches) branch\(branches == 1 ? "" : "es")")
        }
        return next
    }
}
