import TesseraPluginKit

/// Holds each member for a time from its arrival, until a date, until what a column says, or until a time of day; the last
/// also after one of the others.
struct WaitTile: TilePlugin {
    static let type = TileType(id: "wait", title: "Wait", schema: WaitSchema.text)

    private static let arrival = "$arrived_at"

    let columns: [String]
    private let config: WaitConfig

    init(config: ConfigReader, open: OpenCall) {
        self.config = WaitConfig(config, open: open)
        switch self.config.end {
        case .arrival, .span: columns = [Self.arrival]
        case .instant: columns = self.config.daily == nil ? [] : [Self.arrival]
        case .column(let end): columns = self.config.daily == nil ? [end.column] : [Self.arrival, end.column]
        }
    }

    func run(_ batch: Batch, _ call: TileCall) throws {
        let now = call.now
        let arrivals = columns.first == Self.arrival ? try batch.timestamp(Self.arrival) : nil
        var daily = config.daily.map { DailyTime.Search($0) }
        var ends: ColumnEnd.Ends?
        if case .column(let column) = config.end { ends = try column.ends(in: batch) }
        var outcomes = call.outcomes(for: batch)
        for row in 0..<batch.count {
            let arrival = arrivals?[row] ?? now
            let end: Int64 =
                switch config.end {
                case .arrival: arrival
                case .span(let span): arrival.addingClamped(span)
                case .instant(let instant): instant
                // Who has no value goes on as if it was past.
                case .column: ends?.end(row) ?? .min
                }
            // Who came after the end waits for the time of day from the arrival.
            let due = daily?.next(max(arrival, end)) ?? end
            // Int64.max stands for never.
            if now >= due, due != .max { outcomes.advance(row) } else { outcomes.wait(row, until: due) }
        }
    }
}
