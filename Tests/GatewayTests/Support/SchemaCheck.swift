import Journeys

/// Checks JSON values against the part of JSON Schema that the API's description uses.
struct SchemaCheck {
    /// Where `$ref`s lead.
    let document: JSON
    /// Whether objects may have no fields but those of their schema, unless it says otherwise: what is not described
    /// should not be answered.
    var isStrict = false

    /// Why a value does not fit, each with its pointer; empty when it fits.
    func problems(_ value: JSON, _ schema: JSON, at pointer: String = "") -> [String] {
        if schema == true { return [] }
        if schema == false { return ["\(pointer): nothing may be here"] }
        if let ref = schema["$ref"]?.stringValue {
            guard let target = document.value(at: String(ref.dropFirst())) else { return ["\(ref) leads nowhere"] }
            return problems(value, target, at: pointer)
        }
        var found: [String] = []
        func fail(_ message: String) { found.append("\(pointer): \(message), not \(value.text.prefix(200))") }

        if let constant = schema["const"], constant != value { fail("must be \(constant.text)") }
        if let words = schema["enum"]?.arrayValue, !words.contains(value) {
            fail("must be one of \(JSON.array(words).text)")
        }
        if let type = schema["type"] {
            let types = type.stringValue.map { [$0] } ?? (type.arrayValue ?? []).compactMap(\.stringValue)
            if !types.contains(where: { Self.isA(value, $0) }) { fail("must be \(types.joined(separator: " or "))") }
        }
        for all in schema["allOf"]?.arrayValue ?? [] { found += problems(value, all, at: pointer) }
        if let choices = schema["anyOf"]?.arrayValue {
            let each = choices.map { problems(value, $0, at: pointer) }
            if !each.contains(where: \.isEmpty) { found += each.min { $0.count < $1.count } ?? [] }
        }
        if let choices = schema["oneOf"]?.arrayValue {
            let each = choices.map { problems(value, $0, at: pointer) }
            let fitting = each.count(where: \.isEmpty)
            if fitting > 1 { fail("fits \(fitting) of oneOf") }
            if fitting == 0 { found += each.min { $0.count < $1.count } ?? [] }
        }
        switch value {
        case .string(let text): found += texts(text, schema, pointer)
        case .integer, .number:
            let number = value.doubleValue ?? 0
            if let least = schema["minimum"]?.doubleValue, number < least { fail("must be at least \(least)") }
            if let most = schema["maximum"]?.doubleValue, number > most { fail("must be at most \(most)") }
        case .array(let elements):
            if let least = schema["minItems"]?.integerValue, elements.count < least { fail("has too few elements") }
            if let most = schema["maxItems"]?.integerValue, elements.count > most { fail("has too many elements") }
            guard let items = schema["items"] else { break }
            for (index, element) in elements.enumerated() {
                found += problems(element, items, at: "\(pointer)/\(index)")
            }
        case .object(let members): found += objects(members, schema, pointer)
        case .null, .bool: break
        }
        return found
    }

    private func objects(_ members: [String: JSON], _ schema: JSON, _ pointer: String) -> [String] {
        var found: [String] = []
        for name in (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue) where members[name] == nil {
            found.append("\(pointer): \(name) is missing")
        }
        let properties = schema["properties"]?.objectValue
        let others = schema["additionalProperties"] ?? (isStrict && properties != nil ? false : true)
        for (name, member) in members {
            found += problems(member, properties?[name] ?? others, at: JSON.pointer(pointer, [.key(name)]))
        }
        return found
    }

    private func texts(_ text: String, _ schema: JSON, _ pointer: String) -> [String] {
        var found: [String] = []
        func fail(_ message: String) { found.append("\(pointer): \(message), not '\(text.prefix(200))'") }
        let length = Int64(text.unicodeScalars.count)
        if let least = schema["minLength"]?.integerValue, length < least { fail("must have \(least) characters") }
        if let most = schema["maxLength"]?.integerValue, length > most { fail("must have at most \(most) characters") }
        if let pattern = schema["pattern"]?.stringValue {
            let regex = try? Regex(pattern)
            if regex.map({ text.firstMatch(of: $0) == nil }) ?? true { fail("must match \(pattern)") }
        }
        switch schema["format"]?.stringValue {
        case "uuid": if UUIDText.normalized(text) != text { fail("must be a UUID") }
        case "date-time": if Timestamp.parse(text) == nil { fail("must be a time") }
        case "date": if Timestamp.parse(text + "T00:00:00Z") == nil { fail("must be a day") }
        default: break
        }
        return found
    }

    private static func isA(_ value: JSON, _ type: String) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object): true
        case ("number", .integer), ("number", .number): true
        case ("integer", _): value.integerValue != nil && value.doubleValue != nil
        default: false
        }
    }
}
