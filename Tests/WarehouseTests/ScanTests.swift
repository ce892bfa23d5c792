import CSQLite
import Columns
import Glibc
import Journeys
import Platform
import SQLite
import TestSupport
import Testing

@testable import Warehouse

@Suite struct ScanTests {
    /// Keys whose order by bytes, by numbers and by letters differ.
    static let keys = ["10", "9", "2", "1", "100", "B", "a", "é", "z", "日", "-5", "Z", "e\u{301}"]

    private static func byBytes(_ keys: [String]) -> [String] {
        keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func texts(_ fixture: Fixture) throws -> ModelQuery {
        try fixture.upload("id,n\n" + Self.keys.enumerated().map { "\($1),\($0)\n" }.joined(), key: "id")
        return try fixture.model("SELECT * FROM people")
    }

    /// How SQLite goes about a statement of the warehouse.
    private func plan(
        _ fixture: Fixture, _ model: ModelQuery, _ write: (ModelRequest, SourceReader) throws -> ModelStatement
    ) throws -> String {
        let request = try ModelRequest(
            model, columns: model.columns.map(\.name), filter: nil, flags: [], runAt: 0)
        return try fixture.warehouse.file(fixture.workspace).read { reader in
            let statement = try write(request, reader)
            let sql = String(cString: sqlite3_sql(statement.statement.handle))
            let explained = try reader.prepare("EXPLAIN QUERY PLAN " + sql, .wrapped)
            var lines: [String] = []
            while try explained.step() { lines.append(explained.string(3)) }
            return lines.joined(separator: "; ")
        }
    }

    @Test func textKeysComeInByteOrderByTheirIndex() throws {
        let fixture = try Fixture()
        let model = try texts(fixture)
        #expect(try fixture.keys(model) == Self.byBytes(Self.keys))
        #expect(try plan(fixture, model) { try $0.scan(on: $1, after: nil) } == "SCAN people")
        #expect(
            try plan(fixture, model) { try $0.scan(on: $1, after: [65]) }
                == "SEARCH people USING PRIMARY KEY (id>?)")
    }

    @Test func integerKeysComeInTheOrderOfTheirTextByAnIndex() throws {
        let fixture = try Fixture()
        let numbers: [Int64] = [10, 9, 2, 1, 100, -5, -50, 0, .max, .min]
        try fixture.upload("id,n\n" + numbers.map { "\($0),1\n" }.joined(), key: "id")
        let model = try fixture.model("SELECT id, n FROM people WHERE n = 1")
        #expect(try fixture.keys(model) == Self.byBytes(numbers.map { "\($0)" }))
        #expect(
            try plan(fixture, model) { try $0.scan(on: $1, after: nil) }
                == "SCAN people USING INDEX _tessera_key_people")
        #expect(
            try plan(fixture, model) { try $0.scan(on: $1, after: [65]) }
                == "SEARCH people USING INDEX _tessera_key_people (<expr>>?)")
        // The index follows later uploads.
        try fixture.upload("id,n\n55,1\n9,1\n")
        #expect(try fixture.keys(model) == Self.byBytes(numbers.map { "\($0)" } + ["55"]))
    }

    @Test func otherKeysAreSortedAndThoseThatAreNoneSkipped() throws {
        let fixture = try Fixture()
        try fixture.upload("n,kind\n1,0\n1,1\n1.5,1\n2,2\n3,3\n4,4\n10,0\n10,5\n5,6\n")
        let model = try fixture.model(
            """
            SELECT CASE kind WHEN 0 THEN CAST(n AS INTEGER) WHEN 1 THEN CAST(CAST(n AS INTEGER) AS TEXT) WHEN 2 THEN NULL
            WHEN 3 THEN x'3435' WHEN 4 THEN CAST(x'FF' AS TEXT) WHEN 5 THEN 'b' ELSE n + 0.25 END AS id, n FROM people
            """)
        let (batches, scan) = try fixture.scanAll(model, columns: ["n"])
        #expect(
            batches.flatMap { batch in (0..<batch.count).map { batch.utf8(0).string($0) } } == ["1", "10", "5.25", "b"])
        #expect(scan.skippedKeys == 3 && scan.repeatedKeys == 2 && scan.misfits == 0 && !scan.isIndexed)
        #expect(try fixture.warehouse.count(model: model, runAt: 0) == 5, "the text that is no UTF-8 is counted there")
    }

    @Test(arguments: [1, 2, 3, 5, 100], [false, true])
    func batchesCutAnywhereGiveTheSameRows(batchRows: Int, suspending: Bool) throws {
        let fixture = try Fixture()
        let model = try texts(fixture)
        #expect(
            try fixture.keys(model, batchRows: batchRows, suspending: suspending) == Self.byBytes(Self.keys))
        let doubled = try fixture.model("SELECT id, n FROM people UNION ALL SELECT id, -n FROM people")
        let (batches, scan) = try fixture.scanAll(doubled, batchRows: batchRows, suspending: suspending)
        #expect(
            batches.flatMap { batch in (0..<batch.count).map { batch.utf8(0).string($0) } } == Self.byBytes(Self.keys))
        #expect(scan.repeatedKeys == Self.keys.count)
        #expect(batches.allSatisfy { $0.count <= batchRows })
    }

    @Test func aScanGoesOnAfterAKey() throws {
        let fixture = try Fixture()
        let model = try texts(fixture)
        let sorted = Self.byBytes(Self.keys)
        for (place, key) in sorted.enumerated() {
            #expect(try fixture.keys(model, after: key) == Array(sorted[(place + 1)...]))
        }
        #expect(try fixture.keys(model, after: "") == sorted)
        #expect(try fixture.keys(model, after: "a0") == sorted.filter { "a0".utf8.lexicographicallyPrecedes($0.utf8) })
        #expect(try fixture.keys(model, after: "\u{10FFFF}").isEmpty)
    }

    @Test func columnsComeAsAskedInTheirTypes() throws {
        let fixture = try Fixture()
        try fixture.upload(
            "id,s,i,n,b,d,t\na,x,-1,1.5,true,1970-01-02,1970-01-01T00:00:01Z\nb,,,,,,\n", key: "id")
        let model = try fixture.model("SELECT * FROM people")
        let batch = try #require(
            fixture.scanAll(
                model, columns: ["t", "d", "b", "n", "i", "s", "id"],
                flags: [
                    fixture.filter(
                        #"{"type":"condition","condition_type":"property","column":"b","operator":"is_true"}"#, model)
                ]
            ).batches.first)
        #expect(batch.columns.map(\.name) == ["$member", "t", "d", "b", "n", "i", "s", "id", "$flag0"])
        #expect(batch.int64(1)[0] == 1_000_000 && batch.date(2)[0] == 1 && batch.bool(3)[0])
        #expect(batch.double(4)[0] == 1.5 && batch.int64(5)[0] == -1 && batch.utf8(6).string(0) == "x")
        #expect(batch.utf8(7).string(0) == "a" && batch.bool(8)[0] && !batch.bool(8)[1])
        #expect((1...6).allSatisfy { !batch.isNull($0, 0) && batch.isNull($0, 1) })
        #expect(batch.columns[0].nullable == false && batch.columns[8].nullable == false)
    }

    @Test func largeRowsCutBatchesByBytes() throws {
        let fixture = try Fixture()
        let text = String(repeating: "x", count: 500_000)
        try fixture.upload((0..<20).reduce("id,t\n") { "\($0)k\($1),\(text)\n" }, key: "id")
        let (batches, scan) = try fixture.scanAll(try fixture.model("SELECT * FROM people"), columns: ["t"])
        #expect(batches.map(\.count).reduce(0, +) == 20)
        #expect(batches.map(\.count).max() == 9, "4 MB are nine rows of half a MB")
        #expect(scan.isIndexed)
    }

    @Test func aScanOutlivesUploadsAndSeesOneState() throws {
        let fixture = try Fixture()
        try fixture.upload((0..<100).reduce("id,v\n") { "\($0)\($1 + 100),1\n" }, key: "id")
        let model = try fixture.model("SELECT id, v FROM people")
        let scan = try fixture.warehouse.scan(model, columns: ["v"], runAt: 0, batchRows: 10)
        let first = try #require(try scan.next())
        try fixture.upload((0..<200).reduce("id,v\n") { "\($0)\($1 + 100),2\n" })
        var values = Array(first.int64(1))
        while let batch = try scan.next() { values += Array(batch.int64(1)) }
        #expect(values == Array(repeating: 1, count: 100))
        // Suspended, it goes on in the newer state; even in a table that was made anew.
        let second = try fixture.warehouse.scan(model, columns: ["v"], runAt: 0, batchRows: 10)
        _ = try second.next()
        second.suspend()
        try fixture.upload(
            (0..<50).reduce("id,v\n") { "\($0)\($1 + 100),3\n" }, key: "id", types: [("id", .integer)], mode: .replace)
        var rest: [Int64] = []
        while let batch = try second.next() { rest += Array(batch.int64(1)) }
        #expect(rest == Array(repeating: 3, count: 40))
        second.suspend()
        #expect(try second.next() == nil)
    }

    @Test func aModelWhoseColumnsHaveGoneSaysSo() throws {
        let fixture = try Fixture()
        try fixture.upload("id,v\na,1\n", key: "id")
        let model = try fixture.model("SELECT * FROM people")
        try fixture.upload("id,w\na,1\n", key: "id", types: [("w", .string)], mode: .replace)
        let error = #expect(throws: ModelSQLError.self) { try fixture.scanAll(model, columns: ["v"]) }
        #expect(error?.message == "the model's SQL gives no column 'v': did you mean 'w' or 'id'?")
        #expect(throws: ModelSQLError.self) { try fixture.scanAll(model, columns: ["nope"]) }
    }

    @Test func cancellingStopsWithinAStatement() throws {
        let fixture = try Fixture()
        try fixture.upload("id\na\n", key: "id")
        let endless = try fixture.model("SELECT id FROM people")
        var sorted = endless
        sorted.sql =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT max(i) AS id FROM n"
        var asked = 0
        let scan = try fixture.warehouse.scan(
            sorted, columns: [], runAt: 0,
            cancelled: {
                asked += 1
                return asked > 5
            })
        #expect(throws: CancelledScan.self) { try scan.next() }
        #expect(asked == 6)
        #expect(try scan.next() == nil, "it is over")
        // The connection goes on to serve others.
        #expect(try fixture.keys(endless) == ["a"])
        let before = try fixture.warehouse.scan(endless, columns: [], runAt: 0, cancelled: { true })
        #expect(throws: CancelledScan.self) { try before.next() }
        #expect(throws: CancelledScan.self) {
            try Self.lookup(fixture, sorted, ["1"], cancelled: { true })
        }
    }

    @Test func aFileThatVanishesOrIsReplacedIsNoticed() throws {
        let fixture = try Fixture()
        let model = try texts(fixture)
        #expect(try !fixture.keys(model).isEmpty)
        for suffix in ["", "-wal", "-shm"] { unlink(fixture.sourcePath + suffix) }
        #expect(throws: SourceGone.self) { try fixture.keys(model) }
        try fixture.warehouse.createEmbedded(workspaceID: fixture.workspace)
        #expect(throws: ModelSQLError.self) { try fixture.keys(model) }
        try fixture.upload("id,n\nnew,1\n", key: "id")
        #expect(try fixture.keys(model) == ["new"])
    }

    // MARK: Lookups

    private static func lookup(
        _ fixture: Fixture, _ model: ModelQuery, _ keys: [String], columns: [String] = [], flags: [BoundFilter] = [],
        cancelled: @escaping () -> Bool = { false }
    ) throws -> RecordBatch {
        let builder = BatchBuilder(columns: [Column(name: "k", type: .string)])
        for key in byBytes(keys) { builder.append(string: key, to: 0) }
        let batch = builder.finish()
        defer { withExtendedLifetime(batch) {} }
        return try fixture.warehouse.lookup(
            model, columns: columns, keys: batch.utf8(0), count: batch.count, flags: flags,
            runAt: fixture.clock.now(), cancelled: cancelled)
    }

    private static func found(_ fixture: Fixture, _ model: ModelQuery, _ keys: [String]) throws -> [String] {
        let batch = try lookup(fixture, model, keys)
        return (0..<batch.count).map { batch.utf8(0).string($0) }
    }

    @Test func lookupsFindTextKeysByTheirIndex() throws {
        let fixture = try Fixture()
        let model = try texts(fixture)
        #expect(try Self.found(fixture, model, Self.keys + ["no", "", "01", "b"]) == Self.byBytes(Self.keys))
        #expect(try Self.found(fixture, model, []) == [])
        let plan = try plan(fixture, model) { try $0.lookup(BoundList(.texts([])), on: $1) }
        #expect(plan == "SCAN k VIRTUAL TABLE INDEX 1:; SEARCH people USING PRIMARY KEY (id=?)")
        // After a change of the schema too.
        try fixture.upload("a\n1\n", to: "another")
        #expect(try Self.found(fixture, model, ["a", "b"]) == ["a"])
    }

    @Test func lookupsFindIntegerKeysByTheirText() throws {
        let fixture = try Fixture()
        try fixture.upload("id,v\n1,1\n10,2\n9,3\n-3,4\n0,5\n9223372036854775807,6\n", key: "id")
        let model = try fixture.model("SELECT id, v FROM people")
        #expect(
            try Self.found(
                fixture, model,
                ["1", "01", "10", "9", "-3", "-0", "0", "1.0", " 1", "x", "9223372036854775807", "9223372036854775808"])
                == ["-3", "0", "1", "10", "9", "9223372036854775807"])
        let plan = try plan(fixture, model) { try $0.lookup(BoundList(.texts([])), on: $1) }
        #expect(plan == "SCAN k VIRTUAL TABLE INDEX 1:; SEARCH people USING INTEGER PRIMARY KEY (rowid=?)")
    }

    @Test func lookupsReadModelsOfAllKinds() throws {
        let fixture = try Fixture()
        try fixture.upload("id,name\na,Ann\nb,Bob\nc,Cy\n", key: "id")
        try fixture.upload("person,total\na,1\na,2\nb,5\nx,9\n", to: "orders")
        let models = [
            "SELECT p.id, p.name, sum(o.total) AS total FROM people p LEFT JOIN orders o ON o.person = p.id GROUP BY p.id",
            "SELECT person AS id, 'x' AS name, sum(total) AS total FROM orders GROUP BY person",
            "SELECT person AS id, 'x' AS name, total FROM orders",
            "SELECT DISTINCT id, name, 1 AS total FROM people",
            "SELECT id, name, 1 AS total FROM people UNION ALL SELECT person, 'x', total FROM orders",
            "SELECT lower(id) AS id, name, 2 AS total FROM people",
            "SELECT p.id, name, total FROM people p JOIN orders o ON o.person = p.id",
            "SELECT id, name, 0 AS total FROM people ORDER BY name DESC LIMIT 2",
        ]
        for sql in models {
            let model = try fixture.model(sql)
            let all = try fixture.keys(model)
            #expect(
                try Self.found(fixture, model, ["a", "c", "nobody"]) == all.filter { ["a", "c"].contains($0) }, "\(sql)"
            )
            #expect(try Self.found(fixture, model, all) == all, "\(sql)")
        }
        let first = try fixture.model(models[0])
        let rich = try fixture.filter(
            #"{"type":"condition","condition_type":"property","column":"total","operator":"greater_than","value":4}"#,
            first)
        let batch = try Self.lookup(fixture, first, ["a", "b", "c"], columns: ["total", "name"], flags: [rich])
        #expect(Array(batch.int64(1)) == [3, 5, 0] && batch.isNull(1, 2))
        #expect(batch.utf8(2).string(1) == "Bob")
        #expect((0..<3).map { batch.bool(3)[$0] } == [false, true, false])
    }

    @Test func lookupsEqualScansOnRandomKeys() throws {
        var random = SeededRandom(seed: 3)
        let fixture = try Fixture()
        let keys = Set((0..<400).map { _ in "\(Int.random(in: -500...500, using: &random))" })
        try fixture.upload("id,v\n" + keys.sorted().map { "\($0),\($0.utf8.count)\n" }.joined(), key: "id")
        try fixture.upload("v,id\n" + keys.sorted().map { "1,\"\($0)\"\n" }.joined(), to: "loose")
        for sql in ["SELECT id FROM people", "SELECT id FROM loose", "SELECT '' || id AS id FROM people"] {
            let model = try fixture.model(sql)
            #expect(try fixture.keys(model) == Self.byBytes(Array(keys)))
            for _ in 0..<20 {
                let asked = Set((0..<50).map { _ in "\(Int.random(in: -500...500, using: &random))" })
                #expect(
                    try Self.found(fixture, model, Array(asked)) == Self.byBytes(Array(asked.intersection(keys))))
            }
        }
    }
}
