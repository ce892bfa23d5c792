/// A filter tree bound to columns: names, operators and values checked and typed. SQL and column evaluation both work
/// from this one form; `FilterOperator` tells what it means.
public struct BoundFilter: Sendable, Hashable {
    public indirect enum Node: Sendable, Hashable {
        /// Always true; at the root only.
        case everyone
        /// True when all children are; never empty.
        case and([Node])
        /// True when one child is; never empty.
        case or([Node])
        case condition(BoundCondition)
    }

    public var root: Node
    /// The columns that the filter uses, each once, in the order of first use.
    public var columns: [Column]

    public init(root: Node, columns: [Column]) {
        self.root = root
        self.columns = columns
    }

    /// The names of `columns`.
    public var columnNames: [String] { columns.map(\.name) }

    /// Whether the filter lets everyone through.
    public var isEveryone: Bool { root == .everyone }
}

/// A condition whose value has the type of its column.
public struct BoundCondition: Sendable, Hashable {
    /// Index into `BoundFilter.columns`.
    public var column: Int
    public var type: ColumnType
    public var `operator`: FilterOperator
    /// None, one, two (low, high) or a list, as the operator takes. By type: string `.string`; integer and number
    /// `.integer` or `.number`; boolean `.bool`; date `.date` or `.relative`; timestamp `.timestamp` or `.relative`.
    public var values: [FilterValue]

    public init(column: Int, type: ColumnType, operator: FilterOperator, values: [FilterValue]) {
        self.column = column
        self.type = type
        self.operator = `operator`
        self.values = values
    }
}
