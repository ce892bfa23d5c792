import Journeys

/// Configs that an author may not have thought of, made from a type's schema and its example.
struct BadConfigs {
    struct Case {
        var what: String
        var text: [UInt8]
        /// Nil when the text is no JSON.
        var config: JSON?
        /// What the schema forbids in it, for the message; nil: it may well be fine.
        var forbidden: String?
    }

    let schema: JSON
    let example: JSON

    var cases: [Case] { withoutFields + wrongTypes + extremes + strangers + noObjects }

    private var properties: [(name: String, schema: JSON)] {
        (schema["properties"]?.objectValue ?? [:]).map { ($0.key, $0.value) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
    private var members: [String: JSON] { example.objectValue ?? [:] }
    private var required: Set<String> {
        Set((schema["required"]?.arrayValue ?? []).compactMap(\.stringValue))
    }

    private func changed(_ what: String, _ members: [String: JSON], forbidden: String? = nil) -> Case {
        Case(what: what, text: JSON.object(members).serialized(), config: .object(members), forbidden: forbidden)
    }

    private var withoutFields: [Case] {
        var cases = [
            changed("an empty config", [:], forbidden: required.isEmpty ? nil : "its schema requires fields")
        ]
        for name in members.keys.sorted() where members.count > 1 {
            var rest = members
            rest[name] = nil
            cases.append(
                changed(
                    "the example without \"\(name)\"", rest,
                    forbidden: required.contains(name) ? "its schema requires \"\(name)\"" : nil))
        }
        return cases
    }

    private static let samples: [(kind: String, value: JSON)] = [
        ("null", .null), ("boolean", true), ("integer", -1), ("number", 1.5), ("string", "x"), ("array", []),
        ("object", [:]),
    ]

    private var wrongTypes: [Case] {
        properties.flatMap { name, schema in
            let types = Set(
                schema["type"]?.stringValue.map { [$0] } ?? schema["type"]?.arrayValue?.compactMap(\.stringValue) ?? [])
            return Self.samples.compactMap { kind, value -> Case? in
                // Null for a field that may be left out is another way of leaving it out.
                let fits =
                    types.contains(kind) || kind == "integer" && types.contains("number")
                    || kind == "null" && !required.contains(name)
                var other = members
                other[name] = value
                let forbidden =
                    types.isEmpty || fits ? nil : "its schema allows \(types.sorted().joined(separator: " or "))"
                let article =
                    kind == "null"
                    ? "null" : ["integer", "array", "object"].contains(kind) ? "an \(kind)" : "a \(kind)"
                return changed("\"\(name)\" as \(article)", other, forbidden: forbidden)
            }
        }
    }

    private var extremes: [Case] {
        let huge = JSON.string(String(repeating: "x", count: 1 << 20))
        let values: [(String, JSON)] = [
            ("a text of 1 MB", huge), ("a text with a NUL", "a\u{0}b"), ("a text that ends in a backslash", "\\"),
            ("the greatest integer", .integer(.max)), ("the least integer", .integer(.min)), ("1e308", 1e308),
            ("10,000 elements", .array(Array(repeating: "x", count: 10_000))), ("values 50 deep", Self.nested(50)),
        ]
        return properties.flatMap { name, _ in
            values.map { what, value in
                var other = members
                other[name] = value
                return changed("\"\(name)\" as \(what)", other)
            }
        }
    }

    private var strangers: [Case] {
        let forbidden = schema["additionalProperties"] == false ? "its schema allows no additional properties" : nil
        func with(_ name: String, _ value: JSON, _ what: String) -> Case {
            changed(what, members.merging([name: value]) { $1 }, forbidden: forbidden)
        }
        return [
            with("no-such-field", 1, "an unknown field"),
            with("", "x", "a field without a name"),
            with("a/b~c", [:], "a field named \"a/b~c\""),
            with(String(repeating: "n", count: 1 << 16), 1, "a field with a name of 64 KB"),
        ]
    }

    private var noObjects: [Case] {
        let values: [JSON] = [[], "x", .null, 1, true]
        var cases = values.map {
            Case(
                what: "\($0.kindName) as the config", text: $0.serialized(), config: $0,
                // Null and nothing at all can be meant as an empty config.
                forbidden: $0 == .null ? nil : "a config is an object")
        }
        let texts: [(String, [UInt8])] = [
            ("an empty text", []), ("half a JSON text", Array("{\"a\":".utf8)), ("a text of NULs", [0, 0, 0, 0]),
            ("text that is not UTF-8", [0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D]),
            ("brackets 5,000 deep", Array(String(repeating: "[", count: 5000).utf8)),
        ]
        cases += texts.map {
            Case(what: $0.0, text: $0.1, config: nil, forbidden: $0.1.isEmpty ? nil : "that is no JSON")
        }
        return cases
    }

    private static func nested(_ depth: Int) -> JSON {
        (0..<depth).reduce(JSON.string("x")) { value, level in level % 2 == 0 ? .array([value]) : .object(["a": value])
        }
    }
}
