import Columns
import Journeys
import Testing
import TesseraTestKit

@Suite struct SplitTests {
    private static let journey = "9c5b94b1-35ad-49bb-b118-8e8fc24abf80"

    private func outcomes(_ config: String, keys: [String], tile id: String = "tile-2") throws -> [TestOutcome.Kind?] {
        let tile = try TestTile(PluginLibrary.shipped("Split"), "split", config: config)
        let call = CallRecorder(now: 0, journey: Self.journey, tile: id)
        #expect(tile.run(try .members(keys), call) == 0)
        return call.outcomes(rows: keys.count)
    }

    @Test func branchesAreTheVariants() throws {
        let config =
            #"{"variants": [{"name": "b", "weight": 1}, {"name": "a", "weight": 0.5}, {"name": "é", "weight": 3}]}"#
        let tile = try TestTile(PluginLibrary.shipped("Split"), "split", config: config)
        #expect(tile.branches == ["b", "a", "é"])
        #expect(tile.columns == ["$member"])
    }

    @Test(arguments: [[50, 50], [1, 2, 7], [0.1, 0.2, 0.3, 1e-9], [1e300, 1e300]] as [[Double]])
    func takesTheArmOfTheFormula(weights: [Double]) throws {
        let variants = weights.enumerated().map { #"{"name": "v\#($0)", "weight": \#($1)}"# }
        let keys = (0..<20_000).map { "member-\($0)-é" } + ["", "00001"]
        let arms = try outcomes("{\"variants\": [\(variants.joined(separator: ","))]}", keys: keys)
        let expected = keys.map { key in
            let unit = SplitHash.unit(journey: Self.journey, tile: "tile-2", member: key.utf8)
            return TestOutcome.Kind.advance(branch: SplitHash.arm(weights: weights, unit: unit))
        }
        #expect(arms == expected)
        let total = weights.reduce(0, +)
        for (arm, weight) in weights.enumerated() {
            let share = Double(arms.filter { $0 == .advance(branch: arm) }.count) / Double(keys.count)
            #expect(abs(share - weight / total) < 0.02)
        }
    }

    @Test func aRowWithoutAKeyStaysUnknown() throws {
        let config = #"{"variants": [{"name": "a", "weight": 1}, {"name": "b", "weight": 1}]}"#
        let tile = try TestTile(PluginLibrary.shipped("Split"), "split", config: config)
        let batch = try TestBatch.rows([Column(name: "$member", type: .string)], [[.null], ["x"]])
        let outcomes = try tile.outcomes(batch)
        #expect(outcomes[0] == nil)
        #expect(outcomes[1] != nil)
    }

    @Test(
        arguments: [
            (#"{}"#, ["/variants"]),
            (#"{"variants": []}"#, ["/variants"]),
            (#"{"variants": {"a": 1}}"#, ["/variants"]),
            (#"{"variants": [{"name": "a", "weight": 1}]}"#, ["/variants"]),
            (#"{"variants": [1, {"name": "a", "weight": 1}]}"#, ["/variants/0"]),
            (#"{"variants": [{"weight": 1}, {"name": "b"}]}"#, ["/variants/0/name", "/variants/1/weight"]),
            (#"{"variants": [{"name": "a", "weight": 1}, {"name": "a", "weight": 1}]}"#, ["/variants/1/name"]),
            (
                #"{"variants": [{"name": "failed", "weight": 1}, {"name": "", "weight": 1}]}"#,
                ["/variants/0/name", "/variants/1/name"]
            ),
            (
                #"{"variants": [{"name": "a", "weight": 0}, {"name": "b", "weight": -1}]}"#,
                ["/variants/0/weight", "/variants/1/weight"]
            ),
            (
                #"{"variants": [{"name": "a", "weight": "1"}, {"name": "b", "weight": null}]}"#,
                ["/variants/0/weight", "/variants/1/weight"]
            ),
            (#"{"variants": [{"name": "a", "weight": 1e308}, {"name": "b", "weight": 1.7e308}]}"#, ["/variants"]),
            (
                #"{"variants": [{"name": "a", "weight": 1, "x": 1}, {"name": "b", "weight": 1}], "y": 2}"#,
                ["/y", "/variants/0/x"]
            ),
        ])
    func refuses(config: String, pointers: [String]) throws {
        let problems = try TestTile.problems(PluginLibrary.shipped("Split"), "split", config: config)
        #expect(problems.pointers == pointers)
    }

    @Test func namesOfOneSpellingButOtherBytesDiffer() throws {
        let config = "{\"variants\": [{\"name\": \"e\u{301}\", \"weight\": 1}, {\"name\": \"\u{e9}\", \"weight\": 1}]}"
        let tile = try TestTile(PluginLibrary.shipped("Split"), "split", config: config)
        #expect(tile.branches.map { Array($0.utf8).count } == [3, 2])
    }
}
