import Journeys
import Testing
import TestSupport

struct JourneyComparisonTests {
    private static func journey(_ tiles: [Tile], _ edges: [Edge] = [], name: String = "N") -> Journey {
        Journey(name: name, parentModelID: "m", tiles: tiles, edges: edges)
    }

    @Test func tellsTilesAndEdgesApart() {
        let wait = Tile(id: "w", type: "wait", config: ["duration": 3, "days": ["mon", "tue"]])
        var longer = wait
        longer.config = ["duration": 4, "days": ["mon", "wed"], "unit": nil]
        let old = Self.journey(
            [Tile(id: "a", type: "entry"), wait, Tile(id: "gone", type: "exit")],
            [Edge(from: "a", to: "w"), Edge(from: "w", to: "gone")])
        let new = Self.journey(
            [Tile(id: "a", type: "entry"), Tile(id: "new", type: "exit"), longer],
            [Edge(from: "a", to: "w", extra: ["label": "x"]), Edge(from: "w", to: "new", branch: "next")], name: "M")
        let comparison = JourneyComparison(from: old, to: new)
        #expect(comparison.fields.map(\.pointer) == ["/name"])
        #expect(comparison.tiles.added.map(\.id) == ["new"] && comparison.tiles.removed.map(\.id) == ["gone"])
        #expect(
            comparison.tiles.changed.first?.changes.map(\.pointer) == [
                "/config/days/1", "/config/duration", "/config/unit",
            ])
        #expect(comparison.tiles.changed.first?.changes.last?.before == nil)
        #expect(comparison.tiles.changed.first?.changes.last?.after == .some(.null))
        #expect(comparison.edges.changed.first?.changes.map(\.pointer) == ["/label"])
        #expect(
            comparison.summary == "name; tiles: 1 added, 1 removed, 1 changed; edges: 1 added, 1 removed, 1 changed")
    }

    @Test func seesAnotherOrder() {
        let edges = [Edge(from: "a", to: "b"), Edge(from: "a", to: "c")]
        let comparison = JourneyComparison(from: Self.journey([], edges), to: Self.journey([], edges.reversed()))
        #expect(comparison.edges.isReordered && !comparison.isEmpty)
        #expect(comparison.summary == "edges: in another order")
    }

    /// Of any two definitions: nothing is different from itself, and what is different one way is the other way round too.
    @Test func isTheSameFromBothSides() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<300 {
            let (old, new) = (Self.random(&random), Self.random(&random))
            #expect(JourneyComparison(from: old, to: old).isEmpty)
            let there = JourneyComparison(from: old, to: new)
            let back = JourneyComparison(from: new, to: old)
            #expect(there.isEmpty == (old == new))
            #expect(there.tiles.added == back.tiles.removed && there.edges.removed == back.edges.added)
            #expect(there.fields.map(\.before) == back.fields.map(\.after))
            #expect(there.tiles.isReordered == back.tiles.isReordered)
        }
    }

    /// Unfinished ones too: ids and edges that come twice.
    private static func random(_ random: inout SeededRandom) -> Journey {
        var tiles: [Tile] = []
        for _ in 0..<random.number(0...4) {
            tiles.append(
                Tile(
                    id: random.pick(["a", "b", "c"]), type: random.pick(["wait", "exit"]), config: random.json(depth: 2)
                ))
        }
        var edges: [Edge] = []
        for _ in 0..<random.number(0...4) {
            edges.append(
                Edge(
                    from: random.pick(["a", "b"]), to: random.pick(["b", "c"]), branch: random.pick([nil, "next"]),
                    extra: random.chance(20) ? ["label": random.json(depth: 1)] : [:]))
        }
        return journey(tiles, edges, name: random.pick(["N", "M"]))
    }
}
