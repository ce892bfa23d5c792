import Journeys

/// An example of a schema: its own, or made of those of its parts.
struct Example {
    private let schemas: [String: Schema]

    init(_ schemas: [String: Schema]) { self.schemas = schemas }

    func value(of schema: JSON) -> JSON {
        if let own = schema["examples"]?[0] ?? schema["const"] ?? schema["enum"]?[0] { return own }
        if let ref = schema["$ref"]?.stringValue, let name = ref.split(separator: "/").last {
            return schemas[String(name)].map { value(of: $0.json) } ?? .null
        }
        if schema["type"]?.arrayValue?.contains("null") == true { return .null }
        if let choice = schema["anyOf"]?[0] ?? schema["oneOf"]?[0] { return value(of: choice) }
        switch schema["type"]?.stringValue ?? schema["type"]?[0]?.stringValue {
        case "object": return .object((schema["properties"]?.objectValue ?? [:]).mapValues(value))
        case "array": return .array(schema["items"].map { [value(of: $0)] } ?? [])
        case "integer", "number": return schema["minimum"] ?? 0
        case "boolean": return false
        case "string": return ""
        default: return .null
        }
    }
}
