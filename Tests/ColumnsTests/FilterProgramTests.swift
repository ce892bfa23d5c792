import Columns
import Journeys
import TestSupport
import Testing

/// Filters over columns, held against an interpreter of single rows that is slow and plain.
@Suite struct FilterProgramTests {
    static let runAt: Int64 = 864_000_000_000  // the tenth day of 1970

    static func evaluate(_ filter: BoundFilter, _ batch: RecordBatch, runAt: Int64 = runAt) throws -> [Bool] {
        try batch.withArrow { schema, array in
            var result: [Bool] = []
            try FilterProgram(filter).evaluate(BatchView(schema: schema, array: array), runAt: runAt, into: &result)
            return result
        }
    }

    static func condition(_ column: String, _ op: String, _ value: JSON?) -> JSON {
        var members: [String: JSON] = [
            "type": "condition", "condition_type": "property", "column": .string(column), "operator": .string(op),
        ]
        members["value"] = value
        return .object(members)
    }

    private static let a300 = String(repeating: "a", count: 300)

    static let cases: [(String, String, JSON?, [Cell], [Bool])] = [
        (
            "s", "equals", "a", [.string("a"), .string("A"), .string("ab"), .string(""), .null],
            [true, false, false, false, false]
        ),
        ("s", "not_equals", "a", [.string("a"), .string("A"), .null], [false, true, false]),
        ("s", "equals", "é", [.string("é"), .string("e\u{301}")], [true, false]),
        (
            "s", "contains", "bc", [.string("abcd"), .string("bc"), .string("b"), .string("bbc"), .null],
            [
                true, true, false, true, false,
            ]
        ),
        ("s", "contains", "", [.string(""), .string("x"), .null], [true, true, false]),
        ("s", "not_contains", "%", [.string("a%"), .string("ab"), .null], [false, true, false]),
        ("s", "contains", "a\0b", [.string("xa\0by"), .string("ab")], [true, false]),
        (
            "s", "contains", .string(a300 + "b"),
            [.string("b" + a300 + a300 + "b"), .string(a300 + a300), .string("b")],
            [true, false, false]
        ),
        (
            "s", "starts_with", "ab", [.string("abc"), .string("ab"), .string("a"), .string("xab")],
            [true, true, false, false]
        ),
        ("s", "not_starts_with", "ab", [.string("abc"), .string("x"), .null], [false, true, false]),
        (
            "s", "ends_with", "bc", [.string("abc"), .string("bc"), .string("c"), .string("bcx")],
            [true, true, false, false]
        ),
        ("s", "not_ends_with", "", [.string("abc"), .string(""), .null], [false, false, false]),
        (
            "s", "in", ["a", "", "日本"], [.string("a"), .string(""), .string("日本"), .string("b"), .null],
            [
                true, true, true, false, false,
            ]
        ),
        ("s", "not_in", ["a"], [.string("a"), .string("b"), .null], [false, true, false]),
        ("s", "is_null", nil, [.null, .string("")], [true, false]),
        ("s", "is_not_null", nil, [.null, .string("")], [false, true]),
        ("s", "is_null", nil, [.string("x")], [false]),
        ("i", "greater_than", 1.5, [.integer(1), .integer(2), .null], [false, true, false]),
        ("i", "equals", 1.5, [.integer(1), .integer(2)], [false, false]),
        ("i", "not_equals", 1.5, [.integer(1), .null], [true, false]),
        ("i", "equals", 1e19, [.integer(.max), .integer(.min)], [false, false]),
        ("i", "equals", -1e19, [.integer(.max), .integer(.min)], [false, false]),
        ("i", "less_than", 9_223_372_036_854_775_808.0, [.integer(.max)], [true]),
        ("i", "greater_than", 9_223_372_036_854_775_807, [.integer(.max)], [false]),
        ("i", "less_than", -9_223_372_036_854_775_808, [.integer(.min)], [false]),
        ("i", "less_than_or_equal", -9_223_372_036_854_775_808, [.integer(.min), .integer(.min + 1)], [true, false]),
        ("i", "between", [1.5, 2.5], [.integer(1), .integer(2), .integer(3)], [false, true, false]),
        ("i", "not_between", [1, 2], [.integer(1), .integer(2), .integer(3), .null], [false, false, true, false]),
        ("i", "in", [1, 2.0, 3.5], [.integer(1), .integer(2), .integer(3)], [true, true, false]),
        (
            "n", "equals", 9_007_199_254_740_993, [.number(9_007_199_254_740_992), .number(9_007_199_254_740_994)],
            [false, false]
        ),
        (
            "n", "greater_than", 9_007_199_254_740_993,
            [.number(9_007_199_254_740_992), .number(9_007_199_254_740_994)],
            [
                false, true,
            ]
        ),
        (
            "n", "less_than", 9_007_199_254_740_993, [.number(9_007_199_254_740_992), .number(9_007_199_254_740_994)],
            [true, false]
        ),
        ("n", "equals", 0, [.number(0), .number(-0.0)], [true, true]),
        ("n", "less_than", 0, [.number(-0.0), .number(-.leastNonzeroMagnitude)], [false, true]),
        (
            "n", "greater_than", 9_223_372_036_854_775_807,
            [.number(0x1p63), .number(0x1p63.nextDown), .number(.infinity)],
            [
                true, false, true,
            ]
        ),
        ("n", "in", [9_007_199_254_740_993, 0], [.number(9_007_199_254_740_992), .number(-0.0)], [false, true]),
        ("b", "equals", true, [.bool(true), .bool(false), .null], [true, false, false]),
        ("b", "not_equals", true, [.bool(true), .bool(false), .null], [false, true, false]),
        ("b", "is_true", nil, [.bool(true), .bool(false), .null], [true, false, false]),
        ("b", "is_false", nil, [.bool(true), .bool(false), .null], [false, true, false]),
        ("d", "less_than", "1970-01-02", [.date(0), .date(1), .null], [true, false, false]),
        ("d", "equals", ["relative": "-1 day"], [.date(9), .date(10)], [true, false]),
        ("d", "equals", ["relative": "-1 second"], [.date(9), .date(10)], [true, false]),
        ("d", "between", [["relative": "-1 days"], "1970-01-05"], [.date(4), .date(9)], [false, false]),
        ("d", "not_between", [["relative": "-1 days"], "1970-01-05"], [.date(4), .null], [true, false]),
        (
            "t", "greater_than_or_equal", "1970-01-11", [.timestamp(864_000_000_000), .timestamp(863_999_999_999)],
            [true, false]
        ),
        (
            "t", "greater_than", ["relative": "0 days"], [.timestamp(864_000_000_000), .timestamp(864_000_000_001)],
            [false, true]
        ),
    ]

    @Test(arguments: cases)
    func decides(column: String, op: String, value: JSON?, cells: [Cell], expected: [Bool]) throws {
        let schema = everyType.filter { $0.name == column }
        let filter = try FilterTree.parse(Self.condition(column, op, value)).bound(to: schema)
        #expect(try Self.evaluate(filter, RecordBatch.of(schema, cells.map { [$0] })) == expected)
        #expect(
            cells.map { RowInterpreter.matches(filter, [$0], runAt: Self.runAt) } == expected, "the interpreter too")
    }

    @Test func equalsTheInterpreterOnRandomTrees() throws {
        var random = SeededRandom(seed: 11)
        var trues = 0
        var total = 0
        for _ in 0..<600 {
            let tree = random.filter(depth: 3)
            let filter = try FilterTree.parse(tree).bound(to: everyType)
            let rows = (0..<Int.random(in: 0...70, using: &random)).map { _ in
                everyType.map { random.cell($0.type, nulls: 15) }
            }
            let expected = rows.map { row in
                RowInterpreter.matches(
                    filter, filter.columns.map { column in row[everyType.firstIndex(of: column) ?? 0] },
                    runAt: Self.runAt)
            }
            let found = try Self.evaluate(filter, RecordBatch.of(everyType, rows))
            #expect(found == expected, "\(tree.text)")
            trues += expected.count { $0 }
            total += expected.count
        }
        // A property that is nearly always true or false would test little.
        #expect(trues > total / 10 && trues < total * 9 / 10)
    }

    @Test func everyoneMatches() throws {
        let filter = try FilterTree.everyone.bound(to: [])
        #expect(try Self.evaluate(filter, .empty(count: 3)) == [true, true, true])
    }

    @Test func namesMissingAndChangedColumns() throws {
        let filter = try FilterTree.parse(Self.condition("i", "equals", 1)).bound(to: everyType)
        #expect(throws: BatchViewError(message: "column 'i' is missing in the batch")) {
            try Self.evaluate(filter, RecordBatch.of([everyType[0]], []))
        }
        #expect(throws: BatchViewError(message: "column 'i' came as string, not as integer")) {
            try Self.evaluate(filter, RecordBatch.of([Column(name: "i", type: .string)], []))
        }
    }

    @Test func takesTenThousandValues() throws {
        let texts = (0..<10_000).map { "value-\($0)" }
        let filter = try FilterTree.parse(Self.condition("s", "in", .array(texts.map { .string($0) }))).bound(
            to: everyType)
        let cells: [Cell] = (0..<200).map { .string("value-\($0 * 100)") }
        let found = try Self.evaluate(filter, RecordBatch.of([everyType[0]], cells.map { [$0] }))
        #expect(found == (0..<200).map { $0 < 100 })
    }
}
