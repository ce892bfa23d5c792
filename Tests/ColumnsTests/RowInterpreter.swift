import Journeys
import TestSupport

/// What a filter means, a row at a time, with no cleverness: the oracle of FilterProgramTests.
enum RowInterpreter {
    /// - Parameter row: cells in the order of `filter.columns`.
    static func matches(_ filter: BoundFilter, _ row: [Cell], runAt: Int64) -> Bool {
        matches(filter.root, row, runAt)
    }

    private static func matches(_ node: BoundFilter.Node, _ row: [Cell], _ runAt: Int64) -> Bool {
        switch node {
        case .everyone: true
        case .and(let children): children.allSatisfy { matches($0, row, runAt) }
        case .or(let children): children.contains { matches($0, row, runAt) }
        case .condition(let condition): matches(condition, row[condition.column], runAt)
        }
    }

    private static func matches(_ condition: BoundCondition, _ cell: Cell, _ runAt: Int64) -> Bool {
        let op = condition.operator
        if op == .isNull { return cell == .null }
        if cell == .null { return false }
        if op == .isNotNull { return true }
        if op == .isTrue { return cell == .bool(true) }
        if op == .isFalse { return cell == .bool(false) }

        if case .string(let text) = cell, op.operand == .text, case .string(let wanted)? = condition.values.first {
            let (text, wanted) = (Array(text.utf8), Array(wanted.utf8))
            switch op {
            case .startsWith: return text.starts(with: wanted)
            case .notStartsWith: return !text.starts(with: wanted)
            case .endsWith: return text.reversed().starts(with: wanted.reversed())
            case .notEndsWith: return !text.reversed().starts(with: wanted.reversed())
            default:
                let found = (0...max(0, text.count)).contains { text.dropFirst($0).starts(with: wanted) }
                return op == .contains ? found : !found
            }
        }

        let orders = condition.values.map { order(cell, $0, runAt) }
        switch op {
        case .equals: return orders[0] == 0
        case .notEquals: return orders[0] != 0
        case .greaterThan: return orders[0] > 0
        case .greaterThanOrEqual: return orders[0] >= 0
        case .lessThan: return orders[0] < 0
        case .lessThanOrEqual: return orders[0] <= 0
        case .between: return orders[0] >= 0 && orders[1] <= 0
        case .notBetween: return !(orders[0] >= 0 && orders[1] <= 0)
        case .in: return orders.contains(0)
        case .notIn: return !orders.contains(0)
        default: preconditionFailure("operator \(op) is not interpreted")
        }
    }

    /// -1, 0, 1 as the cell is below, equal to, above the value.
    private static func order(_ cell: Cell, _ value: FilterValue, _ runAt: Int64) -> Int {
        func sign<Value: Comparable>(_ a: Value, _ b: Value) -> Int { a < b ? -1 : a > b ? 1 : 0 }
        let day: Int64 = 86_400_000_000
        switch (cell, value) {
        case (.string(let a), .string(let b)): return Array(a.utf8) == Array(b.utf8) ? 0 : 1
        case (.bool(let a), .bool(let b)): return a == b ? 0 : 1
        case (.integer(let a), .integer(let b)): return sign(a, b)
        case (.number(let a), .number(let b)): return sign(a, b)
        case (.integer(let a), .number(let b)): return exact(a, b)
        case (.number(let a), .integer(let b)): return -exact(b, a)
        case (.date(let a), .date(let b)): return sign(a, b)
        case (.timestamp(let a), .timestamp(let b)): return sign(a, b)
        case (.timestamp(let a), .relative(let offset)): return sign(a, runAt + offset)
        case (.date(let a), .relative(let offset)):
            let instant = runAt + offset
            return sign(Int64(a), (instant - ((instant % day) + day) % day) / day)
        default: preconditionFailure("\(cell) against \(value)")
        }
    }

    /// In 128 bits, which hold every Int64 and, scaled by two, every half that the tests use.
    private static func exact(_ integer: Int64, _ number: Double) -> Int {
        if number >= 0x1p100 { return -1 }
        if number <= -0x1p100 { return 1 }
        let whole = Int128(number.rounded(.down))
        if Int128(integer) != whole { return Int128(integer) < whole ? -1 : 1 }
        return number == number.rounded(.down) ? 0 : -1
    }
}

extension SeededRandom {
    /// A random tree over `everyType`, in the contract's JSON.
    mutating func filter(depth: Int) -> JSON {
        if depth > 0, chance(50) {
            let children = (0..<Int.random(in: 1...4, using: &self)).map { _ in filter(depth: depth - 1) }
            return ["type": .string(pick(["and", "or"])), "children": .array(children)]
        }
        let column = pick(everyType)
        let op = pick(FilterOperator.fitting(column.type))
        var value: JSON?
        switch op.operand {
        case .none: value = nil
        case .scalar, .text, .ordered: value = self.value(column.type)
        case .list: value = .array((0..<Int.random(in: 1...5, using: &self)).map { _ in self.value(column.type) })
        case .range:
            // Ends in the wrong order are refused: swap until they are taken.
            let ends = [self.value(column.type), self.value(column.type)]
            let taken = FilterTreeProbe.accepts(column, op, .array(ends))
            value = .array(taken ? ends : ends.reversed())
        }
        return FilterProgramTests.condition(column.name, op.rawValue, value)
    }

    private mutating func value(_ type: ColumnType) -> JSON {
        let relative: JSON = [
            "relative": .string(pick(["0 days", "-1 day", "1 second", "-10 days", "3 hours", "1 week"]))
        ]
        switch type {
        case .date where chance(30), .timestamp where chance(30): return relative
        case .integer where chance(40): return value(.number)
        case .number where chance(40): return value(.integer)
        default: break
        }
        switch cell(type, nulls: 0) {
        case .null: return .null
        case .string(let value): return .string(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value.isFinite ? value : 0.25)
        case .bool(let value): return .bool(value)
        case .date(let value): return .string(Timestamp.date(value))
        case .timestamp(let value): return .string(Timestamp.fixed(value))
        }
    }
}

/// Whether the parser takes a condition.
enum FilterTreeProbe {
    static func accepts(_ column: Column, _ op: FilterOperator, _ value: JSON) -> Bool {
        (try? FilterTree.parse(FilterProgramTests.condition(column.name, op.rawValue, value))) != nil
    }
}
