/// A value of a condition in the type of its column: what SQL binds and columns compare with.
public enum FilterValue: Sendable, Hashable {
    case string(String)
    /// For integer and number columns alike; compared exactly.
    case integer(Int64)
    /// Finite; for integer and number columns alike.
    case number(Double)
    case bool(Bool)
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01 UTC.
    case timestamp(Int64)
    /// Microseconds from the start of the run; for date and timestamp columns.
    case relative(Int64)

    /// The value with a relative date resolved, the rest as it is.
    /// - Parameters:
    ///   - runAt: the start of the run, microseconds since 1970 UTC.
    ///   - type: of the column: `.date` gives the UTC day of the instant, everything else the instant.
    public func resolved(runAt: Int64, as type: ColumnType) -> FilterValue {
        guard case .relative(let offset) = self else { return self }
        let (sum, overflow) = runAt.addingReportingOverflow(offset)
        let instant = overflow ? (offset < 0 ? Int64.min : Int64.max) : sum
        return type == .date ? .date(Timestamp.day(of: instant)) : .timestamp(instant)
    }
}
