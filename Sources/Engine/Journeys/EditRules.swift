import Journeys

/// What an edit of a journey does with the members at one of its tiles.
public enum EditEffect: Sendable, Hashable {
    case stay
    /// The tile is there with another type or config: who waits at it is handed to it at once.
    case configChanged
    /// The tile is gone: they arrive at this one as if they had left it.
    case skipForward(to: String)
    /// The tile is gone, and so is all that it led to.
    case leave
}

/// One rule for what edits mean for members: the run that carries an edit out follows it, and so does the answer to what an
/// edit would do.
struct EditRules: Sendable {
    /// A definition that runs may have worked on.
    struct Past: Sendable {
        var tiles: [String: Tile]
        /// For each tile those that it leads to, in the order of its branches.
        var ways: [String: [String]]

        init(_ journey: Journey, ways: [String: [String]]) {
            tiles = Dictionary(journey.tiles.map { ($0.id, $0) }) { first, _ in first }
            self.ways = ways
        }

        /// The first tile behind `tile` that `isThere`: along its first branch as far as that goes, then along the next ones.
        func next(after tile: String, where isThere: (String) -> Bool) -> String? {
            var seen: Set<String> = [tile]
            var ahead = Array((ways[tile] ?? []).reversed())
            while let id = ahead.popLast() {
                guard seen.insert(id).inserted else { continue }
                if isThere(id) { return id }
                ahead += (ways[id] ?? []).reversed()
            }
            return nil
        }
    }

    private let present: [String: Tile]
    private let worked: [Past]
    private let others: [Past]

    /// - Parameters:
    ///   - worked: what the last completed run worked on, then what runs since then did.
    ///   - others: where a tile is looked for that is in none of them.
    init(now journey: Journey, worked: [Past], others: [Past]) {
        present = Dictionary(journey.tiles.map { ($0.id, $0) }) { first, _ in first }
        self.worked = worked
        self.others = others
    }

    func effect(on id: String) -> EditEffect {
        guard let tile = present[id] else {
            let past = (worked + others).first { $0.tiles[id] != nil }
            return past?.next(after: id) { present[$0] != nil }.map { .skipForward(to: $0) } ?? .leave
        }
        let isSame = worked.allSatisfy { past in
            past.tiles[id].map { $0.config == tile.config && $0.type == tile.type } ?? true
        }
        return isSame ? .stay : .configChanged
    }
}

extension JourneyCompiler {
    /// For each tile those that it leads to, in the order of its branches. Of a journey that its plugins would not take any more:
    /// in the order of its edges, `failed` last.
    func ways(_ journey: Journey, workspaceID: String, journeyID: String) -> [String: [String]] {
        let catalogue = plugins.catalogue()
        var shapes: [String: TileShape] = [:]
        for tile in journey.tiles {
            guard let type = catalogue.tileType(tile.type) else { continue }
            let opened = catalogue.openTile(
                type: tile.type, config: type.withoutEngineFields(tile.config), schema: nil, workspaceID: workspaceID,
                journeyID: journeyID)
            if case .success(let instance) = opened { shapes[tile.id] = instance.shape }
        }
        if let plan = JourneyGraph.build(tiles: journey.tiles, edges: journey.edges, shapes: shapes).plan {
            return Dictionary(
                uniqueKeysWithValues: plan.tiles.map { ($0.id, $0.next.compactMap { $0.map { plan.tiles[$0].id } }) })
        }
        func isFailure(_ edge: Edge) -> Bool { edge.branch == TileShape.failedBranch }
        let edges = journey.edges.filter { !isFailure($0) } + journey.edges.filter(isFailure)
        return Dictionary(grouping: edges, by: \.from).mapValues { $0.map(\.to) }
    }
}
