import Journeys
import Testing

@Suite struct FilterTreeTests {
    static func condition(_ op: String, _ value: JSON? = nil, column: String = "c") -> JSON {
        var members: [String: JSON] = [
            "type": "condition", "condition_type": "property", "column": .string(column), "operator": .string(op),
        ]
        members["value"] = value
        return .object(members)
    }

    static func problems(_ json: JSON, at pointer: String = "", allowEmptyRoot: Bool = false) -> [Problem] {
        do throws(FilterError) {
            _ = try FilterTree.parse(json, at: pointer, allowEmptyRoot: allowEmptyRoot)
            return []
        } catch {
            return error.problems
        }
    }

    static let valid: [(String, JSON?)] = [
        ("equals", "x"), ("equals", ""), ("equals", 1), ("equals", 1.5), ("equals", true), ("equals", "2024-01-15"),
        ("equals", ["relative": "-30 days"]), ("not_equals", false), ("not_equals", "x"),
        ("contains", "x"), ("not_contains", ""), ("starts_with", "x"), ("not_starts_with", "x"), ("ends_with", "x"),
        ("not_ends_with", "x"),
        ("greater_than", 1), ("greater_than", 1.5), ("greater_than_or_equal", "2024-01-15"),
        ("less_than", "2024-01-15T09:30:00Z"), ("less_than", "2024-01-15T09:30:00.123456Z"),
        ("less_than_or_equal", ["relative": "1 week"]),
        ("between", [1, 1]), ("between", [1, 1.5]), ("between", [-1, 9_223_372_036_854_775_807]),
        ("between", ["2024-01-15", "2024-01-15T00:00:00Z"]), ("not_between", ["2024-01-15", "2024-02-01"]),
        ("between", [["relative": "-30 days"], ["relative": "0 days"]]),
        ("between", [["relative": "-1 weeks"], "2024-01-01"]), ("between", ["2030-01-01", ["relative": "+5 hours"]]),
        ("in", ["a"]), ("in", ["a", "b", ""]), ("in", [1, 2.5]), ("not_in", ["x"]),
        ("is_null", nil), ("is_not_null", nil), ("is_true", nil), ("is_false", .null),
    ]

    @Test(arguments: valid) func takes(op: String, value: JSON?) throws {
        let json = Self.condition(op, value)
        let tree = try FilterTree.parse(json)
        guard case .condition(let condition) = tree else {
            Issue.record("no condition")
            return
        }
        #expect(condition.column == "c")
        #expect(condition.operator.rawValue == op)
        #expect(condition.value == value ?? .null)
        #expect(try FilterTree.parse(tree.json) == tree)
    }

    static let invalid: [(JSON, [String])] = [
        (condition("equals"), ["/value"]),
        (condition("equals", .null), ["/value"]),
        (condition("equals", ["a"]), ["/value"]),
        (condition("equals", [:]), ["/value"]),
        (condition("not_equals", ["relative": "-30 months"]), ["/value"]),
        (condition("contains", 1), ["/value"]),
        (condition("starts_with", ["relative": "-30 days"]), ["/value"]),
        (condition("greater_than", "abc"), ["/value"]),
        (condition("greater_than", true), ["/value"]),
        (condition("greater_than", [1]), ["/value"]),
        (condition("less_than", "2024-02-30"), ["/value"]),
        (condition("less_than", "2024-01-15T09:30:00+02:00"), ["/value"]),
        (condition("between", 1), ["/value"]),
        (condition("between", [1]), ["/value"]),
        (condition("between", [1, 2, 3]), ["/value"]),
        (condition("between", [2, 1]), ["/value"]),
        (condition("between", [1.5, 1]), ["/value"]),
        (condition("between", [9_007_199_254_740_993, 9_007_199_254_740_992.0]), ["/value"]),
        (condition("between", ["2024-02-01", "2024-01-01"]), ["/value"]),
        (condition("between", ["2024-02-01T00:00:01Z", "2024-02-01"]), ["/value"]),
        (condition("between", [["relative": "0 days"], ["relative": "-1 days"]]), ["/value"]),
        (condition("between", [1, "2024-01-01"]), ["/value"]),
        (condition("between", [nil, "x"]), ["/value/0", "/value/1"]),
        (condition("in", "a"), ["/value"]),
        (condition("in", []), ["/value"]),
        (condition("in", ["a", nil]), ["/value/1"]),
        (condition("in", [true, ["a"]]), ["/value/0", "/value/1"]),
        (condition("not_in", .array(Array(repeating: 1, count: 10_001))), ["/value"]),
        (condition("is_null", 1), ["/value"]),
        (condition("is_true", true), ["/value"]),
        (condition("like", "x"), ["/operator"]),
        (condition("EQUALS", "x"), ["/operator"]),
        (["type": "condition", "condition_type": "property", "column": "c"], ["/operator"]),
        (["type": "condition", "condition_type": "property", "column": "c", "operator": 1], ["/operator"]),
        (["type": "condition", "condition_type": "event", "column": "c", "operator": "is_null"], ["/condition_type"]),
        (["type": "condition", "column": "c", "operator": "is_null"], ["/condition_type"]),
        (["type": "condition", "condition_type": "property", "operator": "is_null"], ["/column"]),
        (condition("is_null", column: ""), ["/column"]),
        (
            [
                "type": "condition", "condition_type": "property", "column": "c", "operator": "is_null", "colour": 1,
                "a/b": 1,
            ], ["/a~1b", "/colour"]
        ),
        (["type": "and", "children": [condition("is_null")], "operator": "x"], ["/operator"]),
        (["type": "and"], ["/children"]),
        (["type": "or", "children": [:]], ["/children"]),
        (["type": "not", "children": []], ["/type"]),
        (["type": 1], ["/type"]),
        (["children": []], ["/type"]),
        ([], [""]), ("x", [""]),
        (["type": "and", "children": [["type": "or", "children": []]]], ["/children/0/children"]),
        (["type": "and", "children": [[:]]], ["/children/0/type"]),
        (["type": "and", "children": [nil]], ["/children/0"]),
        (
            ["type": "and", "children": [condition("in", []), ["type": "or", "children": [condition("equals")]]]],
            ["/children/0/value", "/children/1/children/0/value"]
        ),
    ]

    @Test(arguments: invalid) func refuses(json: JSON, pointers: [String]) {
        for empty in [false, true] {
            let problems = Self.problems(json, at: "/f", allowEmptyRoot: empty)
            #expect(problems.map(\.pointer) == pointers.map { "/f" + $0 })
            #expect(problems.allSatisfy { !$0.message.isEmpty })
        }
    }

    @Test(arguments: [JSON.null, [:], ["type": "and", "children": []], ["type": "or", "children": []]])
    func emptyRootIsEveryone(json: JSON) throws {
        #expect(try FilterTree.parse(json, allowEmptyRoot: true) == .everyone)
        #expect(try FilterTree.criteria(json) == .everyone)
        #expect(try FilterTree.criteria(nil) == .everyone)
        #expect(Self.problems(json, at: "/tree").map(\.pointer) == ["/tree"])
    }

    @Test func limitsDepth() throws {
        func nested(_ levels: Int) -> JSON {
            (1..<levels).reduce(Self.condition("is_null")) { inner, _ in ["type": "and", "children": [inner]] }
        }
        _ = try FilterTree.parse(nested(50))
        #expect(Self.problems(nested(51)).count == 1)
        #expect(Self.problems(nested(51)).first?.pointer.hasSuffix("/children/0") == true)
    }

    @Test func limitsNodes() throws {
        func wide(_ children: Int) -> JSON {
            ["type": "or", "children": .array(Array(repeating: Self.condition("is_null"), count: children))]
        }
        _ = try FilterTree.parse(wide(9_999))
        #expect(Self.problems(wide(10_000)).map(\.pointer) == ["/children/9999"])
        #expect(Self.problems(["type": "and", "children": [wide(10_000), wide(10)]]).count == 1)
        _ = try FilterTree.parse(Self.condition("in", .array((0..<10_000).map { .integer($0) })))
    }

    @Test func listsColumns() throws {
        let tree = try FilterTree.parse([
            "type": "and",
            "children": [
                Self.condition("is_null", column: "b"),
                [
                    "type": "or",
                    "children": [Self.condition("is_null", column: "a"), Self.condition("is_true", column: "b")],
                ],
            ],
        ])
        #expect(tree.columnNames == ["b", "a"])
        #expect(tree.conditions.map(\.pointer) == ["/children/0", "/children/1/children/0", "/children/1/children/1"])
    }

    @Test(arguments: [
        ("-30 days", -2_592_000_000_000), ("30 days", 2_592_000_000_000), ("+1 second", 1_000_000),
        ("0 weeks", 0), ("-2 hours", -7_200_000_000), ("5 minutes", 300_000_000),
        ("365250 days", 31_557_600_000_000_000),
    ])
    func countsRelativeDates(text: String, microseconds: Int64) throws {
        #expect(try RelativeDate.parse(["relative": .string(text)]).get() == microseconds)
    }

    @Test(arguments: [
        "", "days", "30", "30days", "30  days", " 30 days", "30 days ", "3.5 days", "--3 days", "- 3 days", "30 months",
        "30 DAYS", "30 dayss", "365251 days", "99999999999999999999 days", "-9223372036854775808 seconds", "٣ days",
    ])
    func refusesRelativeDates(text: String) {
        #expect(throws: RelativeDate.Malformed.self) { try RelativeDate.parse(["relative": .string(text)]).get() }
    }

    @Test func refusesOtherMembersOfRelativeDates() {
        #expect(throws: RelativeDate.Malformed.self) {
            try RelativeDate.parse(["relative": "1 day", "from": "now"]).get()
        }
        #expect(throws: RelativeDate.Malformed.self) { try RelativeDate.parse(["relative": 3]).get() }
    }
}
