import CSQLite
import SQLite
import TestSupport
import Testing

@testable import Warehouse

/// `bounded_text.h` beside SQLite's own functions, and what bounds a model's SQL while somebody waits for it.
@Suite struct ModelFunctionTests {
    /// Literals of every type; texts and blobs of few letters, so that they are found in each other.
    private static func literal(_ random: inout SeededRandom) -> String {
        let parts = ["61", "62", "20", "25", "2A", "5F", "3F", "C3A4", "E282AC", "F09F9880", "A4", "C3", "FF", "00"]
        let bytes = (0..<Int.random(in: 0...7, using: &random)).map { _ in
            parts[Int.random(in: 0..<(Bool.random(using: &random) ? 3 : parts.count), using: &random)]
        }
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return "NULL"
        case 1: return "\(Int.random(in: -11...111, using: &random))"
        case 2: return "1.5"
        case 3, 4: return "x'\(bytes.joined())'"
        default: return "CAST(x'\(bytes.joined())' AS TEXT)"
        }
    }

    @Test func boundedFunctionsAreAsSQLitesOwn() throws {
        let (own, bounded) = (try Database(path: ":memory:"), try Database(path: ":memory:"))
        #expect(tessera_bounded_text_register(bounded.handle, { _ in 1 }, nil) == SQLITE_OK)
        var random = SeededRandom(seed: 20_261_127)
        var found = 0
        for _ in 0..<20_000 {
            let (a, b, c) = (Self.literal(&random), Self.literal(&random), Self.literal(&random))
            let calls = [
                "instr(\(a), \(b))", "replace(\(a), \(b), \(c))", "trim(\(a), \(b))", "ltrim(\(a), \(b))",
                "rtrim(\(a), \(b))", "trim(\(a))", "ltrim(\(a))", "rtrim(\(a))", "like(\(b), \(a))", "glob(\(b), \(a))",
                "like(\(b), \(a), \(["'a'", "'\u{1F600}'", "'ä'", "NULL"].randomElement(using: &random) ?? "''"))",
            ]
            let sql = "SELECT \(calls.map { "quote(CAST(\($0) AS BLOB)), typeof(\($0))" }.joined(separator: ", "))"
            var answers: [[String]] = []
            for database in [own, bounded] {
                let statement = try database.prepare(sql)
                try #require(try statement.step())
                answers.append((0..<Int32(2 * calls.count)).map { statement.string($0) })
            }
            try #require(answers[0] == answers[1], "\(sql)")
            if !["NULL", "x''", "X'30'"].contains(answers[0][0]) { found += 1 }
        }
        #expect(found > 1_000, "too few texts were found in others")
    }

    /// SQLite's own functions need minutes for one of these rows.
    @Test(arguments: [
        "instr(h, substr(h, 1, 400000) || 'x')", "replace(h, substr(h, 1, 400000) || 'x', '')",
        "length(replace(h, '0', 'y'))", "ltrim(h, 'abcdefghijklmnopqrstuvwxyz1230')",
        "h LIKE '%' || substr(h, 1, 190) || 'x'", "h GLOB '*' || substr(h, 1, 190) || 'x'",
    ])
    func aCallOverALargeTextEnds(expression: String) throws {
        let fixture = try Fixture()
        try fixture.upload("id\na\n", key: "id")
        let sql = "WITH t AS (SELECT id, hex(zeroblob(400000)) AS h FROM people) SELECT id, \(expression) AS x FROM t"
        let rows = try fixture.warehouse.preview(workspaceID: fixture.workspace, sql: sql).rows
        #expect(rows.count == 1)
    }

    @Test(arguments: [
        ("SELECT json_patch('{}', '{}') AS id FROM people", "the function json_patch() can't be used in a model"),
        (
            "SELECT trim(id, hex(zeroblob(200))) AS id FROM people",
            "the model's SQL failed: trim() takes at most 64 characters to remove"
        ),
        (
            "SELECT people.id, hex(zeroblob(500000)) AS x FROM people, json_each('[1,2,3,4,5,6,7,8,9]')",
            "the first 100 rows of the model have more than 8 MiB: leave its large columns out, or shorten them with substr()"
        ),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                + "SELECT i AS id, hex(zeroblob(500000)) || i AS x FROM n ORDER BY x DESC",
            "the model's SQL needs more than 1 GiB of temporary space: filter earlier, or sort, group and join less"
        ),
    ])
    func whatWouldTakeTooMuchIsRefused(sql: String, message: String) throws {
        let fixture = try Fixture()
        try fixture.upload("id\na\n", key: "id")
        // The clock stands still: no deadline ends it.
        let error = #expect(throws: ModelSQLError.self) {
            try fixture.warehouse.preview(workspaceID: fixture.workspace, sql: sql)
        }
        #expect(error?.message == message)
        #expect(try fixture.rows("SELECT count(*) AS n FROM people") == ["[1]"], "the source serves on")
    }

    /// Within a row SQLite does not ask: calls with large texts do, and the number of all is bounded.
    @Test func theDeadlineIsLookedAtWithinARow() throws {
        let fixture = try Fixture()
        try fixture.upload("id\na\n", key: "id")
        let warehouse = Warehouse(dataDirectory: fixture.directory, clock: RunningClock(), log: .silent)
        func sum(_ call: String, _ count: Int) -> String {
            "SELECT \(Array(repeating: call, count: count).joined(separator: " + ")) AS id "
                + "FROM (SELECT id, hex(zeroblob(3000)) AS h FROM people LIMIT 1)"
        }
        for call in [
            "(h LIKE '%x')", "(h GLOB id)", "instr(h, id)", "length(replace(h, id, ''))", "length(trim(h, id))",
        ] {
            #expect(throws: DeadlineExceeded.self, "\(call)") {
                try warehouse.preview(workspaceID: fixture.workspace, sql: sum(call, 100))
            }
            #expect(try fixture.warehouse.preview(workspaceID: fixture.workspace, sql: sum(call, 100)).rows.count == 1)
        }
        let many = (0..<21).map { "\(Array(repeating: "abs(random())", count: 100).joined(separator: "+")) AS c\($0)" }
        let error = #expect(throws: ModelSQLError.self) {
            try warehouse.describe(
                workspaceID: fixture.workspace, sql: "SELECT \(many.joined(separator: ",")) FROM people")
        }
        #expect(error?.message.hasPrefix("the model's SQL calls functions at more than 2000 places") == true)
    }

    /// Each row takes a few steps of SQLite's machine only.
    @Test func theDeadlineIsLookedAtBetweenRows() throws {
        let fixture = try Fixture()
        try fixture.upload("id\n" + (0..<100).map { "\($0)\n" }.joined(), key: "id")
        let warehouse = Warehouse(dataDirectory: fixture.directory, clock: RunningClock(), log: .silent)
        #expect(throws: DeadlineExceeded.self) {
            try warehouse.preview(workspaceID: fixture.workspace, sql: "SELECT id FROM people")
        }
    }
}
