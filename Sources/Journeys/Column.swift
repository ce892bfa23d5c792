/// The type of a model's column. The raw value is its name in the API.
public enum ColumnType: String, Sendable, Hashable, CaseIterable {
    case string, integer, number, boolean
    /// A calendar day, no time zone: days since 1970-01-01.
    case date
    /// An instant: microseconds since 1970-01-01 UTC.
    case timestamp
}

/// A column of a model: what a filter may name and a batch carries.
public struct Column: Sendable, Hashable {
    public var name: String
    public var type: ColumnType
    /// Whether cells may be null.
    public var nullable: Bool

    public init(name: String, type: ColumnType, nullable: Bool = true) {
        self.name = name
        self.type = type
        self.nullable = nullable
    }
}

extension Column {
    /// `{"name", "type", "nullable"}`, as a model's `columns` list it.
    public var json: JSON {
        ["name": .string(name), "type": .string(type.rawValue), "nullable": .bool(nullable)]
    }

    /// A column from `{"name", "type"}` with an optional `nullable` (true without it); nil when it is no such object or
    /// the type is unknown.
    public init?(json: JSON) {
        guard let name = json["name"]?.stringValue,
            let type = json["type"]?.stringValue.flatMap(ColumnType.init(rawValue:))
        else { return nil }
        switch json["nullable"] {
        case nil, .null?: self.init(name: name, type: type)
        case .bool(let nullable)?: self.init(name: name, type: type, nullable: nullable)
        default: return nil
        }
    }
}
