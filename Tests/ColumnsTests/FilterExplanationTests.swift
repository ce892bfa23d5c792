import Columns
import Journeys
import Testing

/// What a filter says for itself, held against what it decides.
@Suite struct FilterExplanationTests {
    private let columns = [
        Column(name: "name", type: .string), Column(name: "age", type: .integer), Column(name: "born", type: .date),
    ]

    private static func condition(_ column: String, _ test: String, _ value: JSON? = nil) -> JSON {
        FilterProgramTests.condition(column, test, value)
    }

    private func explain(_ filter: JSON, _ name: String?, _ age: Int64, _ born: Int32 = 0) throws -> JSON {
        let builder = BatchBuilder(columns: columns, capacity: 1)
        if let name { builder.append(string: name, to: 0) } else { builder.appendNull(0) }
        builder.append(int64: age, to: 1)
        builder.append(date: born, to: 2)
        let batch = builder.finish()
        let tree = try FilterTree.parse(filter)
        let json = try batch.withArrow { schema, array in
            try FilterExplanation(tree, columns: columns).explain(
                BatchView(schema: schema, array: array), row: 0, runAt: FilterProgramTests.runAt)
        }
        let matches = try FilterProgramTests.evaluate(tree.bound(to: columns), batch)
        #expect(json["matches"]?.boolValue == matches[0], "it says what the filter does")
        return json
    }

    private func decisive(_ json: JSON) -> [String] {
        (json["because"]?.arrayValue ?? []).compactMap { $0["column"]?.stringValue }
    }

    @Test func whatDecidedIsTold() throws {
        let both: JSON = [
            "type": "and",
            "children": [Self.condition("age", "greater_than", 17), Self.condition("name", "starts_with", "A")],
        ]
        #expect(decisive(try explain(both, "Ann", 20)) == ["age", "name"])
        // One that fails is enough, and the first is told.
        #expect(decisive(try explain(both, "Bob", 20)) == ["name"])
        #expect(decisive(try explain(both, "Bob", 1)) == ["age"])
        let one: JSON = [
            "type": "or", "children": [both, Self.condition("born", "is_not_null")],
        ]
        #expect(decisive(try explain(one, "Ann", 20)) == ["age", "name"])
        #expect(decisive(try explain(one, "Bob", 1)) == ["born"])
        let neither: JSON = [
            "type": "or", "children": [Self.condition("age", "less_than", 5), Self.condition("name", "is_null")],
        ]
        #expect(decisive(try explain(neither, "Ann", 20)) == ["age", "name"])
    }

    @Test func valuesAreShownAsTheyAre() throws {
        let born = try explain(Self.condition("born", "less_than", ["relative": "-1 day"]), nil, 0, 3)
        let condition: JSON = [
            "column": "born", "operator": "less_than", "value": ["relative": "-1 day"], "seen": "1970-01-04",
            "holds": true,
        ]
        #expect(born["because"]?[0] == condition)
        let none = try explain(Self.condition("name", "equals", "x"), nil, 0)
        #expect(none["because"]?[0]?["seen"] == .null && none["matches"] == false)
        // What is long is cut.
        let list = (0..<50).map { JSON.integer($0) }
        let long = try explain(Self.condition("age", "in", .array(list)), String(repeating: "x", count: 5000), 7)
        #expect(long["because"]?[0]?["value"]?.arrayValue?.last == "… 50 in all")
        let text = try explain(Self.condition("name", "contains", "x"), String(repeating: "x", count: 5000), 7)
        #expect(text["because"]?[0]?["seen"]?.stringValue?.count == 1001)
        let many: JSON = [
            "type": "and", "children": .array(Array(repeating: Self.condition("age", "equals", 7), count: 300)),
        ]
        #expect(decisive(try explain(many, "x", 7)).count == 100)
    }
}
