import TesseraPluginKit

/// Sorts members by how long ago something was: an example of a tile in Swift whose branches come from its config.
///
///     {"column": "last_order_at", "bands": [{"name": "active", "days": 30}, {"name": "lapsing", "days": 90}], "else": "lost"}
///
/// A member takes the first band that its date, or timestamp, is at most so many days before the start of the run; one that
/// is in no band, or has no value, takes the branch `else`. What lies in the future is in the first band.
struct RecencyTile: TilePlugin {
    static let type = TileType(
        id: "com.example.recency", title: "Recency",
        schema: #"""
            {
              "type": "object",
              "properties": {
                "column": {"type": "string", "x-tessera": "column", "description": "Dates or timestamps."},
                "bands": {
                  "type": "array", "minItems": 1, "maxItems": 20,
                  "items": {
                    "type": "object",
                    "properties": {
                      "name": {"type": "string", "minLength": 1},
                      "days": {"type": "integer", "minimum": 1, "maximum": 36500}
                    },
                    "required": ["name", "days"], "additionalProperties": false
                  }
                },
                "else": {"type": "string", "minLength": 1}
              },
              "required": ["column", "bands", "else"],
              "additionalProperties": false,
              "examples": [{"column": "last_order_at", "bands": [{"name": "active", "days": 30}], "else": "lost"}]
            }
            """#)

    private static let day: Int64 = 86_400_000_000

    let columns: [String]
    let branches: [String]?
    /// Of each band, in microseconds.
    private let ages: [Int64]

    init(config: ConfigReader, open: OpenCall) {
        let column = config.text("column", "the name of a column")
        let bands = config.objects("bands", count: 1...20)
        let names = bands.map { $0.text("name") }
        let days = bands.map { $0.integer("days", in: 1...36_500) }
        let other = config.text("else", "the name of the branch for all others")
        columns = [column]
        branches = names + [other]
        ages = days.map { $0 * Self.day }

        for (index, band) in bands.enumerated() where index > 0 && days[index] <= days[index - 1] {
            band.problem("days", "days must grow from band to band")
        }
        for (index, band) in bands.enumerated() where names[..<index].contains(names[index]) {
            band.problem("name", "'\(names[index])' is the name of an earlier band: choose another one")
        }
        if names.contains(other) { config.problem("else", "'\(other)' is the name of a band: choose another one") }
        if let known = open.columns?.first(where: { $0.name == column }), known.kind != .date, known.kind != .timestamp
        {
            config.problem("column", "column must name dates or timestamps: choose another one")
        }
    }

    func run(_ batch: Batch, _ call: TileCall) throws {
        var outcomes = call.outcomes(for: batch)
        // The run's time and not the call's: every batch of a run means the same moment.
        let now = call.runAt
        if batch.columns.first?.kind == .date {
            let dates = try batch.date(at: 0)
            for row in 0..<batch.count {
                outcomes.advance(row, branch: branch(of: dates[row].map { now - Int64($0) * Self.day }))
            }
        } else {
            let times = try batch.timestamp(at: 0)
            for row in 0..<batch.count { outcomes.advance(row, branch: branch(of: times[row].map { now &- $0 })) }
        }
    }

    private func branch(of age: Int64?) -> Int {
        guard let age else { return ages.count }
        return ages.firstIndex { age <= $0 } ?? ages.count
    }
}
