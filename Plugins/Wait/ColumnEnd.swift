import TesseraPluginKit

/// Until what a column says, a date or a timestamp, plus or minus an offset.
struct ColumnEnd: Sendable {
    let column: String
    private let offset: Span
    private let zone: Zone

    /// - Parameter config: `{"column": "renewal_date", "offset": {"duration": -3, "unit": "days"}}`.
    init(_ config: ConfigReader, zone: Zone, open: OpenCall) {
        column = config.text("column", "the name of a column of dates or timestamps")
        offset = Self.offset(config)
        self.zone = zone
        if let known = open.columns?.first(where: { [column] in $0.name == column }), known.kind != .date,
            known.kind != .timestamp
        {
            config.problem("column", "'\(column)' is not of dates or timestamps: choose another column")
        }
    }

    private static func offset(_ config: ConfigReader) -> Span {
        switch config.value("offset") {
        case nil: return .none
        case .object?: return Span(config.object("offset"), isSigned: true)
        case let other?:
            let wanted = #"an object such as {"duration": -3, "unit": "days"}"#
            config.problem("offset", "offset must be \(wanted), not \(other.kindName)")
            return .none
        }
    }

    /// The column's ends in a batch.
    func ends(in batch: Batch) throws -> Ends {
        let index = batch.index(of: column)
        guard let index, batch.columns[index].kind == .date else {
            return Ends(values: .times(try batch.timestamp(column)), offset: offset, cursor: Zone.Cursor(zone))
        }
        return Ends(values: .dates(try batch.date(at: index)), offset: offset, cursor: Zone.Cursor(zone))
    }

    struct Ends {
        enum Values {
            case dates(ValueColumn<Int32>)
            case times(ValueColumn<Int64>)
        }

        fileprivate let values: Values
        fileprivate let offset: Span
        fileprivate var cursor: Zone.Cursor

        /// Nil where there is no value. Of a date it is midnight in the zone, the days of the offset counted by the calendar.
        mutating func end(_ row: Int) -> Int64? {
            switch values {
            case .times(let times):
                guard let time = times[row] else { return nil }
                return time.addingClamped(offset.microseconds)
            case .dates(let dates):
                guard let date = dates[row] else { return nil }
                let day = Int64(date) + offset.days
                if day < CalendarDay.all.lowerBound { return .min }
                if day > CalendarDay.all.upperBound { return .max }
                return cursor.first(local: day * CalendarDay.microseconds) + offset.time
            }
        }
    }
}

extension Int64 {
    /// The sum, or the end of what fits on that side.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}
