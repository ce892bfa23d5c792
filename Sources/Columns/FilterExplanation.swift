import Journeys

/// Says why a row matches a filter or does not: the conditions that decided it, with the values that they saw. For people,
/// a row at a time: evaluating whole batches is `FilterProgram`'s.
public struct FilterExplanation {
    private indirect enum Node {
        case everyone
        case and([Node])
        case or([Node])
        case condition(FilterCondition, FilterProgram)
    }

    private let root: Node

    /// Conditions that are told of at most: a filter may have thousands.
    static let maxConditions = 100
    /// Values of a list, and characters of a text, that are shown.
    static let maxValues = 20
    static let maxCharacters = 1000

    /// - Throws: what is wrong with the filter on these columns.
    public init(_ tree: FilterTree, columns: [Column]) throws(FilterError) {
        root = try Self.compile(tree, columns)
    }

    private static func compile(_ tree: FilterTree, _ columns: [Column]) throws(FilterError) -> Node {
        switch tree {
        case .everyone: return .everyone
        case .condition(let condition): return .condition(condition, FilterProgram(try tree.bound(to: columns)))
        case .and(let children): return .and(try compile(children, columns))
        case .or(let children): return .or(try compile(children, columns))
        }
    }

    private static func compile(_ trees: [FilterTree], _ columns: [Column]) throws(FilterError) -> [Node] {
        var nodes: [Node] = []
        for tree in trees { nodes.append(try compile(tree, columns)) }
        return nodes
    }

    /// `{"matches": true, "because": [{"column", "operator", "value", "seen", "holds"}…]}`. Of an `and` that fails, and of an
    /// `or` that holds, the first child that makes it so is told, else all.
    /// - Parameter runAt: the start of the run, from which relative dates count.
    /// - Throws: when the batch lacks a column.
    public func explain(_ view: BatchView, row: Int, runAt: Int64) throws(BatchViewError) -> JSON {
        let (holds, because) = try decide(root, view, row, runAt)
        return ["matches": .bool(holds), "because": .array(Array(because.prefix(Self.maxConditions)))]
    }

    private func decide(
        _ node: Node, _ view: BatchView, _ row: Int, _ runAt: Int64
    ) throws(BatchViewError) -> (holds: Bool, because: [JSON]) {
        switch node {
        case .everyone: return (true, [])
        case .and(let children): return try decide(children, until: false, view, row, runAt)
        case .or(let children): return try decide(children, until: true, view, row, runAt)
        case .condition(let condition, let program):
            var matches: [Bool] = []
            try program.evaluate(view, runAt: runAt, into: &matches)
            let holds = matches[row]
            var members: [String: JSON] = [
                "column": .string(condition.column), "operator": .string(condition.operator.rawValue),
                "holds": .bool(holds),
                "seen": view.index(of: condition.column).map { Self.cut(view.json($0, row)) } ?? .null,
            ]
            if condition.operator.operand != .none { members["value"] = Self.cut(condition.value) }
            return (holds, [.object(members)])
        }
    }

    /// - Parameter decisive: what one child must be to decide alone.
    private func decide(
        _ children: [Node], until decisive: Bool, _ view: BatchView, _ row: Int, _ runAt: Int64
    ) throws(BatchViewError) -> (holds: Bool, because: [JSON]) {
        var all: [JSON] = []
        for child in children {
            let (holds, because) = try decide(child, view, row, runAt)
            if holds == decisive { return (decisive, because) }
            if all.count < Self.maxConditions { all += because }
        }
        return (!decisive, all)
    }

    private static func cut(_ json: JSON) -> JSON {
        switch json {
        case .array(let values) where values.count > maxValues:
            .array(values.prefix(maxValues).map(cut) + [.string("… \(values.count) in all")])
        case .string(let text) where text.unicodeScalars.count > maxCharacters:
            .string(String(text.unicodeScalars.prefix(maxCharacters)) + "…")
        default: json
        }
    }
}

extension BatchView {
    /// A cell as JSON: dates and times as the API writes them.
    func json(_ column: Int, _ row: Int) -> JSON {
        if isNull(column, row) { return .null }
        switch columns[column].type {
        case .string: return .string(String(decoding: utf8(column)[row], as: UTF8.self))
        case .integer: return .integer(int64(column)[row])
        case .number:
            let value = double(column)[row]
            return value.isFinite ? .number(value) : .null
        case .boolean: return .bool(bool(column)[row])
        case .date: return .string(Timestamp.date(date(column)[row]))
        case .timestamp: return .string(Timestamp.fixed(int64(column)[row]))
        }
    }
}
