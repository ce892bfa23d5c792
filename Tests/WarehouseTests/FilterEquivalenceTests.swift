import Columns
import Journeys
import TestSupport
import Testing

@testable import Warehouse

/// One meaning, two executions: a filter in SQL picks the rows that the filter over columns picks.
@Suite struct FilterEquivalenceTests {
    /// A column of each type as uploads store it, and one of each whose values SQL computes, of all storage classes.
    private struct World {
        let fixture: Fixture
        let model: ModelQuery
        let batch: RecordBatch
        let keys: [String]
    }

    private static let types = ColumnType.allCases

    private func world(_ random: inout SeededRandom, rows: Int) throws -> World {
        let fixture = try Fixture()
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
        let model = ModelQuery(
            workspaceID: fixture.workspace, sourceID: "s",
            sql: "SELECT id, \(names), \(mixed.joined(separator: ", ")), \(folded) FROM people", columns: columns,
            keyColumn: "id")
        let all = try fixture.scanAll(model, columns: columns.dropFirst().map(\.name))
        let batch = try #require(all.batches.first)
        #expect(all.batches.count == 1 && batch.count == rows && all.scan.misfits > 0)
        return World(
            fixture: fixture, model: model, batch: batch,
            keys: (0..<batch.count).map { batch.utf8(0).string($0) })
    }

    private func expected(_ filter: BoundFilter, _ world: World) throws -> [Bool] {
        try world.batch.withArrow { schema, array in
            var result: [Bool] = []
            try FilterProgram(filter).evaluate(
                BatchView(schema: schema, array: array), runAt: world.fixture.clock.now(), into: &result)
            return result
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func sqlPicksWhatColumnsPick(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let world = try world(&random, rows: 60)
        var matches = 0
        for round in 0..<500 {
            let json = random.tree(world.model.columns, depth: 3)
            let filter = try FilterTree.parse(json).bound(to: world.model.columns)
            let expected = try expected(filter, world)
            let wanted = zip(world.keys, expected).compactMap { $1 ? $0 : nil }
            let keys = try world.fixture.keys(world.model, filter: filter)
            #expect(keys == wanted, "\(json.text)")
            matches += wanted.count
            guard round % 5 == 0 else { continue }
            let flagged = try #require(
                world.fixture.scanAll(world.model, filter: nil, flags: [filter, filter]).batches.first)
            #expect((0..<flagged.count).map { flagged.bool(1)[$0] } == expected, "\(json.text)")
            #expect((0..<flagged.count).map { flagged.bool(2)[$0] } == expected)
            let count = try world.fixture.warehouse.count(
                model: world.model, filter: filter, runAt: world.fixture.clock.now())
            #expect(count == wanted.count)
        }
        // Else the trees decide nothing.
        #expect((500 * 60 / 10...500 * 60 * 9 / 10).contains(matches))
    }

    @Test func theLargestTreesRun() throws {
        var random = SeededRandom(seed: 9)
        let world = try world(&random, rows: 40)
        for word in ["and", "or"] {
            for column in ["string", "mixed_string"] {
                let conditions = (0..<9_999).map { number -> JSON in
                    .condition(column, word == "and" ? "not_equals" : "equals", .string("never \(number)"))
                }
                let tree: JSON = ["type": .string(word), "children": .array(conditions)]
                let filter = try FilterTree.parse(tree).bound(to: world.model.columns)
                let keys = try world.fixture.keys(world.model, filter: filter)
                #expect(try keys.count == expected(filter, world).count { $0 })
            }
        }
        let list: JSON = .array((0..<10_000).map { .string("\($0)") })
        var deep = JSON.condition("string", "not_in", list)
        for level in 0..<48 { deep = ["type": level % 2 == 0 ? "or" : "and", "children": [deep]] }
        let filter = try FilterTree.parse(deep).bound(to: world.model.columns)
        #expect(try world.fixture.keys(world.model, filter: filter).count == expected(filter, world).count { $0 })
    }

    @Test func noValueGetsIntoTheSQL() throws {
        let fixture = try Fixture()
        try fixture.upload("id,v\na,1\nb,x'); DROP TABLE people; --\n", key: "id")
        let model = try fixture.model("SELECT id, v FROM people")
        for hostile in ["x'); DROP TABLE people; --", "' OR 1=1 --", "\"", "\\", "%", "_", "\u{0}", "?1", ":a"] {
            for op in ["equals", "contains", "starts_with", "ends_with"] {
                let filter = try FilterTree.parse(.condition("v", op, .string(hostile))).bound(to: model.columns)
                let wanted = hostile.hasPrefix("x'") ? ["b"] : []
                #expect(try fixture.keys(model, filter: filter) == wanted)
            }
        }
        #expect(try fixture.rows("SELECT count(*) FROM people") == ["[2]"])
    }
}

extension JSON {
    fileprivate static func condition(_ column: String, _ op: String, _ value: JSON?) -> JSON {
        var members: [String: JSON] = [
            "type": "condition", "condition_type": "property", "column": .string(column), "operator": .string(op),
        ]
        members["value"] = value
        return .object(members)
    }
}

/// Values from a small world, so that conditions meet them.
extension SeededRandom {
    mutating func value(_ type: ColumnType) -> JSON {
        switch type {
        case .string: pick(["", "a", "A", "ab", "b", "ba", "é", "e\u{301}", "日本", "1", "a%", "aab"])
        case .integer:
            .integer(pick([0, 1, 2, -1, 5, 1 << 53, 1 << 53 + 1, .max, .min, 7]))
        case .number:
            .number(pick([0, 1, 1.5, -1.5, 0x1p53, 2.5, 1e19, -1e19, 0.1, 5]))
        case .boolean: .bool(chance(50))
        case .date: pick(["2023-11-14", "2023-11-13", "2024-02-29", "1969-12-31", "0001-01-01", "9999-12-31"])
        case .timestamp:
            pick([
                "2023-11-14T22:13:20.000000Z", "2023-11-14T22:13:19.999999Z", "2023-11-14T00:00:00.000000Z",
                "1969-12-31T23:59:59.000000Z", "2024-02-29T12:00:00.500000Z",
            ])
        }
    }

    /// What a condition on a column of that type may be compared with.
    private mutating func operand(_ type: ColumnType) -> JSON {
        switch type {
        case .integer, .number: return value(chance(50) ? .integer : .number)
        case .string: return chance(10) ? pick(["a\u{0}b", "\u{0}", "ab%", "aA"]) : value(.string)
        case .date where chance(30), .timestamp where chance(30):
            return ["relative": pick(["-1 day", "0 days", "+1 week", "-1 second", "-400000 hours", "2 minutes"])]
        case .timestamp where chance(30): return value(.date)
        default: return value(type)
        }
    }

    mutating func tree(_ columns: [Column], depth: Int) -> JSON {
        if depth > 0, chance(60) {
            return [
                "type": chance(50) ? "and" : "or",
                "children": .array(
                    (0..<Int.random(in: 1...3, using: &self)).map { _ in tree(columns, depth: depth - 1) }),
            ]
        }
        let column = pick(Array(columns.dropFirst()))
        let op = pick(FilterOperator.fitting(column.type))
        switch op.operand {
        case .none: return .condition(column.name, op.rawValue, nil)
        case .scalar, .text, .ordered: return .condition(column.name, op.rawValue, operand(column.type))
        case .list:
            let values = (0..<Int.random(in: 1...4, using: &self)).map { _ in operand(column.type) }
            return .condition(column.name, op.rawValue, .array(values))
        case .range:
            // Ends in the wrong order are refused where they can be told.
            while true {
                let json = JSON.condition(column.name, op.rawValue, [operand(column.type), operand(column.type)])
                if (try? FilterTree.parse(json)) != nil { return json }
            }
        }
    }
}
