import Journeys

/// What a config schema marks for the core, so that it never knows a type by name: references to destinations, filter
/// trees, columns, mappings, secrets and URLs. Marks stand at the root or below `properties`, `additionalProperties`,
/// `items`, `prefixItems`, `allOf`, `anyOf`, `oneOf`, `then`, `else` and local `$ref`s. Any thread.
public struct SchemaMarks: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A string: the id of a destination.
        case destination
        /// An object: a filter tree over the model's columns.
        case filterTree = "filter-tree"
        /// A string: a column of the model.
        case column
        /// An array of `{source_column | value, destination_field}`.
        case fieldMapping = "field-mapping"
        /// `writeOnly`: encrypted at rest, never shown.
        case secret
        /// `format: uri`: in a connector, an origin that secrets may be sent to.
        case uri

        /// The JSON Schema type that such a value has.
        var schemaType: String {
            switch self {
            case .destination, .column, .secret, .uri: "string"
            case .filterTree: "object"
            case .fieldMapping: "array"
            }
        }
    }

    /// One marked value of a config.
    public struct Found: Sendable, Hashable {
        public var kind: Kind
        /// RFC 6901 pointer into the config.
        public var pointer: String
        public var value: JSON

        public init(kind: Kind, pointer: String, value: JSON) {
            self.kind = kind
            self.pointer = pointer
            self.value = value
        }
    }

    /// A step from a value to those in it that a subschema speaks of.
    enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
        /// Every element of an array from this index on.
        case elements(Int)
        /// Every member of an object but those named.
        case members(except: Set<String>)
    }

    struct Rule: Sendable, Hashable {
        var path: [Step]
        var kind: Kind
    }

    let rules: [Rule]

    /// Reads a schema. Marks that this core does not know, from a newer ABI, are passed over.
    public init(schema: JSON) {
        var reader = SchemaMarkReader(root: schema)
        reader.read(schema, path: [], references: [])
        rules = reader.rules
    }

    /// What is wrong with the marks of a schema, with pointers into it: a mark of a wrong shape, one on a value of another
    /// type, and, when `strict`, one that this core does not know.
    public static func problems(in schema: JSON, strict: Bool) -> [Problem] {
        var reader = SchemaMarkReader(root: schema, strict: strict)
        reader.read(schema, path: [], references: [])
        return reader.problems
    }
}
