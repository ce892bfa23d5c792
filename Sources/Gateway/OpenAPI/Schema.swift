import Journeys

/// A JSON Schema (2020-12), as OpenAPI 3.1 uses it, put together from small parts.
struct Schema: Sendable {
    private(set) var members: [String: JSON]

    var json: JSON { .object(members) }

    init(_ members: [String: JSON] = [:]) { self.members = members }

    /// Any JSON value.
    static let any = Schema()
    static let boolean = Schema(["type": "boolean"])
    static let number = Schema(["type": "number"])
    static let time = Schema(["type": "string", "format": "date-time", "examples": ["2024-01-15T09:30:00Z"]])
    static let day = Schema(["type": "string", "format": "date", "examples": ["2024-01-15"]])
    static let id = Schema(["type": "string", "format": "uuid", "examples": [.string(exampleID)]])
    /// What a client can't set and may send back.
    static let ignored = Schema(["description": "Set by the server: accepted and ignored."])
    static let exampleID = "770e8400-e29b-41d4-a716-446655440000"

    static func string(
        _ description: String = "", _ length: ClosedRange<Int>? = nil, pattern: String? = nil, example: String? = nil
    ) -> Schema {
        var members: [String: JSON] = ["type": "string"]
        if let length {
            if length.lowerBound > 0 { members["minLength"] = .integer(Int64(length.lowerBound)) }
            members["maxLength"] = .integer(Int64(length.upperBound))
        }
        if let pattern { members["pattern"] = .string(pattern) }
        if let example { members["examples"] = [.string(example)] }
        return Schema(members).described(description)
    }

    static func integer(_ description: String = "", _ range: ClosedRange<Int>? = nil, example: Int? = nil) -> Schema {
        var members: [String: JSON] = ["type": "integer"]
        if let range {
            members["minimum"] = .integer(Int64(range.lowerBound))
            if range.upperBound < .max { members["maximum"] = .integer(Int64(range.upperBound)) }
        }
        if let example { members["examples"] = [.integer(Int64(example))] }
        return Schema(members).described(description)
    }

    /// How many there are.
    static func count(_ description: String = "", example: Int? = nil) -> Schema {
        integer(description, 0...(.max), example: example)
    }

    static func words(_ words: [String], _ description: String = "") -> Schema {
        Schema(["type": "string", "enum": .array(words.map { .string($0) })]).described(description)
    }

    static func constant(_ value: JSON) -> Schema { Schema(["const": value]) }

    static func array(of item: Schema, _ description: String = "", _ count: ClosedRange<Int>? = nil) -> Schema {
        var members: [String: JSON] = ["type": "array", "items": item.json]
        if let count {
            if count.lowerBound > 0 { members["minItems"] = .integer(Int64(count.lowerBound)) }
            if count.upperBound < .max { members["maxItems"] = .integer(Int64(count.upperBound)) }
        }
        return Schema(members).described(description)
    }

    /// An object by name: its values are all of one kind.
    static func map(of value: Schema, _ description: String = "") -> Schema {
        Schema(["type": "object", "additionalProperties": value.json]).described(description)
    }

    /// Objects that other fields may be added to, such as a config: nothing is said of what is in them.
    static func open(_ description: String = "", example: JSON = [:]) -> Schema {
        Schema(["type": "object", "additionalProperties": true, "examples": [example]]).described(description)
    }

    /// An object of an answer: all fields but the optional ones are there.
    static func object(_ properties: [String: Schema], optional: Set<String> = [], _ description: String = "") -> Schema
    {
        let required = properties.keys.filter { !optional.contains($0) }.sorted()
        return fields(properties, required: required, description)
    }

    /// An object of a request: other fields are refused.
    static func input(
        _ properties: [String: Schema], required: [String] = [], ignored: Set<String> = [], _ description: String = ""
    ) -> Schema {
        let all = properties.merging(ignored.map { ($0, .ignored) }) { own, _ in own }
        var schema = fields(all, required: required.sorted(), description)
        schema.members["additionalProperties"] = false
        return schema
    }

    private static func fields(_ properties: [String: Schema], required: [String], _ description: String) -> Schema {
        var members: [String: JSON] = ["type": "object", "properties": .object(properties.mapValues(\.json))]
        if !required.isEmpty { members["required"] = .array(required.map { .string($0) }) }
        return Schema(members).described(description)
    }

    static func any(of schemas: [Schema]) -> Schema { Schema(["anyOf": .array(schemas.map(\.json))]) }
    static func one(of schemas: [Schema]) -> Schema { Schema(["oneOf": .array(schemas.map(\.json))]) }

    /// A schema of `components`.
    static func ref(_ name: String) -> Schema { Schema(["$ref": .string("#/components/schemas/\(name)")]) }
}
