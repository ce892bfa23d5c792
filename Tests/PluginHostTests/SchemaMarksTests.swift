import Journeys
import PluginHost
import Testing

struct SchemaMarksTests {
    static let schema: JSON = [
        "type": "object",
        "properties": [
            "destination_id": ["type": "string", "x-tessera": "destination"],
            "filter": ["type": "object", "x-tessera": "filter-tree"],
            "mapping": ["type": "array", "x-tessera": "field-mapping"],
            "columns": ["type": "array", "items": ["type": "string", "x-tessera": "column"]],
            "auth": [
                "type": "object",
                "properties": ["token": ["type": ["string", "null"], "writeOnly": true], "user": ["type": "string"]],
            ],
            "signing_secrets": ["type": "array", "items": ["$ref": "#/$defs/secret"]],
            "url": ["type": "string", "format": "uri"],
            "a/b": ["anyOf": [["type": "string", "format": "uri", "writeOnly": true], ["type": "integer"]]],
            "headers": ["type": "object", "additionalProperties": ["type": "string", "writeOnly": true]],
            "tree": ["$ref": "#/$defs/tree"],
        ],
        "$defs": [
            "secret": ["type": "string", "writeOnly": true],
            "tree": [
                "type": "object",
                "properties": [
                    "leaf": ["type": "string", "x-tessera": "column"],
                    "children": ["type": "array", "items": ["$ref": "#/$defs/tree"]],
                ],
            ],
        ],
    ]

    static let config: JSON = [
        "destination_id": "d-1", "filter": ["type": "and"], "mapping": [], "columns": ["a", "b"],
        "auth": ["token": "t0p", "user": "me"], "signing_secrets": ["one", "two"],
        "url": "HTTPS://Example.com/x", "a/b": "http://10.0.0.1:8080/secret", "headers": ["X-Key": "k"],
        "tree": ["leaf": "age", "children": []],
    ]

    @Test func findsEveryKind() {
        let found = Set(
            SchemaMarks(schema: Self.schema).find(in: Self.config).map { "\($0.kind.rawValue) \($0.pointer)" })
        #expect(
            found == [
                "destination /destination_id", "filter-tree /filter", "field-mapping /mapping", "column /columns/0",
                "column /columns/1", "secret /auth/token", "secret /signing_secrets/0", "secret /signing_secrets/1",
                "uri /url", "uri /a~1b", "secret /a~1b", "secret /headers/X-Key", "column /tree/leaf",
            ])
    }

    @Test func absentAndNullValuesAreNotFound() {
        let marks = SchemaMarks(schema: Self.schema)
        #expect(marks.find(in: ["auth": ["token": nil], "columns": [], "headers": [:]]).isEmpty)
        #expect(marks.find(in: "no object").isEmpty)
        #expect(marks.has(.destination))
        #expect(!SchemaMarks(schema: [:]).has(.destination))
    }

    @Test func aMarkMayStandAtTheRoot() {
        let marks = SchemaMarks(schema: ["type": "object", "x-tessera": "filter-tree"])
        #expect(marks.find(in: ["type": "and"]).map(\.pointer) == [""])
    }

    @Test func secretsAreReplacedInPlace() {
        let marks = SchemaMarks(schema: Self.schema)
        let masked = marks.replacingSecrets(in: Self.config) { pointer, _ in pointer == "/auth/token" ? nil : "***" }
        #expect(masked["auth"]?["token"] == "t0p")
        #expect(masked["signing_secrets"] == ["***", "***"])
        #expect(masked["a/b"] == "***")
        #expect(masked["headers"]?["X-Key"] == "***")
        #expect(masked["url"] == Self.config["url"])
    }

    @Test func originsAreNormalised() {
        let origins = SchemaMarks(schema: Self.schema).origins(in: Self.config)
        #expect(Set(origins) == ["https://example.com:443", "http://10.0.0.1:8080"])
    }

    @Test func aSchemaThatMultipliesEndsAnyway() {
        // Eight definitions, each referring to all: a walk without a budget would not come back.
        var definitions: [String: JSON] = [:]
        for index in 0..<8 {
            let properties = (0..<8).map { ("p\($0)", JSON.object(["$ref": .string("#/$defs/d\($0)")])) }
            definitions["d\(index)"] = ["properties": .object(Dictionary(uniqueKeysWithValues: properties))]
        }
        let marks = SchemaMarks(schema: ["$ref": "#/$defs/d0", "$defs": .object(definitions)])
        #expect(marks.find(in: [:]).isEmpty)
    }

    @Test(arguments: [
        (#"{"properties":{"a":{"x-tessera":7}}}"#, "/properties/a"),
        (#"{"properties":{"a":{"writeOnly":"yes"}}}"#, "/properties/a"),
        (#"{"properties":{"a":{"type":"integer","writeOnly":true}}}"#, "/properties/a"),
        (#"{"items":{"type":"array","x-tessera":"column"}}"#, "/items"),
    ])
    func badMarksAreProblems(_ text: String, _ pointer: String) throws {
        let problems = SchemaMarks.problems(in: try JSON.parse(text), strict: true)
        #expect(problems.map(\.pointer) == [pointer])
    }

    @Test func aNewerMarkIsPassedOverUnlessStrict() {
        let schema: JSON = ["properties": ["a": ["x-tessera": "segment"]]]
        #expect(SchemaMarks.problems(in: schema, strict: false).isEmpty)
        #expect(SchemaMarks.problems(in: schema, strict: true).count == 1)
        #expect(SchemaMarks(schema: schema).find(in: ["a": "x"]).isEmpty)
    }
}

struct OriginTests {
    @Test(arguments: [
        ("https://example.com", "https://example.com:443"),
        ("http://Example.COM/path?q#f", "http://example.com:80"),
        ("HTTP://user:pa:ss@host:8080/", "http://host:8080"),
        ("https://a@b@evil.example:1/", "https://evil.example:1"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]:443"),
        ("https://[::1]:9000?x", "https://[::1]:9000"),
        ("https://host:/", "https://host:443"),
    ])
    func origins(_ url: String, _ origin: String) { #expect(Origin(url: url)?.text == origin) }

    @Test(arguments: [
        "", "example.com", "ftp://example.com", "https:/example.com", "https://", "https:///path", "https://host:0",
        "https://host:65536", "https://host:80x", "https://[::1", "https://[::1]x", "https://ho st/",
        "https://host\\@evil/",
        "https://user@/",
    ])
    func noOrigins(_ url: String) { #expect(Origin(url: url) == nil) }
}
