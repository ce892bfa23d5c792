/// The structural check of a journey and the plan that comes of it.
///
/// Pure and deterministic: the same tiles and edges give the same errors in the same order.
public struct JourneyGraph {
    let tiles: [Tile]
    let shapes: [String: TileShape]
    /// First tile of each id.
    let indices: [String: Int]
    /// Edges whose ends are both known, as tile indices.
    private(set) var links: [Link] = []
    private(set) var errors: [String] = []

    struct Link {
        var from: Int
        var to: Int
        var branch: String?
    }

    /// Checks the graph and resolves it.
    /// - Parameters:
    ///   - shapes: by tile id, for every tile whose type a loaded plugin provides and whose config opened. A tile
    ///     without one counts as a step with unknown branches: the caller reports it, and no plan is made.
    /// - Returns: the errors as `/validate` shows them; the plan when there are none and every tile has its shape.
    public static func build(
        tiles: [Tile], edges: [Edge], shapes: [String: TileShape]
    ) -> (errors: [String], plan: JourneyPlan?) {
        var graph = JourneyGraph(tiles: tiles, shapes: shapes)
        graph.checkIDs()
        graph.link(edges)
        graph.checkEntry()
        graph.checkOrphans()
        let next = tiles.indices.map { graph.bindBranches(of: $0) }
        let order = graph.topologicalOrder()
        if order == nil { graph.errors.append(graph.cycleMessage()) }
        guard graph.errors.isEmpty, let order, let entry = graph.entries.first else { return (graph.errors, nil) }
        var nodes: [JourneyPlan.TileNode] = []
        for (index, tile) in tiles.enumerated() {
            guard let shape = shapes[tile.id], let next = next[index] else { return ([], nil) }
            nodes.append(
                JourneyPlan.TileNode(
                    id: tile.id, index: index, role: shape.role, sideEffects: shape.sideEffects,
                    branches: shape.branches, next: next))
        }
        return ([], JourneyPlan(tiles: nodes, order: order, entry: entry))
    }

    private init(tiles: [Tile], shapes: [String: TileShape]) {
        self.tiles = tiles
        self.shapes = shapes
        indices = Dictionary(tiles.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private var entries: [Int] { tiles.indices.filter { shapes[tiles[$0].id]?.role == .entry } }

    mutating func report(_ error: String) { errors.append(error) }

    private mutating func checkIDs() {
        var seen: Set<String> = []
        var told: Set<String> = []
        for tile in tiles where !seen.insert(tile.id).inserted && told.insert(tile.id).inserted {
            errors.append("Tile id '\(tile.id)' is used more than once")
        }
    }

    private mutating func link(_ edges: [Edge]) {
        for edge in edges {
            if let from = indices[edge.from], let to = indices[edge.to] {
                links.append(Link(from: from, to: to, branch: edge.branch))
                continue
            }
            for end in [edge.from, edge.to] where indices[end] == nil {
                errors.append("Edge from '\(edge.from)' to '\(edge.to)' references unknown tile '\(end)'")
                if edge.from == edge.to { break }
            }
        }
    }

    private mutating func checkEntry() {
        let entries = entries
        if entries.count != 1 { errors.append("Orchestration must have exactly one entry tile") }
        for entry in entries where links.contains(where: { $0.to == entry }) {
            errors.append("Entry tile '\(tiles[entry].id)' can't have incoming edges")
        }
    }

    private mutating func checkOrphans() {
        let reached = Set(links.map(\.to))
        for (index, tile) in tiles.enumerated()
        where indices[tile.id] == index && !reached.contains(index) && shapes[tile.id]?.role != .entry {
            errors.append("Tile '\(tile.id)' has no incoming edges and is not an entry tile")
        }
    }
}
