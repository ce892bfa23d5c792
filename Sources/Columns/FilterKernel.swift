import Journeys

/// What one condition does to a column: prepared when a program is made, so that a batch only runs loops.
enum FilterKernel: Sendable {
    case isNull
    case isNotNull
    /// Values equal to it match.
    case bool(Bool)
    /// Values inside match, or outside when negated.
    case integers(NumberRange<Int64>, negated: Bool)
    case doubles(NumberRange<Double>, negated: Bool)
    case days(NumberRange<Int32>, negated: Bool)
    /// Ends that depend on the start of the run; made into a range for each batch.
    case dates(BoundCondition)
    case integerList(NumberList<Int64>, negated: Bool)
    case doubleList(NumberList<Double>, negated: Bool)
    case textList(ByteSet, negated: Bool)
    case text(TextTest, [UInt8], negated: Bool)

    enum TextTest: Sendable { case equals, contains, starts, ends }

    init(_ condition: BoundCondition) {
        let negated = condition.operator.isNegative
        switch condition.operator {
        case .isNull: self = .isNull
        case .isNotNull: self = .isNotNull
        case .isTrue: self = .bool(true)
        case .isFalse: self = .bool(false)
        case .in, .notIn: self = Self.list(condition, negated: negated)
        default:
            switch condition.type {
            case .string: self = Self.text(condition, negated: negated)
            case .boolean: self = .bool((condition.values.first == .bool(true)) != negated)
            case .integer: self = .integers(NumberRange(integers: condition), negated: negated)
            case .number: self = .doubles(NumberRange(doubles: condition), negated: negated)
            case .date, .timestamp:
                let isFixed = condition.values.allSatisfy { if case .relative = $0 { false } else { true } }
                self = isFixed ? Self.fixed(condition, runAt: 0) : .dates(condition)
            }
        }
    }

    /// A comparison of dates with the start of the run known.
    static func fixed(_ condition: BoundCondition, runAt: Int64) -> FilterKernel {
        let values = condition.values.map { $0.resolved(runAt: runAt, as: condition.type) }
        let negated = condition.operator.isNegative
        if condition.type == .date {
            let days = values.map { if case .date(let day) = $0 { day } else { Int32(0) } }
            return .days(NumberRange(condition.operator, ends: days), negated: negated)
        }
        let instants = values.map { if case .timestamp(let instant) = $0 { instant } else { Int64(0) } }
        return .integers(NumberRange(condition.operator, ends: instants), negated: negated)
    }

    private static func text(_ condition: BoundCondition, negated: Bool) -> FilterKernel {
        guard case .string(let text)? = condition.values.first else { return .text(.equals, [], negated: negated) }
        let test: TextTest =
            switch condition.operator {
            case .contains, .notContains: .contains
            case .startsWith, .notStartsWith: .starts
            case .endsWith, .notEndsWith: .ends
            default: .equals
            }
        return .text(test, Array(text.utf8), negated: negated)
    }

    private static func list(_ condition: BoundCondition, negated: Bool) -> FilterKernel {
        switch condition.type {
        case .integer:
            // A value with a fraction equals no integer.
            let values = condition.values.compactMap { value -> Int64? in
                switch value {
                case .integer(let integer): integer
                case .number(let number): Int64(exactly: number)
                default: nil
                }
            }
            return .integerList(NumberList(values), negated: negated)
        case .number:
            // An integer that no double holds equals no number.
            let values = condition.values.compactMap { value -> Double? in
                switch value {
                case .integer(let integer): Double(exactly: integer)
                case .number(let number): number
                default: nil
                }
            }
            return .doubleList(NumberList(values), negated: negated)
        default:
            let texts = condition.values.compactMap { if case .string(let text) = $0 { text } else { nil } }
            return .textList(ByteSet(texts), negated: negated)
        }
    }
}

extension FilterOperator {
    /// Matches what its positive twin does not, nulls apart.
    var isNegative: Bool {
        switch self {
        case .notEquals, .notContains, .notStartsWith, .notEndsWith, .notBetween, .notIn: true
        default: false
        }
    }
}
