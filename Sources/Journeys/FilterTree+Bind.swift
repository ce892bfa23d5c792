extension FilterTree {
    /// What is wrong with the tree for a model with these columns: unknown columns, operators and values that don't fit
    /// a column's type. Empty when it can be bound.
    public func check(columns: [Column]) -> [Problem] {
        var binder = FilterBinder(columns: columns)
        _ = binder.bind(self)
        return binder.problems
    }

    /// The typed tree for a model with these columns.
    /// - Throws: `FilterError` with all that `check` finds.
    public func bound(to columns: [Column]) throws(FilterError) -> BoundFilter {
        var binder = FilterBinder(columns: columns)
        let root = binder.bind(self)
        guard let root, binder.problems.isEmpty else { throw FilterError(problems: binder.problems) }
        return BoundFilter(root: root, columns: binder.used)
    }
}

/// Types a tree's conditions by the columns of a model.
private struct FilterBinder {
    let columns: [Column]
    var used: [Column] = []
    var problems: [Problem] = []
    private var byName: [[UInt8]: Column]
    private var places: [[UInt8]: Int] = [:]

    init(columns: [Column]) {
        self.columns = columns
        byName = Dictionary(columns.map { (Array($0.name.utf8), $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func bind(_ tree: FilterTree) -> BoundFilter.Node? {
        switch tree {
        case .everyone:
            return .everyone
        case .and(let children):
            let bound = children.map { bind($0) }
            return bound.contains { $0 == nil } ? nil : .and(bound.compactMap { $0 })
        case .or(let children):
            let bound = children.map { bind($0) }
            return bound.contains { $0 == nil } ? nil : .or(bound.compactMap { $0 })
        case .condition(let condition):
            return bind(condition).map { .condition($0) }
        }
    }

    private mutating func bind(_ condition: FilterCondition) -> BoundCondition? {
        let key = Array(condition.column.utf8)
        guard let column = byName[key] else {
            let near = NearNames.phrase(for: condition.column, among: columns.map(\.name))
            problem(condition, "/column", "the model has no column '\(condition.column)'\(near)")
            return nil
        }
        let op = condition.operator
        guard op.fits(column.type) else {
            let fitting = FilterOperator.fitting(column.type).map(\.rawValue).joined(separator: ", ")
            problem(
                condition, "/operator",
                "operator \(op.rawValue) can't be used on column '\(column.name)', which is \(column.type.phrase): "
                    + "use one of \(fitting)")
            return nil
        }
        guard let values = values(of: condition, column: column) else { return nil }
        let place = places[key] ?? used.count
        if place == used.count {
            places[key] = place
            used.append(column)
        }
        return BoundCondition(column: place, type: column.type, operator: op, values: values)
    }

    private mutating func values(of condition: FilterCondition, column: Column) -> [FilterValue]? {
        let given: [(suffix: String, value: JSON)] =
            switch condition.operator.operand {
            case .none: []
            case .scalar, .text, .ordered: [("/value", condition.value)]
            case .range, .list:
                (condition.value.arrayValue ?? []).enumerated().map { ("/value/\($0)", $1) }
            }
        var values: [FilterValue] = []
        values.reserveCapacity(given.count)
        for (suffix, json) in given {
            if let value = FilterValue(json, for: column.type) {
                values.append(value)
            } else {
                problem(
                    condition, suffix,
                    "\(json.text.prefix(80)) does not fit column '\(column.name)', which is \(column.type.phrase): "
                        + "give \(column.type.valuePhrase)")
            }
        }
        return values.count == given.count ? values : nil
    }

    private mutating func problem(_ condition: FilterCondition, _ suffix: String, _ message: String) {
        problems.append(Problem(pointer: condition.pointer + suffix, message: message))
    }
}

extension FilterValue {
    /// A JSON value in the type of a column; nil when it does not fit.
    init?(_ json: JSON, for type: ColumnType) {
        switch (type, json) {
        case (.string, .string(let text)): self = .string(text)
        case (.integer, .integer(let value)), (.number, .integer(let value)): self = .integer(value)
        case (.integer, .number(let value)), (.number, .number(let value)): self = .number(value)
        case (.boolean, .bool(let value)): self = .bool(value)
        case (.date, .string(let text)):
            guard let days = Timestamp.parseDate(text) else { return nil }
            self = .date(days)
        case (.timestamp, .string(let text)):
            guard let literal = DateLiteral(text) else { return nil }
            self = .timestamp(literal.microseconds)
        case (.date, .object), (.timestamp, .object):
            guard case .success(let offset) = RelativeDate.parse(json) else { return nil }
            self = .relative(offset)
        default: return nil
        }
    }
}

extension ColumnType {
    fileprivate var phrase: String {
        switch self {
        case .integer: "an integer"
        default: "a \(rawValue)"
        }
    }

    fileprivate var valuePhrase: String {
        switch self {
        case .string: "a string"
        case .integer, .number: "a number"
        case .boolean: "true or false"
        case .date: "a date like 2024-01-15 or {\"relative\": \"-30 days\"}"
        case .timestamp: "a timestamp like 2024-01-15T09:30:00Z, a date, or {\"relative\": \"-30 days\"}"
        }
    }
}
