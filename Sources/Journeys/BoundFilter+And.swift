extension BoundFilter {
    /// What matches both.
    public func and(_ other: BoundFilter) -> BoundFilter {
        if isEveryone { return other }
        if other.isEveryone { return self }
        var columns = columns
        let places = other.columns.map { column in
            if let place = columns.firstIndex(where: { $0.name.utf8.elementsEqual(column.name.utf8) }) { return place }
            columns.append(column)
            return columns.count - 1
        }
        return BoundFilter(root: .and([root, Self.moved(other.root, to: places)]), columns: columns)
    }

    private static func moved(_ node: Node, to places: [Int]) -> Node {
        switch node {
        case .everyone: .everyone
        case .and(let children): .and(children.map { moved($0, to: places) })
        case .or(let children): .or(children.map { moved($0, to: places) })
        case .condition(let condition):
            .condition(
                BoundCondition(
                    column: places[condition.column], type: condition.type, operator: condition.operator,
                    values: condition.values))
        }
    }
}
