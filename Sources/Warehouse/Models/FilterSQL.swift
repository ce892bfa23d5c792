import Journeys

/// Writes a bound filter as an SQL condition. `FilterOperator` tells what it means; `FilterProgram` is the same over
/// columns, and a property test holds the two equal.
struct FilterSQL {
    let access: ModelAccess
    let runAt: Int64
    var values = SQLValues()

    init(_ access: ModelAccess, runAt: Int64) {
        self.access = access
        self.runAt = runAt
    }

    /// The condition: true for rows that match, false or null for others.
    /// - Throws: `ModelSQLError` when the model lacks a column of the filter.
    mutating func condition(_ filter: BoundFilter) throws(ModelSQLError) -> String {
        try node(filter.root, filter.columns)
    }

    private mutating func node(_ node: BoundFilter.Node, _ columns: [Column]) throws(ModelSQLError) -> String {
        switch node {
        case .everyone: return "1"
        case .condition(let condition): return try self.condition(condition, columns[condition.column])
        case .and(let children): return try join(children[...], " AND ", columns, none: "1")
        case .or(let children): return try join(children[...], " OR ", columns, none: "0")
        }
    }

    /// Halves in brackets: a plain chain of thousands would be as deep as it is long, and SQLite limits the depth.
    private mutating func join(
        _ children: ArraySlice<BoundFilter.Node>, _ word: String, _ columns: [Column], none: String
    ) throws(ModelSQLError) -> String {
        guard let first = children.first else { return none }
        if children.count == 1 { return try node(first, columns) }
        let middle = children.startIndex + children.count / 2
        let left = try join(children[..<middle], word, columns, none: none)
        let right = try join(children[middle...], word, columns, none: none)
        return "(\(left)\(word)\(right))"
    }

    private mutating func condition(_ condition: BoundCondition, _ column: Column) throws(ModelSQLError) -> String {
        let column = try access.column(column.name)
        guard column.type == condition.type else {
            throw ModelSQLError(
                .refused,
                "a filter takes the model's column for \(condition.type.rawValue), but it is "
                    + "\(column.type.rawValue): save the filter again")
        }
        let x = column.value
        let ends = condition.values.map { $0.resolved(runAt: runAt, as: condition.type) }
        switch condition.operator {
        case .isNull: return "\(x) IS NULL"
        case .isNotNull: return "\(x) IS NOT NULL"
        case .isTrue: return "\(x) = 1"
        case .isFalse: return "\(x) = 0"
        case .in: return "\(binary(x, column)) IN \(list(condition))"
        // Over an empty list NOT IN is true even of null.
        case .notIn: return "(\(x) IS NOT NULL AND \(binary(x, column)) NOT IN \(list(condition)))"
        case .equals: return "\(binary(x, column)) = \(first(ends))"
        case .notEquals: return "\(binary(x, column)) <> \(first(ends))"
        case .greaterThan: return "\(binary(x, column)) > \(first(ends))"
        case .greaterThanOrEqual: return "\(binary(x, column)) >= \(first(ends))"
        case .lessThan: return "\(binary(x, column)) < \(first(ends))"
        case .lessThanOrEqual: return "\(binary(x, column)) <= \(first(ends))"
        case .between: return "\(binary(x, column)) BETWEEN \(first(ends)) AND \(first(ends.dropFirst()))"
        case .notBetween: return "\(binary(x, column)) NOT BETWEEN \(first(ends)) AND \(first(ends.dropFirst()))"
        case .contains, .notContains, .startsWith, .notStartsWith, .endsWith, .notEndsWith:
            return part(x, condition)
        }
    }

    /// The value with comparisons by bytes, whatever collation the model's SQL gave it.
    private func binary(_ x: String, _ column: ModelAccess.ColumnAccess) -> String {
        column.type == .string && !column.isPlain ? "\(x) COLLATE BINARY" : x
    }

    private mutating func first(_ values: some Collection<FilterValue>) -> String {
        switch values.first {
        case .string(let text)?: self.values.add(.text(Array(text.utf8)))
        case .integer(let integer)?: self.values.add(.integer(integer))
        case .number(let number)?: self.values.add(.number(number))
        case .bool(let bool)?: self.values.add(.integer(bool ? 1 : 0))
        case .date(let day)?: self.values.add(.text(Array(Timestamp.date(day).utf8)))
        case .timestamp(let instant)?: self.values.add(.text(Array(Timestamp.fixed(instant).utf8)))
        case .relative?, nil: "NULL"
        }
    }

    /// Contained, leading and trailing texts. Leading and trailing ones by bytes, because `substr` of a text ends at a
    /// NUL; IS, because it gives null for an empty blob.
    private mutating func part(_ x: String, _ condition: BoundCondition) -> String {
        guard case .string(let text)? = condition.values.first else { return "NULL" }
        let bytes = Array(text.utf8)
        let isNegative = [.notContains, .notStartsWith, .notEndsWith].contains(condition.operator)
        if bytes.isEmpty { return isNegative ? "0" : "\(x) IS NOT NULL" }
        switch condition.operator {
        case .contains, .notContains:
            return "instr(\(x), \(values.add(.text(bytes)))) \(isNegative ? "=" : ">") 0"
        case .startsWith, .notStartsWith:
            let length = values.add(.integer(Int64(bytes.count)))
            let part = "substr(CAST(\(x) AS BLOB), 1, \(length))"
            return "(\(x) IS NOT NULL AND \(part) IS \(isNegative ? "NOT " : "")\(values.add(.blob(bytes))))"
        default:
            let start = values.add(.integer(-Int64(bytes.count)))
            let part = "substr(CAST(\(x) AS BLOB), \(start))"
            return "(\(x) IS NOT NULL AND \(part) IS \(isNegative ? "NOT " : "")\(values.add(.blob(bytes))))"
        }
    }

    /// A list as a lent table: one parameter, however long it is.
    private mutating func list(_ condition: BoundCondition) -> String {
        let content: BoundList.Content =
            switch condition.type {
            case .integer:
                // A value with a fraction equals no integer.
                .integers(
                    condition.values.compactMap { value in
                        switch value {
                        case .integer(let integer): integer
                        case .number(let number): Int64(exactly: number)
                        default: nil
                        }
                    })
            case .number:
                // An integer that no double holds equals no number.
                .numbers(
                    condition.values.compactMap { value in
                        switch value {
                        case .integer(let integer): Double(exactly: integer)
                        case .number(let number): number
                        default: nil
                        }
                    })
            default:
                .texts(condition.values.compactMap { if case .string(let text) = $0 { Array(text.utf8) } else { nil } })
            }
        return "(SELECT value FROM \(ListTable.name)(\(values.add(.list(BoundList(content))))))"
    }
}

extension BoundFilter {
    /// How many conditions it has.
    var conditionCount: Int { Self.count(root) }

    private static func count(_ node: Node) -> Int {
        switch node {
        case .everyone: 0
        case .condition: 1
        case .and(let children), .or(let children): children.reduce(0) { $0 + count($1) }
        }
    }
}
