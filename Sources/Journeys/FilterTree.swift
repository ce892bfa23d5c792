/// A filter tree of the contract, parsed and checked for grammar; it knows no columns yet.
public indirect enum FilterTree: Sendable, Hashable {
    /// No filter: `null`, `{}` or an empty root group. Everyone for entry, no one for exit. At the root only.
    case everyone
    case and([FilterTree])
    case or([FilterTree])
    case condition(FilterCondition)
}

/// One condition: a column, an operator and a value whose shape fits the operator.
public struct FilterCondition: Sendable, Hashable {
    public var column: String
    public var `operator`: FilterOperator
    /// As it was given; `.null` for operators that take none.
    public var value: JSON
    /// Where the condition stands in the parsed JSON, for problems.
    public var pointer: String

    public init(column: String, operator: FilterOperator, value: JSON = .null, pointer: String = "") {
        self.column = column
        self.operator = `operator`
        self.value = value
        self.pointer = pointer
    }
}

/// Why a filter tree can't be used: every fault found.
public struct FilterError: Error, Sendable, Hashable {
    public var problems: [Problem]

    public init(problems: [Problem]) { self.problems = problems }

    /// The first fault and how many more there are.
    public var message: String {
        let first = problems.first?.description ?? "the filter is invalid"
        return problems.count > 1 ? "\(first) (and \(problems.count - 1) more)" : first
    }
}

extension FilterError: CustomStringConvertible {
    public var description: String { message }
}

extension FilterTree {
    public static let maxNodes = 10_000
    public static let maxDepth = 50
    public static let maxListValues = 10_000

    /// Checks the grammar of the contract completely: node types, members, operators, the shapes of values and limits.
    ///
    /// - Parameters:
    ///   - pointer: where `json` stands in the request, the base of the problems' pointers.
    ///   - allowEmptyRoot: criteria may be `null`, `{}` or an empty root group, which give `.everyone`; a filter tile's
    ///     tree may not.
    /// - Throws: `FilterError` with every fault found.
    public static func parse(
        _ json: JSON, at pointer: String = "", allowEmptyRoot: Bool = false, maxNodes: Int = FilterTree.maxNodes
    ) throws(FilterError) -> FilterTree {
        var parser = FilterParser(maxNodes: maxNodes)
        let tree = parser.root(json, at: pointer, allowEmpty: allowEmptyRoot)
        guard let tree, parser.problems.isEmpty else { throw FilterError(problems: parser.problems) }
        return tree
    }

    /// The tree of a journey's `entry_criteria` or `exit_criteria`: nil and all that is empty give `.everyone`.
    /// - Throws: `FilterError` with every fault found.
    public static func criteria(_ json: JSON?, at pointer: String = "") throws(FilterError) -> FilterTree {
        try parse(json ?? .null, at: pointer, allowEmptyRoot: true)
    }

    /// The conditions from left to right.
    public var conditions: [FilterCondition] {
        switch self {
        case .everyone: []
        case .condition(let condition): [condition]
        case .and(let children), .or(let children): children.flatMap(\.conditions)
        }
    }

    /// The names of the columns used, each once, in the order of first use.
    public var columnNames: [String] {
        var seen: Set<[UInt8]> = []
        return conditions.map(\.column).filter { seen.insert(Array($0.utf8)).inserted }
    }

    /// The tree as JSON, in the contract's form; `.everyone` is `{}`.
    public var json: JSON {
        switch self {
        case .everyone: return [:]
        case .and(let children): return ["type": "and", "children": .array(children.map(\.json))]
        case .or(let children): return ["type": "or", "children": .array(children.map(\.json))]
        case .condition(let condition):
            var members: [String: JSON] = [
                "type": "condition", "condition_type": "property", "column": .string(condition.column),
                "operator": .string(condition.operator.rawValue),
            ]
            if condition.operator.operand != .none { members["value"] = condition.value }
            return .object(members)
        }
    }
}
