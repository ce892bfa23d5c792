/// A date or a timestamp as a filter's value writes it.
enum DateLiteral: Hashable {
    case date(Int32)
    case timestamp(Int64)

    static let forms = "2024-01-15, 2024-01-15T09:30:00Z or {\"relative\": \"-30 days\"}"

    init?(_ text: String) {
        if let days = Timestamp.parseDate(text) {
            self = .date(days)
        } else if let microseconds = Timestamp.parse(text) {
            self = .timestamp(microseconds)
        } else {
            return nil
        }
    }

    var microseconds: Int64 {
        switch self {
        case .date(let days): Int64(days) * Timestamp.microsecondsPerDay
        case .timestamp(let microseconds): microseconds
        }
    }
}

enum FilterLiteral {
    /// Whether two ends of a range of like kind stand in the wrong order. Relative and absolute dates can't be compared
    /// before the run.
    static func isDescending(_ low: JSON, _ high: JSON) -> Bool {
        if let order = Exact.compare(low, high) { return order > 0 }
        switch (low, high) {
        case (.string(let low), .string(let high)):
            guard let low = DateLiteral(low), let high = DateLiteral(high) else { return false }
            return low.microseconds > high.microseconds
        case (.object, .object):
            guard case .success(let low) = RelativeDate.parse(low),
                case .success(let high) = RelativeDate.parse(high)
            else { return false }
            return low > high
        default:
            return false
        }
    }
}
