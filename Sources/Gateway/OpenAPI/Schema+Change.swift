import Journeys

extension Schema {
    func described(_ description: String) -> Schema {
        description.isEmpty ? self : with("description", .string(description))
    }

    func example(_ value: JSON) -> Schema { with("examples", [value]) }

    func with(_ name: String, _ value: JSON) -> Schema {
        var members = self.members
        members[name] = value
        return Schema(members)
    }

    /// Or null.
    var nullable: Schema {
        if let type = members["type"]?.stringValue {
            let schema = with("type", [.string(type), "null"])
            guard case .array(let words)? = members["enum"] else { return schema }
            return schema.with("enum", .array(words + [.null]))
        }
        return .any(of: [self, Schema(["type": "null"])])
    }

    /// An object with more fields, all of them required.
    func adding(_ properties: [String: Schema]) -> Schema {
        let all = (members["properties"]?.objectValue ?? [:]).merging(properties.mapValues(\.json)) { $1 }
        let required = (members["required"]?.arrayValue ?? []).compactMap(\.stringValue) + properties.keys
        return with("properties", .object(all)).with("required", .array(required.sorted().map { .string($0) }))
    }

    /// An object of a request without required fields: what is left out stays.
    var partial: Schema {
        var members = self.members
        members["required"] = nil
        members["examples"] = nil
        return Schema(members)
    }
}
