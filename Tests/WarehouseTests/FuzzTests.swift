import Journeys
import TestSupport
import Testing

@testable import Warehouse

/// Bytes that nobody means well with, and nobody has thought of.
@Suite struct FuzzTests {
    private static func bytes(_ random: inout SeededRandom, of alphabet: [UInt8]) -> [UInt8] {
        (0..<Int.random(in: 0...60, using: &random)).map { _ in random.pick(alphabet) }
    }

    @Test func parsersReadTheSameHoweverTheBytesAreCut() throws {
        var random = SeededRandom(seed: 21)
        let csv = Array("\"\"\",,\n\n\ra1 é\u{FEFF}".utf8) + [0, 0xFF]
        let json = Array("{}[]\"\"::,,\\u00e9d83\n\n\r t1e-.true null".utf8) + [0, 0xFF]
        for _ in 0..<3000 {
            let chunk = Int.random(in: 1...7, using: &random)
            let text = Self.bytes(&random, of: csv)
            #expect(
                Result { try CSVParserTests.read(text, chunk: chunk) }.described
                    == Result { try CSVParserTests.read(text, chunk: 1000) }.described, "\(text)")
            let object = Array("{\"a\":".utf8) + Self.bytes(&random, of: json)
            #expect(
                Result { try NDJSONParserTests.read(object, chunk: chunk) }.described
                    == Result { try NDJSONParserTests.read(object, chunk: 1000) }.described, "\(object)")
        }
    }

    @Test func whatLineReaderTakesIsWhatFoundationTakes() throws {
        var random = SeededRandom(seed: 22)
        let pieces = [
            "{", "}", "[", "]", ":", ",", "\"a\"", "\"b\"", "1", "-0", "1.5", "1e1,", "01", "true", "null",
            "\"\\u00e9\"", "\"\\ud83d\\ude00\"", "\"\\x\"", " ", "\"",
        ]
        var taken = 0
        for _ in 0..<5000 {
            let text =
                "{\"k\":" + (0..<Int.random(in: 1...6, using: &random)).map { _ in random.pick(pieces) }.joined() + "}"
            let ours = try NDJSONParserTests.read(Array(text.utf8), chunk: 1000).first?.contains(" bad: ") == false
            let parsed = (try? JSON.parse(text))?.objectValue != nil
            #expect(ours == parsed, "\(text)")
            taken += ours ? 1 : 0
        }
        #expect(taken > 200)
    }

    /// Pieces of good and hostile SQL in any order: no statement of them reads or changes what it should not.
    @Test func splicedSQLStaysInside() throws {
        let fixture = try Fixture()
        try fixture.upload("id,age\na,1\nb,2\n", key: "id")
        let pieces = [
            "SELECT", "id", "*", "FROM", "people", "sqlite_master", "_tessera_tables", "pragma_table_info('people')",
            "WHERE", "1", "=", "(", ")", "WITH", "x", "AS", "UNION", "JOIN", ",", "--", "/*", "*/", "'", "\"", ";",
            "DELETE FROM people", "age", "AS id", "GROUP BY", "count(*)", "load_extension('x')", "?", "\n", "IN",
            "(SELECT id FROM people)", "(SELECT name FROM sqlite_master)", "ATTACH 'x' AS y", "_tessera_list(1)",
        ]
        var random = SeededRandom(seed: 23)
        var accepted = 0
        for _ in 0..<2000 {
            let words = (0..<Int.random(in: 1...8, using: &random)).map { _ in random.pick(pieces) }
            let sql = (random.chance(80) ? "SELECT id FROM people " : "") + words.joined(separator: " ")
            do {
                let preview = try fixture.warehouse.preview(workspaceID: fixture.workspace, sql: sql)
                accepted += 1
                // The schema's texts would be the first thing to get out.
                #expect(!preview.rows.contains { JSON.array($0).text.contains("CREATE") }, "\(sql)")
                #expect(!preview.rows.contains { JSON.array($0).text.contains("_tessera") }, "\(sql)")
            } catch is ModelSQLError {
            }
        }
        #expect(accepted > 20)
        #expect(try fixture.rows("SELECT * FROM people ORDER BY id") == [#"["a",1]"#, #"["b",2]"#])
    }
}

extension Result<[String], any Error> {
    fileprivate var described: String {
        switch self {
        case .success(let lines): lines.joined(separator: "\n")
        case .failure(let error): "\(error)"
        }
    }
}
