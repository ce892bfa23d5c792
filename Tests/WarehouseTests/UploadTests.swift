import Columns
import Glibc
import Journeys
import Platform
import Testing

@testable import Warehouse

@Suite struct UploadTests {
    @Test func csvTypesOverAllRowsAndStoresCanonicalForms() throws {
        let fixture = try Fixture()
        let result = try fixture.upload(
            #"""
            id,zip,age,score,ok,born,seen,note,empty
            b,01234,30,1,true,1990-05-01,2024-01-15T09:30:00+02:00,"a ""b""",
            a,99999,,2.5,False,,2024-01-15 09:30:00.5,"",
            é,1,-4,1e2,,2000-02-29,,"x
            y",

            """#, key: "id", chunk: 7)
        #expect(result.rows == 3 && result.inserted == 3 && result.bad == 0)
        #expect(
            try fixture.shape()
                == "id:string zip:string age:integer score:number ok:boolean born:date seen:timestamp note:string "
                + "empty:string")
        #expect(
            try fixture.rows("SELECT * FROM people ORDER BY id") == [
                #"["a","99999",null,2.5,false,null,"2024-01-15T09:30:00.500000Z","",null]"#,
                #"["b","01234",30,1.0,true,"1990-05-01","2024-01-15T07:30:00.000000Z","a \"b\"",null]"#,
                #"["é","1",-4,100.0,null,"2000-02-29",null,"x\ny",null]"#,
            ])
    }

    @Test func ndjsonMeetsItsColumnsOnTheWay() throws {
        let fixture = try Fixture()
        let result = try fixture.upload(
            """
            {"id":"1","n":1,"tags":["a",{"b":null}]}
            {"n":2.5,"id":"2","at":"2024-01-15T09:30:00Z","mixed":1}
            {"id":"3","tags":{"x":1},"mixed":"x","ok":true}
            {"id":null}
            {"n":1}
            {"id":"4","id":"5"}
            """, key: "id", format: .ndjson, chunk: 11)
        #expect(result.rows == 3 && result.bad == 3)
        #expect(result.problems.map(\.line) == [4, 5, 6])
        #expect(result.problems[0].message == "the key column 'id' is empty")
        #expect(result.problems[2].message == "member 'id' stands there twice")
        #expect(
            try fixture.shape() == "id:string n:number tags:string at:timestamp mixed:string ok:boolean")
        #expect(
            try fixture.warehouse.columns(workspaceID: fixture.workspace, table: "PEOPLE").map(\.isJSON)
                == [false, false, true, false, false, false])
        #expect(
            try fixture.rows("SELECT id, n, tags, at, mixed, ok FROM people ORDER BY id") == [
                #"["1",1.0,"[\"a\",{\"b\":null}]",null,null,null]"#,
                #"["2",2.5,null,"2024-01-15T09:30:00.000000Z","1",null]"#,
                #"["3",null,"{\"x\":1}",null,"x",true]"#,
            ])
        // A later file may lack members, but bring no new ones.
        let later = try fixture.upload(
            "{\"id\":\"1\",\"mixed\":2}\n{\"id\":\"9\",\"n\":\"5\"}\n{\"id\":\"8\",\"ok\":1}\n", format: .ndjson)
        #expect(later.rows == 1 && later.updated == 1 && later.bad == 2)
        #expect(later.problems[0].message == "column 'n': '5' is not a number")
        #expect(try fixture.rows("SELECT n, mixed FROM people WHERE id = '1'") == [#"[null,"2"]"#])
        #expect(throws: UploadRefused.self) {
            try fixture.upload("{\"id\":\"1\",\"new\":2}\n", format: .ndjson)
        }
    }

    @Test func laterRowsMustFit() throws {
        let fixture = try Fixture()
        try fixture.upload("id,age,born\na,1,2000-01-01\nb,2,2000-01-02\n", key: "id")
        let result = try fixture.upload(
            "age,id,born\n3,a,2001-01-01\nx,b,2001-01-01\n5,c,01.01.2001\n7,d\n,e,\n007,f,\n1.0,g,\n")
        #expect(result.rows == 2 && result.inserted == 1 && result.updated == 1 && result.bad == 5)
        #expect(
            result.problems.map { "\($0.line): \($0.message)" } == [
                "3: column 'age': 'x' is not an integer (no leading zeros, no fraction)",
                "4: column 'born': '01.01.2001' is not a date like 2024-01-15",
                "5: 2 values for 3 columns",
                "7: column 'age': '007' is not an integer (no leading zeros, no fraction)",
                "8: column 'age': '1.0' is not an integer (no leading zeros, no fraction)",
            ])
        #expect(
            try fixture.rows("SELECT * FROM people ORDER BY id") == [
                #"["a",3,"2001-01-01"]"#, #"["b",2,"2000-01-02"]"#, #"["e",null,null]"#,
            ])
        // A row is the whole row: a column that is left out becomes null.
        try fixture.upload("id,age\na,9\n")
        #expect(try fixture.rows("SELECT * FROM people WHERE id = 'a'") == [#"["a",9,null]"#])
    }

    @Test func ofARepeatedKeyTheLastRowStays() throws {
        let fixture = try Fixture()
        let result = try fixture.upload("id,v\nb,1\na,2\nb,3\nb,4\na,5\n", key: "id")
        #expect(result.rows == 5 && result.inserted == 2 && result.updated == 3)
        #expect(try fixture.rows("SELECT * FROM people ORDER BY id") == [#"["a",5]"#, #"["b",4]"#])
        let again = try fixture.upload("id,v\nb,7\nc,1\nb,8\n")
        #expect(again.rows == 3 && again.inserted == 1 && again.updated == 2)
        #expect(try fixture.rows("SELECT v FROM people WHERE id = 'b'") == ["[8]"])
        #expect(try fixture.warehouse.tables(workspaceID: fixture.workspace).map(\.rows) == [3])
    }

    @Test func replaceTakesTheRowsPlaceAndTypesMakeTheTableAnew() throws {
        let fixture = try Fixture()
        try fixture.upload("id,v\na,1\nb,2\n", key: "id")
        let replaced = try fixture.upload("id,v\nb,5\nc,6\nc,7\n", mode: .replace)
        #expect(replaced.rows == 3 && replaced.inserted == 2 && replaced.updated == 1)
        #expect(try fixture.rows("SELECT * FROM people ORDER BY id") == [#"["b",5]"#, #"["c",7]"#])
        try fixture.upload(
            "key,v,w\n1,007,x\n", key: "key", types: [("v", .string), ("key", .integer)], mode: .replace)
        #expect(try fixture.shape() == "key:integer v:string w:string")
        #expect(try fixture.rows("SELECT * FROM people") == [#"[1,"007","x"]"#])
        #expect(try fixture.warehouse.tables(workspaceID: fixture.workspace).map(\.key) == ["key"])
    }

    @Test func aTableWithoutAKeyGainsRows() throws {
        let fixture = try Fixture()
        try fixture.upload("who,what\na,1\na,1\n", to: "events")
        let result = try fixture.upload("who,what\na,1\n,2\n", to: "events")
        #expect(result.rows == 2 && result.inserted == 2)
        #expect(try fixture.rows("SELECT count(*), count(who) FROM events") == ["[4,3]"])
        #expect(try fixture.warehouse.tables(workspaceID: fixture.workspace).map(\.rows) == [4])
    }

    @Test func keysAreTextsOrIntegers() throws {
        let fixture = try Fixture()
        try fixture.upload("id\n1.5\n2.25\n", to: "numbers", key: "id")
        try fixture.upload("id\ntrue\nfalse\n", to: "booleans", key: "id")
        try fixture.upload("id\n3\n20\n", to: "integers", key: "id")
        try fixture.upload("id\n2024-01-01\n", to: "dates", key: "id")
        #expect(try fixture.shape("numbers") == "id:string")
        #expect(try fixture.shape("booleans") == "id:string")
        #expect(try fixture.shape("integers") == "id:integer")
        #expect(try fixture.shape("dates") == "id:date")
        #expect(try fixture.rows("SELECT id FROM booleans ORDER BY 1") == [#"["false"]"#, #"["true"]"#])
    }

    static let refused: [(String, String?, [(String, ColumnType)], UploadMode, String, String)] = [
        ("people", nil, [], .upsert, "", "the file is empty: begin it with a line of column names"),
        ("people", nil, [], .upsert, "a,a\n1,2\n", "two columns are called 'a' (case does not count): rename one"),
        ("people", nil, [], .upsert, "a,A\n1,2\n", "two columns are called 'A' (case does not count): rename one"),
        ("people", nil, [], .upsert, "a,\n1,2\n", "column 2 of the header has no name: give it one"),
        ("people", nil, [], .upsert, "a,\"\"\n1,2\n", "column 2 of the header has no name: give it one"),
        (
            "people", nil, [], .upsert, "a, b\n1,2\n",
            "column 2 of the header, ' b', has spaces around its name or control characters in it: remove them"
        ),
        (
            "people", nil, [], .upsert, "$member\n1\n",
            "column 1 of the header is called '$member': names with $ are the gateway's own, choose another one"
        ),
        (
            "people", nil, [], .upsert, "a\"b,c\n1,2\n",
            "the file's header can't be read: line 1: a quote within a value without quotes: put the value in quotes "
                + "and double it"
        ),
        (
            "people", "id", [], .upsert, "ids,b\n1,2\n",
            "the header lacks the key column 'id': did you mean 'ids' or 'b'?"
        ),
        ("people", "", [], .upsert, "a\n1\n", "the key is empty: name a column"),
        (
            "people", nil, [("x", .date)], .upsert, "a\n1\n",
            "types declares a column 'x' that the header lacks: did you mean 'a'?"
        ),
        ("people", nil, [("a", .date), ("A", .date)], .upsert, "a\n1\n", "column 'A' is declared twice"),
        (
            "people", "a", [("a", .number)], .upsert, "a\n1\n",
            "the key column 'a' is declared as number: declare it as string or integer"
        ),
        (
            "people", nil, [], .upsert, "a\n",
            "no row could be loaded, so the columns' types can't be told: declare them with types"
        ),
        (
            "people", nil, [], .upsert, "a\n1,2\n",
            "no row could be loaded (line 2: 2 values for 1 columns), so the columns' types can't be told: declare them "
                + "with types"
        ),
        (
            "kept", nil, [], .upsert, "id,w\n1,2\n",
            "table 'kept' has no column 'w': did you mean 'v' or 'id'?; to change its columns use mode=replace with types"
        ),
        ("kept", nil, [], .upsert, "v\n1\n", "the header lacks the key column 'id': did you mean 'v'?"),
        (
            "kept", "v", [], .upsert, "id,v\n1,2\n",
            "table 'kept' has the key 'id': leave key out, or replace the table with mode=replace and types"
        ),
        (
            "kept", nil, [("v", .string)], .upsert, "id,v\n1,2\n",
            "column 'v' of table 'kept' is integer, not string: leave it out, or replace the table with mode=replace and "
                + "types"
        ),
        (
            "keyless", "v", [], .upsert, "v\n1\n",
            "table 'keyless' has no key: leave key out, or replace the table with mode=replace and types"
        ),
    ]

    @Test(arguments: refused.indices)
    func refuses(index: Int) throws {
        let (table, key, types, mode, text, message) = Self.refused[index]
        let fixture = try Fixture()
        try fixture.upload("id,v\na,1\n", to: "kept", key: "id")
        try fixture.upload("v\n1\n", to: "keyless")
        let error = #expect(throws: UploadRefused.self) {
            try fixture.upload(text, to: table, key: key, types: types, mode: mode)
        }
        #expect(error?.message == message)
        #expect(try fixture.warehouse.tables(workspaceID: fixture.workspace).map(\.name) == ["kept", "keyless"])
        #expect(try fixture.rows("SELECT * FROM kept") == [#"["a",1]"#])
    }

    /// No table without a column can be made, and a row without one would count and not be there. (Schemathesis.)
    @Test(arguments: [("", ""), ("{}\n{}\n", ""), ("{}\n", "n")])
    func ndjsonWithoutAColumnIsRefused(text: String, declared: String) throws {
        let fixture = try Fixture()
        let error = #expect(throws: UploadRefused.self) {
            try fixture.upload(text, types: declared.isEmpty ? [] : [(declared, .integer)], format: .ndjson)
        }
        #expect(error?.message.hasPrefix("no row has a column") == true)
        #expect(try fixture.warehouse.tables(workspaceID: fixture.workspace).isEmpty)
        #expect(try fixture.upload("", types: [("n", .integer)], format: .ndjson).rows == 0)
        #expect(try fixture.shape() == "n:integer")
        #expect(try fixture.upload("{}\n{\"a\":1}\n", to: "later", format: .ndjson).inserted == 2)
        #expect(try fixture.rows("SELECT a FROM later ORDER BY a") == ["[null]", "[1]"])
    }

    @Test(arguments: [
        "", "1a", "a b", "a-b", "ä", "a;b", "sqlite_x", "SQLITE_master", "_tessera_tables", "_Tessera", "pragma_x",
        "json_each", "a\"b", String(repeating: "a", count: 64), "../x",
    ])
    func tableNamesAreChecked(name: String) throws {
        let fixture = try Fixture()
        let error = #expect(throws: UploadRefused.self) { try fixture.upload("a\n1\n", to: name) }
        #expect(error?.parameter == "table")
    }

    @Test func namesOfAllKindsAreQuoted() throws {
        let fixture = try Fixture()
        try fixture.upload(
            "\"a \"\"b\"\"\",select,rowid,日本,x;--\n1,2,3,4,5\n", to: "Order", key: "a \"b\"")
        try fixture.upload("\"a \"\"b\"\"\",select,rowid,日本,x;--\n1,9,9,9,9\n", to: "ORDER")
        #expect(try fixture.rows("SELECT \"a \"\"b\"\"\", \"select\", [日本], `x;--` FROM \"order\"") == ["[1,9,9,9]"])
    }

    @Test func nothingIsSeenBeforeTheEndAndAbortLeavesNothing() throws {
        let fixture = try Fixture()
        try fixture.upload("id,v\na,1\n", key: "id")
        let upload = try fixture.warehouse.upload(workspaceID: fixture.workspace, table: "people", format: .csv)
        try upload.write(Array("id,v\na,2\nb,3\n".utf8))
        #expect(try fixture.rows("SELECT * FROM people") == [#"["a",1]"#])
        upload.abort()
        #expect(throws: UploadRefused.self) { try upload.write([1]) }
        #expect(throws: UploadRefused.self) { try upload.finish() }
        do {
            let dropped = try fixture.warehouse.upload(
                workspaceID: fixture.workspace, table: "people", mode: .replace, format: .csv)
            try dropped.write(Array("id,v\nz,2\n".utf8))
        }
        #expect(try fixture.rows("SELECT * FROM people") == [#"["a",1]"#])
        let files = try Files.list("\(fixture.directory)/data")
        #expect(!files.contains { $0.contains("upload") }, "staged rows have no name in the folder")
    }

    @Test func theFasterOfTwoFirstUploadsMakesTheTable() throws {
        let fixture = try Fixture()
        let slow = try fixture.warehouse.upload(workspaceID: fixture.workspace, table: "people", format: .csv)
        try slow.write(Array("a\n1\n".utf8))
        try fixture.upload("b\nx\n")
        let error = #expect(throws: UploadRefused.self) { try slow.finish() }
        #expect(
            error?.message == "table 'people' was made anew by another upload meanwhile: send this one again")
        #expect(try fixture.shape() == "b:string")
    }

    @Test func twoUploadsAtOnceBothCount() throws {
        let fixture = try Fixture()
        try fixture.upload("id,v\na,1\n", key: "id")
        let failures = Monitor<[String]>([])
        let (warehouse, workspace) = (fixture.warehouse, fixture.workspace)
        let threads = (0..<4).map { thread in
            NativeThread(name: "upload") {
                do {
                    let upload = try warehouse.upload(workspaceID: workspace, table: "people", format: .csv)
                    try upload.write(Array("id,v\n".utf8))
                    for row in 0..<500 { try upload.write(Array("t\(thread)-\(row),\(row)\n".utf8)) }
                    let result = try upload.finish()
                    if result.inserted != 500 { failures.withLock { $0.append("inserted \(result.inserted)") } }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 } == [])
        #expect(try fixture.warehouse.tables(workspaceID: fixture.workspace).map(\.rows) == [2001])
    }

    @Test func problemsAreListedUpToTwenty() throws {
        let fixture = try Fixture()
        let rows = (0..<50).map { "x\($0)\n" }.joined()
        let result = try fixture.upload("n\n1\n" + rows, types: [("n", .integer)])
        #expect(result.rows == 1 && result.bad == 50 && result.problems.count == 20)
        #expect(result.problems.last?.line == 22)
    }

    @Test func declaredTypesHoldFromTheFirstRow() throws {
        let fixture = try Fixture()
        let result = try fixture.upload(
            "id,n,d\n01,1,2024-01-01\n02,x,2024-01-01\n03,2,\n", key: "id", types: [("n", .number), ("id", .string)])
        #expect(result.rows == 2 && result.bad == 1)
        #expect(try fixture.shape() == "id:string n:number d:date")
        try fixture.upload("", to: "hollow", types: [("a", .date), ("b", .string)], format: .ndjson)
        #expect(try fixture.shape("hollow") == "a:date b:string")
    }

    @Test func aMissingFileIsGone() throws {
        let fixture = try Fixture()
        unlink(fixture.sourcePath)
        #expect(throws: SourceGone.self) { try fixture.upload("a\n1\n") }
        #expect(throws: SourceGone.self) { try fixture.warehouse.tables(workspaceID: fixture.workspace) }
        #expect(throws: SourceGone.self) { try fixture.warehouse.tables(workspaceID: "../etc/passwd") }
    }
}
