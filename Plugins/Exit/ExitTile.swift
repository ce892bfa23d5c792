import TesseraPluginKit

/// Members end their journey here.
struct ExitTile: TilePlugin {
    static let type = TileType(
        id: "exit", title: "Exit", role: .exit,
        schema: #"""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "title": "Exit",
              "description": "Ends the journey of every member that reaches it. It takes no fields.",
              "type": "object",
              "properties": {},
              "additionalProperties": false,
              "examples": [{}]
            }
            """#)

    init(config: ConfigReader, open: OpenCall) {}

    func run(_ batch: Batch, _ call: TileCall) {
        var outcomes = call.outcomes(for: batch)
        for row in 0..<batch.count { outcomes.complete(row) }
    }
}
