import Journeys
import TestSupport

extension JSON {
    static func condition(_ column: String, _ op: String, _ value: JSON?) -> JSON {
        var members: [String: JSON] = [
            "type": "condition", "condition_type": "property", "column": .string(column), "operator": .string(op),
        ]
        members["value"] = value
        return .object(members)
    }
}

/// Values from a small world, so that conditions meet them.
extension SeededRandom {
    mutating func value(_ type: ColumnType) -> JSON {
        switch type {
        case .string: pick(["", "a", "A", "ab", "b", "ba", "é", "e\u{301}", "日本", "1", "a%", "aab"])
        case .integer:
            .integer(pick([0, 1, 2, -1, 5, 1 << 53, 1 << 53 + 1, .max, .min, 7]))
        case .number:
            .number(pick([0, 1, 1.5, -1.5, 0x1p53, 2.5, 1e19, -1e19, 0.1, 5]))
        case .boolean: .bool(chance(50))
        case .date: pick(["2023-11-14", "2023-11-13", "2024-02-29", "1969-12-31", "0001-01-01", "9999-12-31"])
        case .timestamp:
            pick([
                "2023-11-14T22:13:20.000000Z", "2023-11-14T22:13:19.999999Z", "2023-11-14T00:00:00.000000Z",
                "1969-12-31T23:59:59.000000Z", "2024-02-29T12:00:00.500000Z",
            ])
        }
    }

    /// What a condition on a column of that type may be compared with.
    private mutating func operand(_ type: ColumnType) -> JSON {
        switch type {
        case .integer, .number: return value(chance(50) ? .integer : .number)
        case .string: return chance(10) ? pick(["a\u{0}b", "\u{0}", "ab%", "aA"]) : value(.string)
        case .date where chance(30), .timestamp where chance(30):
            return ["relative": pick(["-1 day", "0 days", "+1 week", "-1 second", "-400000 hours", "2 minutes"])]
        case .timestamp where chance(30): return value(.date)
        default: return value(type)
        }
    }

    mutating func tree(_ columns: [Column], depth: Int) -> JSON {
        if depth > 0, chance(60) {
            return [
                "type": chance(50) ? "and" : "or",
                "children": .array(
                    (0..<Int.random(in: 1...3, using: &self)).map { _ in tree(columns, depth: depth - 1) }),
            ]
        }
        let column = pick(Array(columns.dropFirst()))
        let op = pick(FilterOperator.fitting(column.type))
        switch op.operand {
        case .none: return .condition(column.name, op.rawValue, nil)
        case .scalar, .text, .ordered: return .condition(column.name, op.rawValue, operand(column.type))
        case .list:
            let values = (0..<Int.random(in: 1...4, using: &self)).map { _ in operand(column.type) }
            return .condition(column.name, op.rawValue, .array(values))
        case .range:
            // Ends in the wrong order are refused where they can be told.
            while true {
                let json = JSON.condition(column.name, op.rawValue, [operand(column.type), operand(column.type)])
                if (try? FilterTree.parse(json)) != nil { return json }
            }
        }
    }
}

extension JSON {
    /// This tree with all that its conditions compare with put out for something else of the same kind.
    func withOtherValues(_ columns: [Column]) -> JSON {
        guard case .object(var members) = self else { return self }
        if case .array(let children)? = members["children"] {
            members["children"] = .array(children.map { $0.withOtherValues(columns) })
        }
        if let value = members["value"], let column = columns.first(where: { .string($0.name) == members["column"] }) {
            members["value"] = value.other(column.type)
        }
        return .object(members)
    }

    private func other(_ type: ColumnType) -> JSON {
        switch self {
        case .array(let values): .array(values.map { $0.other(type) })
        case .object: ["relative": "-3 days"]
        case .integer: 4242
        case .number: .number(4242)
        case .bool(let bool): .bool(!bool)
        // A text that is empty is in every text, whatever the column holds.
        case .string("") where type == .string: ""
        case .string(let text):
            switch type {
            case .date: "2001-02-03"
            // A day is its first instant.
            case .timestamp: text.utf8.count == 10 ? "2001-02-03" : "2001-02-03T00:00:00.000000Z"
            default: "'other\" ?9 --"
            }
        default: self
        }
    }
}
