import Journeys

/// The values from `low` to `high`, both included; none when `low` is above `high`. Every comparison becomes one: two
/// tests a row whatever the operator.
struct NumberRange<Value: Comparable & Sendable>: Sendable {
    var low: Value
    var high: Value
}

extension NumberRange where Value: FixedWidthInteger {
    private static var nothing: Self { Self(low: .max, high: .min) }

    private var isEmpty: Bool { low > high }

    /// The range that an operator (or its positive twin) means, with its one or two ends.
    init(_ op: FilterOperator, ends: [Value]) {
        guard let first = ends.first, let last = ends.last else {
            self = .nothing
            return
        }
        switch op {
        case .greaterThan: self = first == .max ? .nothing : Self(low: first + 1, high: .max)
        case .greaterThanOrEqual: self = Self(low: first, high: .max)
        case .lessThan: self = first == .min ? .nothing : Self(low: .min, high: first - 1)
        case .lessThanOrEqual: self = Self(low: .min, high: first)
        default: self = Self(low: first, high: last)
        }
    }
}

extension NumberRange where Value == Int64 {
    /// A condition on an integer column; values with a fraction are moved to the integers that they separate.
    init(integers condition: BoundCondition) {
        var range = Self(low: .min, high: .max)
        let op = condition.operator
        if let value = condition.values.first, op.boundsBelow { range.raise(to: value, strict: op == .greaterThan) }
        if let value = condition.values.last, op.boundsAbove, !range.isEmpty {
            range.lower(to: value, strict: op == .lessThan)
        }
        self = range
    }

    private mutating func raise(to value: FilterValue, strict: Bool) {
        switch value {
        case .integer(let integer):
            self = strict && integer == .max ? .nothing : Self(low: strict ? integer + 1 : integer, high: high)
        case .number(let number):
            // x > 1.5 and x >= 1.5 both begin at 2; x > 2.0 at 3.
            let bound = strict ? number.rounded(.down) + 1 : number.rounded(.up)
            if bound >= 0x1p63 {
                self = .nothing
            } else if strict, number == number.rounded(.down), let integer = Int64(exactly: number) {
                // Beyond 2^53 adding one to a double does nothing.
                low = integer + 1
            } else {
                low = bound <= -0x1p63 ? .min : Int64(bound)
            }
        default: break
        }
    }

    private mutating func lower(to value: FilterValue, strict: Bool) {
        switch value {
        case .integer(let integer):
            self = strict && integer == .min ? .nothing : Self(low: low, high: strict ? integer - 1 : integer)
        case .number(let number):
            let bound = strict ? number.rounded(.up) - 1 : number.rounded(.down)
            if number < -0x1p63 || (strict && number <= -0x1p63) {
                self = .nothing
            } else if strict, number == number.rounded(.up), let integer = Int64(exactly: number) {
                high = integer - 1
            } else {
                high = bound >= 0x1p63 ? .max : Int64(bound)
            }
        default: break
        }
    }
}

extension NumberRange where Value == Double {
    /// A condition on a number column; integers that no double holds are moved to the doubles beside them. Infinities in
    /// the column are beyond every value.
    init(doubles condition: BoundCondition) {
        var range = Self(low: -.infinity, high: .infinity)
        let op = condition.operator
        if let value = condition.values.first, op.boundsBelow {
            switch value {
            case .number(let number): range.low = op == .greaterThan ? number.nextUp : number
            case .integer(let integer):
                let near = Double(integer)
                let order = Exact.compare(integer, near) ?? 0
                range.low = order > 0 || (order == 0 && op == .greaterThan) ? near.nextUp : near
            default: break
            }
        }
        if let value = condition.values.last, op.boundsAbove {
            switch value {
            case .number(let number): range.high = op == .lessThan ? number.nextDown : number
            case .integer(let integer):
                let near = Double(integer)
                let order = Exact.compare(integer, near) ?? 0
                range.high = order < 0 || (order == 0 && op == .lessThan) ? near.nextDown : near
            default: break
            }
        }
        self = range
    }
}

extension FilterOperator {
    fileprivate var boundsBelow: Bool { self != .lessThan && self != .lessThanOrEqual }
    fileprivate var boundsAbove: Bool { self != .greaterThan && self != .greaterThanOrEqual }
}
