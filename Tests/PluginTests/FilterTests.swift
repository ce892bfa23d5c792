import Columns
import Journeys
import Testing
import TesseraTestKit

@Suite struct FilterTests {
    private static let columns = [
        Column(name: "email", type: .string), Column(name: "orders", type: .integer),
        Column(name: "total", type: .number), Column(name: "vip", type: .boolean),
        Column(name: "last_order", type: .date),
    ]

    private func condition(_ column: String, _ op: String, _ value: String) -> String {
        #"{"type":"condition","condition_type":"property","column":"\#(column)","operator":"\#(op)","value":\#(value)}"#
    }

    private func tile(_ config: String, known: Bool = true) throws -> TestTile {
        try TestTile(
            PluginLibrary.shipped("Filter"), "filter", config: config,
            schema: known ? try TestBatch.schema(Self.columns) : nil)
    }

    @Test func asksForTheColumnsOfItsTree() throws {
        let config =
            #"{"type":"or","children":[\#(condition("total", "greater_than", "100")),\#(condition("email", "contains", "\"@\"")),\#(condition("total", "less_than", "1"))]}"#
        for known in [true, false] {
            let tile = try tile(config, known: known)
            #expect(tile.columns == ["total", "email"])
            #expect(tile.branches == ["yes", "no"])
        }
    }

    @Test(arguments: [true, false]) func decidesByColumnsAndNulls(known: Bool) throws {
        let config =
            #"{"type":"and","children":[\#(condition("total", "greater_than", "100")),\#(condition("email", "not_equals", "\"a\""))]}"#
        let tile = try tile(config, known: known)
        let batch = try TestBatch.rows(
            [Self.columns[2], Self.columns[0]],
            [[100.5, "b"], [100, "b"], [.null, "b"], [200, "a"], [200, .null], [.number(1e9), ""]])
        let yes = TestOutcome.Kind.advance(branch: 0)
        let no = TestOutcome.Kind.advance(branch: 1)
        #expect(try tile.outcomes(batch) == [yes, no, no, no, no, yes])
    }

    @Test func countsRelativeDatesFromTheRun() throws {
        let tile = try tile(condition("last_order", "greater_than_or_equal", #"{"relative": "-30 days"}"#))
        let batch = try TestBatch.rows([Self.columns[4]], [["2024-01-31"], ["2024-02-01"], [.null]])
        let runAt = try #require(Timestamp.parse("2024-03-02T12:00:00Z"))
        #expect(
            try tile.outcomes(batch, now: runAt + 86_400_000_000, runAt: runAt)
                == [.advance(branch: 1), .advance(branch: 0), .advance(branch: 1)])
    }

    @Test func failsAsAWholeOnColumnsOfAnotherType() throws {
        let tile = try tile(condition("total", "greater_than", "100"))
        let batch = try TestBatch.rows([Column(name: "total", type: .string)], [["200"]])
        let call = CallRecorder(now: 0)
        #expect(tile.run(batch, call) != 0)
        #expect(call.reports == 0)
    }

    @Test(arguments: ["{}", "null", "", #"{"type":"and","children":[]}"#]) func refusesAnEmptyTree(config: String)
        throws
    {
        let problems = try TestTile.problems(PluginLibrary.shipped("Filter"), "filter", config: config)
        #expect(problems.pointers == [""])
        #expect(problems.messages[0].contains("empty"))
    }

    @Test func refusesBrokenGrammar() throws {
        let library = try PluginLibrary.shipped("Filter")
        let config =
            #"{"type":"and","children":[{"type":"or","children":[]},{"type":"condition","column":"a"},{"x":1}]}"#
        let problems = try TestTile.problems(library, "filter", config: config)
        #expect(
            problems.pointers == [
                "/children/0/children", "/children/1/condition_type", "/children/1/operator", "/children/2/type",
            ])
    }

    @Test func checksColumnsWhenTheyAreKnown() throws {
        let library = try PluginLibrary.shipped("Filter")
        let config =
            #"{"type":"and","children":[\#(condition("totl", "equals", "1")),\#(condition("vip", "contains", "\"a\"")),\#(condition("orders", "equals", "\"two\""))]}"#
        let problems = try TestTile.problems(
            library, "filter", config: config, schema: try TestBatch.schema(Self.columns))
        #expect(problems.pointers == ["/children/0/column", "/children/1/operator", "/children/2/value"])
        #expect(problems.messages[0].contains("'total'"))
        _ = try tile(config, known: false)
    }
}
