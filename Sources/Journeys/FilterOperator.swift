/// The operators of the filter tree. The raw value is the one in JSON.
///
/// What they mean, the same in SQL and over columns:
/// - Null: only `isNull` and `isNotNull` look at it; every other operator, the negative ones too, is false for null.
/// - string: by UTF-8 bytes, case-sensitive; a contained, leading or trailing empty text is in every text.
/// - integer against number: exact, no rounding of either (`Exact.compare`).
/// - date: a calendar day. timestamp: an instant; a date as its value stands for midnight UTC of that day.
/// - relative date: `run_at` plus the offset; for a date column the UTC day of that instant.
/// - between: both ends included. With a relative end that turns out below the other end it matches nothing, and
///   `not_between` everything that is not null.
public enum FilterOperator: String, Sendable, Hashable, CaseIterable {
    case equals
    case notEquals = "not_equals"
    case contains
    case notContains = "not_contains"
    case startsWith = "starts_with"
    case notStartsWith = "not_starts_with"
    case endsWith = "ends_with"
    case notEndsWith = "not_ends_with"
    case greaterThan = "greater_than"
    case greaterThanOrEqual = "greater_than_or_equal"
    case lessThan = "less_than"
    case lessThanOrEqual = "less_than_or_equal"
    case between
    case notBetween = "not_between"
    case `in`
    case notIn = "not_in"
    case isNull = "is_null"
    case isNotNull = "is_not_null"
    case isTrue = "is_true"
    case isFalse = "is_false"
}

extension FilterOperator {
    /// What an operator takes as its value.
    public enum Operand: Sendable, Hashable {
        /// Nothing: null tests and boolean tests.
        case none
        /// One string, number, boolean or date.
        case scalar
        /// One string.
        case text
        /// One number or date.
        case ordered
        /// Two numbers or dates, low and high.
        case range
        /// 1 to 10,000 strings or numbers.
        case list
    }

    public var operand: Operand {
        switch self {
        case .isNull, .isNotNull, .isTrue, .isFalse: .none
        case .equals, .notEquals: .scalar
        case .contains, .notContains, .startsWith, .notStartsWith, .endsWith, .notEndsWith: .text
        case .greaterThan, .greaterThanOrEqual, .lessThan, .lessThanOrEqual: .ordered
        case .between, .notBetween: .range
        case .in, .notIn: .list
        }
    }

    /// Whether the operator can be used on a column of that type.
    public func fits(_ type: ColumnType) -> Bool {
        switch self {
        case .isNull, .isNotNull: true
        case .isTrue, .isFalse: type == .boolean
        default:
            switch operand {
            case .none, .scalar: true
            case .text: type == .string
            case .ordered, .range: [.integer, .number, .date, .timestamp].contains(type)
            case .list: [.string, .integer, .number].contains(type)
            }
        }
    }

    /// The operators for a column of that type, in the order of the contract.
    public static func fitting(_ type: ColumnType) -> [FilterOperator] { allCases.filter { $0.fits(type) } }
}
