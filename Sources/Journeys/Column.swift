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
    /// A string column whose texts are JSON (nested values): batches mark it as Arrow's extension type `arrow.json`.
    public var isJSON: Bool

    public init(name: String, type: ColumnType, nullable: Bool = true, isJSON: Bool = false) {
        self.name = name
        self.type = type
        self.nullable = nullable
        self.isJSON = isJSON
    }
}

extension Column {
    /// `{"name", "type", "nullable"}`, as a model's `columns` list it; `"json": true` beside it for nested values.
    public var json: JSON {
        var members: [String: JSON] = [
            "name": .string(name), "type": .string(type.rawValue), "nullable": .bool(nullable),
        ]
        if isJSON { members["json"] = true }
        return .object(members)
    }

    /// A column from `{"name", "type"}` with an optional `nullable` (true without it) and `json` (false without it); nil
    /// when it is no such object or the type is unknown.
    public init?(json: JSON) {
        guard let name = json["name"]?.stringValue,
            let type = json["type"]?.stringValue.flatMap(ColumnType.init(rawValue:))
        else { return nil }
        let isJSON = json["json"]?.boolValue ?? false
        switch json["nullable"] {
        case nil, .null?: self.init(name: name, type: type, isJSON: isJSON)
        case .bool(let nullable)?: self.init(name: name, type: type, nullable: nullable, isJSON: isJSON)
        default: return nil
        }
    }
}
