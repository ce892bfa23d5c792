import Columns
import Journeys
import TestSupport
import Testing

@testable import Warehouse

/// Rows at random: a column of each type as uploads store it, and one of each whose values SQL computes, of all storage classes.
struct RandomWorld {
    let fixture: Fixture
    let model: ModelQuery
    let batch: RecordBatch
    let keys: [String]
    private static let types = ColumnType.allCases

    init(_ random: inout SeededRandom, rows: Int) throws {
        fixture = try Fixture()
        var lines: [String] = []
        for row in 0..<rows {
            var members = ["\"id\":\"k\(row)\"", "\"kind\":\(Int.random(in: 0...7, using: &random))"]
            for type in Self.types where !random.chance(15) {
                members.append("\"\(type.rawValue)\":\(random.value(type).text)")
            }
            members.append("\"i\":\(random.value(.integer).text)")
            members.append("\"r\":\(random.value(.number).text)")
            members.append(
                "\"s\":\(random.pick([random.value(.string), random.value(.date), random.value(.timestamp)]).text)")
            lines.append("{" + members.joined(separator: ",") + "}")
        }
        let declared = Self.types.map { ($0.rawValue, $0) } + [("i", .integer), ("r", .number), ("s", .string)]
        let result = try fixture.upload(
            lines.joined(separator: "\n"), key: "id", types: declared + [("id", .string), ("kind", .integer)],
            format: .ndjson)
        #expect(result.bad == 0 && result.rows == rows)
        let mixed = Self.types.map { type in
            """
            CASE (kind + \(type.rawValue.utf8.count)) % 8 WHEN 0 THEN NULL WHEN 1 THEN i WHEN 2 THEN r WHEN 3 THEN s
            WHEN 4 THEN CAST(s AS BLOB) WHEN 5 THEN CAST(x'61FF' AS TEXT) WHEN 6 THEN "\(type.rawValue)" ELSE i % 3 END
            AS mixed_\(type.rawValue)
            """
        }
        let folded = "string COLLATE NOCASE AS folded, r AS integer_of_real, i AS number_of_integer, s AS date_of_text"
        let columns =
            [Column(name: "id", type: .string)] + Self.types.map { Column(name: $0.rawValue, type: $0) }
            + Self.types.map { Column(name: "mixed_\($0.rawValue)", type: $0) }
            + [
                Column(name: "folded", type: .string), Column(name: "integer_of_real", type: .integer),
                Column(name: "number_of_integer", type: .number), Column(name: "date_of_text", type: .date),
            ]
        let names = Self.types.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        model = ModelQuery(
            workspaceID: fixture.workspace, sourceID: "s",
            sql: "SELECT id, \(names), \(mixed.joined(separator: ", ")), \(folded) FROM people", columns: columns,
            keyColumn: "id")
        let all = try fixture.scanAll(model, columns: columns.dropFirst().map(\.name))
        batch = try #require(all.batches.first)
        #expect(all.batches.count == 1 && batch.count == rows && all.scan.misfits > 0)
        keys = (0..<batch.count).map { [batch] in batch.utf8(0).string($0) }
    }

    /// What the filter over columns says of each row.
    func picked(by filter: BoundFilter) throws -> [Bool] {
        try batch.withArrow { schema, array in
            var result: [Bool] = []
            try FilterProgram(filter).evaluate(
                BatchView(schema: schema, array: array), runAt: fixture.clock.now(), into: &result)
            return result
        }
    }
}
