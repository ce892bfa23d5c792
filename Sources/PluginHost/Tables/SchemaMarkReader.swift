import Journeys

/// Walks a JSON Schema and collects its marks.
struct SchemaMarkReader {
    private static let maxSteps = 16
    private static let maxRules = 1024
    /// Subschemas looked at: `$ref`s into each other can multiply beyond any bound.
    private var budget = 20_000

    let root: JSON
    var strict = false
    private(set) var rules: [SchemaMarks.Rule] = []
    private(set) var problems: [Problem] = []
    private var seen: Set<SchemaMarks.Rule> = []

    init(root: JSON, strict: Bool = false) {
        self.root = root
        self.strict = strict
    }

    /// - Parameters:
    ///   - at: pointer into the schema, for problems.
    ///   - references: the `$ref`s that led here: a recursive schema ends where it meets itself.
    mutating func read(
        _ schema: JSON, path: [SchemaMarks.Step], references: Set<String>, at: String = ""
    ) {
        guard let members = schema.objectValue, path.count <= Self.maxSteps, rules.count < Self.maxRules, budget > 0
        else { return }
        budget -= 1
        readMarks(members, path: path, at: at)

        if let properties = members["properties"]?.objectValue {
            for (name, property) in properties.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                let place = at + JSON.pointer("properties", .key(name))
                read(property, path: path + [.key(name)], references: references, at: place)
            }
        }
        if let other = members["additionalProperties"], other.objectValue != nil {
            let named = Set((members["properties"]?.objectValue ?? [:]).keys)
            read(
                other, path: path + [.members(except: named)], references: references, at: at + "/additionalProperties")
        }
        let prefix = members["prefixItems"]?.arrayValue ?? []
        for (index, element) in prefix.enumerated() {
            read(element, path: path + [.index(index)], references: references, at: at + "/prefixItems/\(index)")
        }
        if let items = members["items"], items.objectValue != nil {
            read(items, path: path + [.elements(prefix.count)], references: references, at: at + "/items")
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for (index, part) in (members[keyword]?.arrayValue ?? []).enumerated() {
                read(part, path: path, references: references, at: at + "/\(keyword)/\(index)")
            }
        }
        for keyword in ["then", "else"] {
            if let part = members[keyword] {
                read(part, path: path, references: references, at: at + "/\(keyword)")
            }
        }
        if let reference = members["$ref"]?.stringValue, reference.hasPrefix("#"), !references.contains(reference),
            let target = root.value(at: String(reference.dropFirst()))
        {
            read(target, path: path, references: references.union([reference]), at: String(reference.dropFirst()))
        }
    }

    private mutating func readMarks(_ members: [String: JSON], path: [SchemaMarks.Step], at: String) {
        let type = members["type"]
        if let mark = members["x-tessera"] {
            switch mark.stringValue.flatMap(SchemaMarks.Kind.init(rawValue:)) {
            case .destination?: add(.destination, path, type, at)
            case .filterTree?: add(.filterTree, path, type, at)
            case .column?: add(.column, path, type, at)
            case .fieldMapping?: add(.fieldMapping, path, type, at)
            default:
                if mark.stringValue == nil {
                    problem(at, "\"x-tessera\" must be a string, not \(mark.kindName)")
                } else if strict {
                    problem(at, "the mark \"x-tessera\": \(mark.text) is not one of ABI 1.0")
                }
            }
        }
        switch members["writeOnly"] {
        case nil, .bool(false)?: break
        case .bool(true)?: add(.secret, path, type, at)
        case let other?: problem(at, "\"writeOnly\" must be true or false, not \(other.kindName)")
        }
        if members["format"]?.stringValue == "uri" { add(.uri, path, type, at) }
    }

    private mutating func add(_ kind: SchemaMarks.Kind, _ path: [SchemaMarks.Step], _ type: JSON?, _ at: String) {
        // A type list such as ["string", "null"] is fine as long as the marked kind is in it.
        let types: [String]? =
            switch type {
            case .string(let name)?: [name]
            case .array(let names)?: names.compactMap(\.stringValue)
            default: nil
            }
        if let types, !types.contains(kind.schemaType) {
            let name = kind == .secret ? "writeOnly" : kind == .uri ? "format: uri" : "x-tessera: \(kind.rawValue)"
            problem(at, "\"\(name)\" stands on \(types.joined(separator: " or ")), it belongs on a \(kind.schemaType)")
        }
        let rule = SchemaMarks.Rule(path: path, kind: kind)
        if seen.insert(rule).inserted { rules.append(rule) }
    }

    private mutating func problem(_ pointer: String, _ message: String) {
        problems.append(Problem(pointer: pointer, message: message))
    }
}
