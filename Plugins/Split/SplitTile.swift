import Journeys
import TesseraPluginKit

/// Sends each member to one of several variants, by weight and always the same: `SplitHash` tells how.
struct SplitTile: TilePlugin {
    static let type = TileType(
        id: "split", title: "Split", flags: [.concurrent, .dryRun],
        schema: #"""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "title": "Split",
              "description": "Sends each member to one of the variants, at random but always to the same.",
              "type": "object",
              "properties": {
                "variants": {
                  "title": "Variants",
                  "description": "Each one is a branch of the tile.",
                  "type": "array",
                  "minItems": 2,
                  "maxItems": 100,
                  "items": {
                    "type": "object",
                    "properties": {
                      "name": {
                        "title": "Name",
                        "description": "The branch that edges name. Unique, and not 'failed'.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 100,
                        "not": {"const": "failed"}
                      },
                      "weight": {
                        "title": "Weight",
                        "description": "The variant's share is its weight divided by the sum of all weights.",
                        "type": "number",
                        "exclusiveMinimum": 0
                      }
                    },
                    "required": ["name", "weight"],
                    "additionalProperties": false
                  }
                }
              },
              "required": ["variants"],
              "additionalProperties": false,
              "examples": [{"variants": [{"name": "a", "weight": 50}, {"name": "b", "weight": 50}]}]
            }
            """#)

    let branches: [String]?
    let columns = ["$member"]
    /// For each variant the end of its part of [0, 1): the same sums and divisions as `SplitHash.arm`.
    private let ends: [Double]

    init(config: ConfigReader, open: OpenCall) {
        var names: [String] = []
        var weights: [Double] = []
        for variant in config.objects("variants", count: 2...100) {
            let name = variant.text("name")
            if name == TileShape.failedBranch {
                variant.problem("name", "'failed' is kept for members that failed: name the variant otherwise")
            } else if name.utf8.count > 100 {
                variant.problem("name", "name is at most 100 bytes long: shorten it")
            } else if !name.isEmpty, let first = names.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) {
                variant.problem("name", "variant \(first) has the name '\(name)' already: give each its own")
            }
            names.append(name)
            weights.append(variant.number("weight", "a number above 0") { $0 > 0 })
        }
        let total = weights.reduce(0, +)
        if !total.isFinite { config.problem("variants", "the weights add up to too much: give smaller ones") }
        branches = names
        var cumulative = 0.0
        ends = weights.map { weight in
            cumulative += weight
            return cumulative / total
        }
    }

    func run(_ batch: Batch, _ call: TileCall) throws {
        let members = try batch.text("$member")
        let hash = SplitHash(journey: call.journeyID, tile: call.tileID)
        var outcomes = call.outcomes(for: batch)
        ends.withUnsafeBufferPointer { ends in
            for row in 0..<batch.count {
                guard let member = members[row] else { continue }
                let unit = hash.unit(member: member)
                var arm = 0
                while arm < ends.count - 1 && ends[arm] <= unit { arm &+= 1 }
                outcomes.advance(row, branch: arm)
                if call.isDryRun { call.record(row: row, json: reason(unit, arm).text) }
            }
        }
    }

    /// Where the member stands in [0, 1), and the part of it that is the arm's.
    private func reason(_ unit: Double, _ arm: Int) -> JSON {
        [
            "u": .number(unit), "arm": .string(branches?[arm] ?? ""), "from": .number(arm == 0 ? 0 : ends[arm - 1]),
            "to": .number(ends[arm]),
        ]
    }
}
