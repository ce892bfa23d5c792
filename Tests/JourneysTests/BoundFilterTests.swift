import Journeys
import Testing

@Suite struct BoundFilterTests {
    static let columns = [
        Column(name: "email", type: .string), Column(name: "age", type: .integer), Column(name: "score", type: .number),
        Column(name: "active", type: .boolean), Column(name: "born", type: .date),
        Column(name: "seen", type: .timestamp),
    ]

    static func bind(_ column: String, _ op: String, _ value: JSON? = nil) throws -> BoundFilter {
        try FilterTree.parse(FilterTreeTests.condition(op, value, column: column)).bound(to: columns)
    }

    static let bound: [(String, String, JSON?, [FilterValue])] = [
        ("email", "equals", "x", [.string("x")]),
        ("email", "equals", "2024-01-15", [.string("2024-01-15")]),
        ("email", "in", ["a", "b"], [.string("a"), .string("b")]),
        ("age", "equals", 3, [.integer(3)]),
        ("age", "greater_than", 1.5, [.number(1.5)]),
        ("age", "in", [1, 2.5], [.integer(1), .number(2.5)]),
        ("score", "between", [1, 2.5], [.integer(1), .number(2.5)]),
        ("active", "equals", true, [.bool(true)]),
        ("active", "is_false", nil, []),
        ("born", "equals", "1970-01-02", [.date(1)]),
        ("born", "between", [["relative": "-1 day"], "2024-01-01"], [.relative(-86_400_000_000), .date(19723)]),
        ("seen", "less_than", "1970-01-01T00:00:01.5Z", [.timestamp(1_500_000)]),
        ("seen", "less_than", "1970-01-02", [.timestamp(86_400_000_000)]),
        ("seen", "greater_than", ["relative": "2 hours"], [.relative(7_200_000_000)]),
        ("seen", "is_null", nil, []),
    ]

    @Test(arguments: bound) func types(column: String, op: String, value: JSON?, expected: [FilterValue]) throws {
        let filter = try Self.bind(column, op, value)
        guard case .condition(let condition) = filter.root else {
            Issue.record("no condition")
            return
        }
        #expect(filter.columnNames == [column])
        #expect(condition.column == 0)
        #expect(condition.type == filter.columns[0].type)
        #expect(condition.values == expected)
    }

    @Test func bothOfTwoFiltersShareTheirColumns() throws {
        let first = try FilterTree.parse([
            "type": "or",
            "children": [
                FilterTreeTests.condition("equals", "x", column: "email"),
                FilterTreeTests.condition("greater_than", 3, column: "age"),
            ],
        ]).bound(to: Self.columns)
        let second = try FilterTree.parse([
            "type": "and",
            "children": [
                FilterTreeTests.condition("is_true", nil, column: "active"),
                FilterTreeTests.condition("less_than", 9, column: "age"),
            ],
        ]).bound(to: Self.columns)
        let both = first.and(second)
        #expect(both.columnNames == ["email", "age", "active"])
        guard case .and(let parts) = both.root, parts.count == 2, case .and(let moved) = parts[1],
            case .condition(let active) = moved[0], case .condition(let age) = moved[1]
        else {
            Issue.record("not both of two")
            return
        }
        #expect(parts[0] == first.root && active.column == 2 && age.column == 1 && age.values == [.integer(9)])
        let everyone = BoundFilter(root: .everyone, columns: [])
        #expect(everyone.and(first) == first && first.and(everyone) == first)
    }

    static let misfits: [(String, String, JSON?, String)] = [
        ("email", "equals", 3, "/value"), ("email", "in", ["a", 3], "/value/1"),
        ("age", "equals", "3", "/value"), ("age", "equals", true, "/value"), ("age", "in", [1, "x"], "/value/1"),
        ("score", "greater_than", "2024-01-01", "/value"),
        ("active", "equals", 1, "/value"), ("active", "equals", "true", "/value"),
        ("born", "equals", "2024-01-15T00:00:00Z", "/value"), ("born", "equals", "yesterday", "/value"),
        ("born", "between", [1, 2], "/value/0"), ("seen", "equals", "now", "/value"), ("seen", "equals", 3, "/value"),
        ("email", "equals", ["relative": "-1 day"], "/value"), ("age", "less_than", ["relative": "-1 day"], "/value"),
        ("email", "greater_than", 3, "/operator"), ("email", "is_true", nil, "/operator"),
        ("age", "contains", "3", "/operator"), ("active", "in", ["x"], "/operator"),
        ("active", "greater_than", 1, "/operator"), ("born", "in", ["2024-01-01"], "/operator"),
        ("seen", "starts_with", "2024", "/operator"), ("age", "is_false", nil, "/operator"),
    ]

    @Test(arguments: misfits) func refuses(column: String, op: String, value: JSON?, pointer: String) throws {
        let tree = try FilterTree.parse(FilterTreeTests.condition(op, value, column: column), at: "/f")
        let problems = tree.check(columns: Self.columns)
        #expect(problems.first?.pointer == "/f" + pointer)
        #expect(problems.first?.message.contains("'\(column)'") == true)
        #expect(throws: FilterError(problems: problems)) { try tree.bound(to: Self.columns) }
    }

    @Test func namesNearColumns() throws {
        let tree = try FilterTree.parse(FilterTreeTests.condition("is_null", column: "emial"), at: "/entry_criteria")
        #expect(
            tree.check(columns: Self.columns) == [
                Problem(
                    pointer: "/entry_criteria/column", message: "the model has no column 'emial': did you mean 'email'?"
                )
            ])
        let far = try FilterTree.parse(FilterTreeTests.condition("is_null", column: "zzzzzzzz"))
        #expect(
            far.check(columns: Self.columns).map(\.message) == [
                "the model has no column 'zzzzzzzz': it has email, age, score, active, born, seen"
            ])
        #expect(far.check(columns: []).map(\.message) == ["the model has no column 'zzzzzzzz': it has none"])
    }

    @Test func tellsColumnsApartByBytes() throws {
        let composed = "caf\u{e9}"
        let decomposed = "cafe\u{301}"
        let columns = [Column(name: composed, type: .string), Column(name: decomposed, type: .integer)]
        let filter = try FilterTree.parse(FilterTreeTests.condition("equals", 3, column: decomposed)).bound(to: columns)
        #expect(filter.columns.map(\.type) == [.integer])
    }

    @Test func reportsEveryFaultAndCountsColumnsOnce() throws {
        let tree = try FilterTree.parse([
            "type": "and",
            "children": [
                FilterTreeTests.condition("equals", 3, column: "email"),
                ["type": "or", "children": [FilterTreeTests.condition("is_null", column: "nope")]],
            ],
        ])
        #expect(
            tree.check(columns: Self.columns).map(\.pointer) == ["/children/0/value", "/children/1/children/0/column"])

        let twice = try FilterTree.parse([
            "type": "and",
            "children": [
                FilterTreeTests.condition("greater_than", 3, column: "score"),
                FilterTreeTests.condition("is_null", column: "email"),
                FilterTreeTests.condition("less_than", 9, column: "score"),
            ],
        ]).bound(to: Self.columns)
        #expect(twice.columnNames == ["score", "email"])
        guard case .and(let children) = twice.root else {
            Issue.record("no group")
            return
        }
        #expect(
            children.map { if case .condition(let condition) = $0 { condition.column } else { -1 } } == [0, 1, 0])
    }

    @Test func everyoneBindsToAnything() throws {
        let filter = try FilterTree.everyone.bound(to: [])
        #expect(filter.isEveryone)
        #expect(filter.columnNames.isEmpty)
    }

    @Test func resolvesRelativeDates() {
        let runAt = 86_400_000_000 * 10 + 1
        #expect(FilterValue.relative(-2).resolved(runAt: Int64(runAt), as: .date) == .date(9))
        #expect(FilterValue.relative(-1).resolved(runAt: Int64(runAt), as: .date) == .date(10))
        #expect(FilterValue.relative(-1).resolved(runAt: 0, as: .date) == .date(-1))
        #expect(FilterValue.relative(5).resolved(runAt: 7, as: .timestamp) == .timestamp(12))
        #expect(FilterValue.relative(5).resolved(runAt: .max, as: .timestamp) == .timestamp(.max))
        #expect(FilterValue.date(3).resolved(runAt: 7, as: .date) == .date(3))
    }

    @Test func operatorsFitTypes() {
        let fitting = Dictionary(
            uniqueKeysWithValues: ColumnType.allCases.map { ($0, FilterOperator.fitting($0).map(\.rawValue)) })
        let equal = ["equals", "not_equals"]
        let text = [
            "contains", "not_contains", "starts_with", "not_starts_with", "ends_with", "not_ends_with",
        ]
        let order = [
            "greater_than", "greater_than_or_equal", "less_than", "less_than_or_equal", "between", "not_between",
        ]
        let list = ["in", "not_in"]
        let null = ["is_null", "is_not_null"]
        #expect(fitting[.string] == equal + text + list + null)
        #expect(fitting[.integer] == equal + order + list + null)
        #expect(fitting[.number] == equal + order + list + null)
        #expect(fitting[.boolean] == equal + null + ["is_true", "is_false"])
        #expect(fitting[.date] == equal + order + null)
        #expect(fitting[.timestamp] == equal + order + null)
    }
}
