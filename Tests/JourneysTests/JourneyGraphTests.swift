import Journeys
import TestSupport
import Testing

@Suite struct JourneyGraphTests {
    static let entry = TileShape(role: .entry, branches: ["next"])
    static let step = TileShape(role: .step, branches: ["next"])
    static let filter = TileShape(role: .step, branches: ["yes", "no"])
    static let split = TileShape(role: .step, branches: ["a", "b", "c"])
    static let sync = TileShape(role: .step, branches: ["next", "failed"], sideEffects: true)
    static let exit = TileShape(role: .exit, branches: [])

    /// Tiles as "id:shape", edges as "from>to" or "from>to:branch"; a tile without a shape is of an unknown type.
    static func build(_ tiles: String, _ edges: String) -> (errors: [String], plan: JourneyPlan?) {
        let kinds = ["entry": entry, "step": step, "filter": filter, "split": split, "sync": sync, "exit": exit]
        var shapes: [String: TileShape] = [:]
        let tiles = tiles.split(separator: " ").map { text -> Tile in
            let parts = text.split(separator: ":").map(String.init)
            if let shape = kinds[parts[1]], shapes[parts[0]] == nil { shapes[parts[0]] = shape }
            return Tile(id: parts[0], type: "any-" + parts[1])
        }
        let edges = edges.split(separator: " ").map { text -> Edge in
            let parts = text.split(whereSeparator: { $0 == ">" || $0 == ":" }).map(String.init)
            return Edge(from: parts[0], to: parts[1], branch: parts.count > 2 ? parts[2] : nil)
        }
        return JourneyGraph.build(tiles: tiles, edges: edges, shapes: shapes)
    }

    static let invalid: [(String, String, [String])] = [
        ("", "", ["Orchestration must have exactly one entry tile"]),
        (
            "a:step", "",
            [
                "Orchestration must have exactly one entry tile",
                "Tile 'a' has no incoming edges and is not an entry tile",
            ]
        ),
        ("e:entry f:entry", "", ["Orchestration must have exactly one entry tile"]),
        ("e:entry tile-5:step", "", ["Tile 'tile-5' has no incoming edges and is not an entry tile"]),
        ("e:entry a:step b:step", "e>a a>b b>a", ["Tiles form a cycle: a → b → a"]),
        ("e:entry b:step a:step", "e>a a>b b>a", ["Tiles form a cycle: b → a → b"]),
        ("e:entry a:step", "e>a a>a", ["Tiles form a cycle: a → a"]),
        ("e:entry a:step b:step c:filter", "e>a a>b b>c c>a:no", ["Tiles form a cycle: a → b → c → a"]),
        ("e:entry a:step", "e>a a>e", ["Entry tile 'e' can't have incoming edges", "Tiles form a cycle: e → a → e"]),
        ("e:entry a:step", "e>a a>zz", ["Edge from 'a' to 'zz' references unknown tile 'zz'"]),
        (
            "e:entry a:step", "e>a x>y",
            [
                "Edge from 'x' to 'y' references unknown tile 'x'", "Edge from 'x' to 'y' references unknown tile 'y'",
            ]
        ),
        ("e:entry a:step", "e>a x>x", ["Edge from 'x' to 'x' references unknown tile 'x'"]),
        ("e:entry a:step a:step a:step", "e>a", ["Tile id 'a' is used more than once"]),
        ("e:entry x:step b:step", "e>x e>b", ["Tile 'e' has 2 outgoing edges for 1 branch"]),
        ("e:entry x:exit b:step", "e>x x>b", ["Tile 'x' has 1 outgoing edge for 0 branches"]),
        ("e:entry f:filter b:step c:step d:step", "e>f f>b f>c f>d", ["Tile 'f' has 3 outgoing edges for 2 branches"]),
        (
            "e:entry f:filter b:step c:step d:step", "e>f f>b:yes f>c f>d",
            [
                "Tile 'f' has 3 outgoing edges for 2 branches"
            ]
        ),
        ("e:entry s:sync b:step c:step", "e>s s>b s>c", ["Tile 's' has 2 outgoing edges for 1 branch"]),
        (
            "e:entry s:sync b:step c:step d:step", "e>s s>b s>c s>d:failed",
            [
                "Tile 's' has 2 outgoing edges for 1 branch"
            ]
        ),
        ("e:entry f:filter b:step", "e>f f>b:maybe", ["Tile 'f' has no branch 'maybe' (its branches: yes, no)"]),
        ("e:entry f:filter b:step", "e>f f>b:YES", ["Tile 'f' has no branch 'YES' (its branches: yes, no)"]),
        (
            "e:entry x:exit b:step", "e>x e>b:next x>b:next",
            [
                "Tile 'e' has 2 outgoing edges for 1 branch", "Tile 'x' has no branch 'next' (its branches: none)",
            ]
        ),
        ("e:entry f:filter b:step c:step", "e>f f>b:yes f>c:yes", ["Tile 'f' has two edges on branch 'yes'"]),
        // A type that nobody provides: the caller reports it, the rest is still checked.
        (
            "e:entry u:unknown b:step z:step", "e>u u>b:whatever u>b u>b",
            [
                "Tile 'z' has no incoming edges and is not an entry tile"
            ]
        ),
        (
            "u:unknown", "",
            [
                "Orchestration must have exactly one entry tile",
                "Tile 'u' has no incoming edges and is not an entry tile",
            ]
        ),
    ]

    @Test(arguments: invalid) func reports(tiles: String, edges: String, errors: [String]) {
        let result = Self.build(tiles, edges)
        #expect(result.errors == errors)
        #expect(result.plan == nil)
    }

    @Test func needsEveryShapeForAPlan() {
        let result = Self.build("e:entry u:unknown", "e>u")
        #expect(result.errors.isEmpty)
        #expect(result.plan == nil)
    }

    static let bound: [(String, String, [String])] = [
        ("e:entry", "", ["e next=end"]),
        ("e:entry w:step", "e>w", ["e next=w", "w next=end"]),
        ("x:exit w:step e:entry", "e>w w>x", ["x", "w next=x", "e next=w"]),
        ("e:entry f:filter a:step b:step", "e>f f>a f>b", ["e next=f", "f yes=a no=b", "a next=end", "b next=end"]),
        (
            "e:entry f:filter a:step b:step", "e>f f>a f>b:yes",
            ["e next=f", "f yes=b no=a", "a next=end", "b next=end"]
        ),
        ("e:entry f:filter a:step", "e>f f>a:no", ["e next=f", "f yes=end no=a", "a next=end"]),
        ("e:entry f:filter a:step", "e>f f>a f>a", ["e next=f", "f yes=a no=a", "a next=end"]),
        ("e:entry s:split a:step", "e>s s>a:b s>a", ["e next=s", "s a=a b=a c=end", "a next=end"]),
        ("e:entry s:sync a:step", "e>s s>a", ["e next=s", "s next=a failed=end", "a next=end"]),
        ("e:entry s:sync a:step b:exit", "e>s s>b:failed s>a", ["e next=s", "s next=a failed=b", "a next=end", "b"]),
    ]

    @Test(arguments: bound) func binds(tiles: String, edges: String, nodes: [String]) throws {
        let plan = try #require(Self.build(tiles, edges).plan)
        let text = plan.tiles.map { node in
            ([node.id]
                + zip(node.branches, node.next).map { "\($0)=\($1.map { plan.tiles[$0].id } ?? "end")" })
                .joined(separator: " ")
        }
        #expect(text == nodes)
        #expect(plan.tiles.map(\.index) == Array(plan.tiles.indices))
        #expect(plan.tiles[plan.entry].role == .entry)
        #expect(plan.order.first == plan.entry)
    }

    @Test func ordersRandomGraphs() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<200 {
            let count = Int.random(in: 2...40, using: &random)
            var names = (0..<count).map { "t\($0)" }
            var edges: [Edge] = []
            // Each tile but the first hangs on an earlier one, so the graph is valid in a shuffled listing too.
            for tile in 1..<count {
                for from in Set((0..<2).map { _ in Int.random(in: 0..<tile, using: &random) }).sorted() {
                    edges.append(Edge(from: names[from], to: names[tile]))
                }
            }
            edges.shuffle(using: &random)
            let wide = (0..<edges.count).map { "b\($0)" }
            let shapes = Dictionary(
                uniqueKeysWithValues: names.enumerated().map {
                    ($1, TileShape(role: $0 == 0 ? .entry : .step, branches: wide))
                })
            names.shuffle(using: &random)
            let tiles = names.map { Tile(id: $0, type: "x") }
            let (errors, plan) = JourneyGraph.build(tiles: tiles, edges: edges, shapes: shapes)
            #expect(errors.isEmpty)
            let order = try #require(plan?.order)
            #expect(Set(order) == Set(tiles.indices))
            let place = Dictionary(uniqueKeysWithValues: order.enumerated().map { (tiles[$1].id, $0) })
            for edge in edges { #expect(try #require(place[edge.from]) < #require(place[edge.to])) }
            #expect(JourneyGraph.build(tiles: tiles, edges: edges, shapes: shapes).plan == plan)

            var closed = edges
            let last = try #require(edges.randomElement(using: &random))
            closed.append(Edge(from: last.to, to: last.from))
            let broken = JourneyGraph.build(tiles: tiles, edges: closed, shapes: shapes)
            #expect(broken.errors.contains { $0.hasPrefix("Tiles form a cycle: ") })
        }
    }
}
