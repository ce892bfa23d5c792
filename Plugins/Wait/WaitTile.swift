import TesseraPluginKit

/// Holds each member for a time from its arrival.
struct WaitTile: TilePlugin {
    static let type = TileType(
        id: "wait", title: "Wait",
        schema: #"""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "title": "Wait",
              "description": "Holds each member for a time, counted from its arrival at this tile.",
              "type": "object",
              "properties": {
                "duration": {
                  "title": "Duration",
                  "description": "How many units to wait. All in all at most ten years (3,650 days).",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 315360000
                },
                "unit": {
                  "title": "Unit",
                  "description": "A day is 24 hours, a week 7 days.",
                  "enum": ["seconds", "minutes", "hours", "days", "weeks"]
                }
              },
              "required": ["duration", "unit"],
              "additionalProperties": false,
              "examples": [{"duration": 3, "unit": "days"}, {"duration": 30, "unit": "minutes"}]
            }
            """#)

    enum Unit: String, CaseIterable {
        case seconds, minutes, hours, days, weeks

        var seconds: Int64 {
            switch self {
            case .seconds: 1
            case .minutes: 60
            case .hours: 3600
            case .days: 86_400
            case .weeks: 604_800
            }
        }
    }

    private static let maxSeconds: Int64 = 3650 * 86_400

    let columns = ["$arrived_at"]
    /// Microseconds.
    private let duration: Int64

    init(config: ConfigReader, open: OpenCall) {
        let unit = config.choice("unit", of: Unit.self) ?? .seconds
        let limit = Self.maxSeconds / unit.seconds
        duration = config.integer("duration", in: 1...limit) * unit.seconds * 1_000_000
    }

    func run(_ batch: Batch, _ call: TileCall) throws {
        let arrivals = try batch.timestamp("$arrived_at")
        let now = call.now
        var outcomes = call.outcomes(for: batch)
        for row in 0..<batch.count {
            let (due, overflow) = (arrivals[row] ?? now).addingReportingOverflow(duration)
            if !overflow && now >= due {
                outcomes.advance(row)
            } else {
                outcomes.wait(row, until: overflow ? .max : due)
            }
        }
    }
}
