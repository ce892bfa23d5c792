import Columns
import Glibc
import Journeys
import TestSupport
import Testing

@testable import Warehouse

/// One meaning, two executions: a filter in SQL picks the rows that the filter over columns picks.
@Suite struct FilterEquivalenceTests {
    /// TESSERA_FILTERS says how many trees (`scripts/prove filters`), TESSERA_SEED from which seed on; else the same each time.
    @Test func sqlPicksWhatColumnsPick() throws {
        var figures = Figures()
        let seed = Self.number("TESSERA_SEED") ?? 1
        let long = Self.number("TESSERA_FILTERS")
        let trees = long ?? 2000
        for round in 0..<trees / Self.perWorld {
            var random = SeededRandom(seed: UInt64(seed + round))
            try compare(RandomWorld(&random, rows: 60), &random, &figures)
        }
        // Else the trees decide nothing.
        #expect((figures.rows / 10...figures.rows * 9 / 10).contains(figures.matches))
        if long != nil {
            print(
                "filter: \(figures.trees) trees with \(figures.conditions) conditions over \(figures.rows) rows: \(figures.matches) match"
            )
        }
    }

    private struct Figures { var (trees, conditions, rows, matches) = (0, 0, 0, 0) }
    /// Trees over the same rows.
    private static let perWorld = 500

    private static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

    private func compare(_ world: RandomWorld, _ random: inout SeededRandom, _ figures: inout Figures) throws {
        let reader = try SourceReader(path: world.fixture.sourcePath)
        try reader.begin()
        defer { _ = reader.end() }
        let access = try ModelAccess(world.model, ResolvedModel(world.model.sql, on: reader))
        for round in 0..<Self.perWorld {
            let json = random.tree(world.model.columns, depth: 3)
            let filter = try FilterTree.parse(json).bound(to: world.model.columns)
            let expected = try world.picked(by: filter)
            let wanted = zip(world.keys, expected).compactMap { $1 ? $0 : nil }
            let keys = try world.fixture.keys(world.model, filter: filter)
            #expect(keys == wanted, "\(json.text)")
            // No literal is in the SQL, so a tree that differs in its literals only has the same.
            let twin = try FilterTree.parse(json.withOtherValues(world.model.columns)).bound(to: world.model.columns)
            var (sql, other) = (FilterSQL(access, runAt: 0), FilterSQL(access, runAt: 86_400_000_000))
            #expect(try sql.condition(filter) == other.condition(twin), "\(json.text)")
            figures.trees += 1
            figures.conditions += filter.conditionCount
            figures.rows += world.keys.count
            figures.matches += wanted.count
            guard round % 5 == 0 else { continue }
            let flagged = try #require(
                world.fixture.scanAll(world.model, filter: nil, flags: [filter, filter]).batches.first)
            #expect((0..<flagged.count).map { flagged.bool(1)[$0] } == expected, "\(json.text)")
            #expect((0..<flagged.count).map { flagged.bool(2)[$0] } == expected)
            let count = try world.fixture.warehouse.count(
                model: world.model, filter: filter, runAt: world.fixture.clock.now())
            #expect(count == wanted.count)
        }
    }

    @Test func theLargestTreesRun() throws {
        var random = SeededRandom(seed: 9)
        let world = try RandomWorld(&random, rows: 40)
        for word in ["and", "or"] {
            for column in ["string", "mixed_string"] {
                let conditions = (0..<9_999).map { number -> JSON in
                    .condition(column, word == "and" ? "not_equals" : "equals", .string("never \(number)"))
                }
                let tree: JSON = ["type": .string(word), "children": .array(conditions)]
                let filter = try FilterTree.parse(tree).bound(to: world.model.columns)
                let keys = try world.fixture.keys(world.model, filter: filter)
                #expect(try keys.count == world.picked(by: filter).count { $0 })
            }
        }
        let list: JSON = .array((0..<10_000).map { .string("\($0)") })
        var deep = JSON.condition("string", "not_in", list)
        for level in 0..<48 { deep = ["type": level % 2 == 0 ? "or" : "and", "children": [deep]] }
        let filter = try FilterTree.parse(deep).bound(to: world.model.columns)
        #expect(try world.fixture.keys(world.model, filter: filter).count == world.picked(by: filter).count { $0 })
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
