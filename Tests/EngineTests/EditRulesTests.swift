import Journeys
import Testing

@testable import Engine

/// The one rule for what an edit means, without members.
@Suite struct EditRulesTests {
    private static func journey(_ tiles: [String], config: JSON = [:]) -> Journey {
        Journey(
            name: "J", parentModelID: "m",
            tiles: tiles.map { Tile(id: $0, type: "wait", config: $0 == "b" ? config : [:]) })
    }

    private static func past(_ ways: [String: [String]], config: JSON = [:]) -> EditRules.Past {
        EditRules.Past(journey(Set(ways.keys).union(ways.values.joined()).sorted(), config: config), ways: ways)
    }

    /// What is removed, where the tiles led before, and where who stood at `b` arrives.
    @Test(
        arguments: [
            (["b": ["c"], "c": ["d"]], ["c", "d"], "c"),
            (["b": ["c"], "c": ["d"]], ["d"], "d"),
            // The first branch as far as it goes, before the second.
            (["b": ["c", "x"], "c": ["d"]], ["d", "x"], "d"),
            (["b": ["c", "x"], "c": ["d"]], ["x"], "x"),
            (["b": ["c", "x"], "c": ["d", "e"], "d": [], "e": ["f"]], ["f", "x"], "f"),
            // Two ways to one tile that is gone.
            (["b": ["c", "d"], "c": ["d"], "d": ["e"]], ["e"], "e"),
            (["b": ["c"], "c": ["d"]], ["a"], nil),
            (["b": []], ["a"], nil),
        ] as [([String: [String]], [String], String?)]) func whereTheyGo(
            ways: [String: [String]], left: [String], target: String?
        )
    {
        let rules = EditRules(now: Self.journey(["in"] + left), worked: [Self.past(ways)], others: [])
        #expect(rules.effect(on: "b") == target.map { .skipForward(to: $0) } ?? .leave)
        #expect(rules.effect(on: "in") == .stay)
        #expect(rules.effect(on: "nowhere") == .leave)
    }

    /// A run after the last completed one may have had another config, and tiles that are gone again.
    @Test func allThatRunsHaveWorkedOnCounts() {
        let ways = ["b": ["c"]]
        let (old, new) = (Self.past(ways, config: ["n": 1]), Self.past(ways, config: ["n": 2]))
        let now = Self.journey(["b", "c"], config: ["n": 1])
        #expect(EditRules(now: now, worked: [old], others: [new]).effect(on: "b") == .stay)
        #expect(EditRules(now: now, worked: [old, new], others: []).effect(on: "b") == .configChanged)
        #expect(EditRules(now: now, worked: [], others: []).effect(on: "b") == .stay)
        // Where a tile led is what the completed run says, and else the newest one that had it.
        let (first, second) = (Self.past(["x": ["b"]]), Self.past(["x": ["c"], "y": ["c"]]))
        let rules = EditRules(now: now, worked: [first, second], others: [Self.past(["y": ["b"], "z": ["b"]])])
        #expect(rules.effect(on: "x") == .skipForward(to: "b"))
        #expect(rules.effect(on: "y") == .skipForward(to: "c"))
        #expect(rules.effect(on: "z") == .skipForward(to: "b"))
    }

    @Test func anotherTypeIsAChange() {
        var now = Self.journey(["b"])
        now.tiles[0].type = "exit"
        #expect(EditRules(now: now, worked: [Self.past(["b": []])], others: []).effect(on: "b") == .configChanged)
    }
}
