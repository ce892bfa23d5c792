import TesseraPluginKit

/// Where members come in: passes every one of them on. Who enters, and how often, is the engine's.
struct EntryTile: TilePlugin {
    static let type = TileType(
        id: "entry", title: "Entry", role: .entry,
        schema: #"""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "title": "Entry",
              "description": "Where members come into the journey. It takes no fields of its own.",
              "type": "object",
              "properties": {},
              "additionalProperties": false,
              "examples": [{}]
            }
            """#)

    init(config: ConfigReader, open: OpenCall) {}

    func run(_ batch: Batch, _ call: TileCall) {
        var outcomes = call.outcomes(for: batch)
        for row in 0..<batch.count { outcomes.advance(row) }
    }
}
