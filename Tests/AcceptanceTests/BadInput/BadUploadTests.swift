import Journeys
import Platform
import TestSupport
import Testing

/// Uploads that are partly or wholly wrong: bad lines are counted and shown, and a table is never half-changed.
@Suite struct BadUploadTests {
    private let fixture: BadInputFixture

    init() throws { fixture = try BadInputFixture() }

    private func upload(
        _ text: String, _ query: String = "?key=id", table: String = "people", type: String = "text/csv"
    ) throws -> Caller.Answer {
        try fixture.caller.send(
            "PUT", "sources/\(fixture.gateway.sourceID)/tables/\(table)/rows\(query)",
            headers: [("Authorization", "Bearer \(fixture.gateway.key)"), ("Content-Type", type)],
            bytes: Array(text.utf8))
    }

    private func rows(_ table: String = "people") throws -> JSON? {
        try fixture.caller.call(
            "POST", "models/preview",
            [
                "source_id": .string(fixture.gateway.sourceID),
                "sql_query": .string("SELECT * FROM \(table) ORDER BY id"),
            ]
        )["rows"]
    }

    @Test func raggedLinesAreCountedAndTheFirstOnesShown() throws {
        let answer = try upload(
            "id,name,age,joined\np4,Dot,50,2020-01-01\np5,Eve\np6,Fay,1,2020-01-01,more\np7,Gil,2,2020-01-01\n")
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer["rows"] == 2 && answer["inserted"] == 2 && answer["updated"] == 0 && answer["bad"] == 2)
        let problems = answer["problems"]?.arrayValue ?? []
        #expect(problems.compactMap { $0["line"]?.integerValue } == [3, 4])
        for problem in problems { #expect(problem["message"]?.stringValue?.isEmpty == false) }
        #expect(try rows()?.arrayValue?.count == 5)

        let many = "id,name,age,joined\n" + (0..<50).map { "bad\($0)\n" }.joined()
        let second = try upload(many)
        #expect(second["bad"] == 50)
        #expect(second["problems"]?.arrayValue?.count == 20, "the first 20")
    }

    @Test func rowsThatDoNotFitTheirTypeAreCountedAndNotLoaded() throws {
        let answer = try upload(
            "id,name,age,joined\np1,Ann,thirty,2020-01-02\np2,Bob,48,2021-03-04\np9,Ivy,7,yesterday\n")
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer["inserted"] == 0 && answer["updated"] == 1 && answer["bad"] == 2)
        let text = answer["problems"]?.text ?? ""
        #expect(text.contains("age") && text.contains("joined"))
        #expect(try rows()?[0]?["age"] == 31)
        #expect(try rows()?[1]?["age"] == 48)
    }

    @Test func wrongUploadsLeaveTheTableAsItWas() throws {
        let before = try rows()
        for (name, text, query, type, status, word) in [
            ("no key in the header", "name,age\nAnn,1\n", "?key=id", "text/csv", 422, "id"),
            ("a key that the table lacks", "id,name,age,joined\n", "?key=nr", "text/csv", 422, "key"),
            ("a column twice", "id,name,name,joined\np1,a,b,c\n", "?key=id", "text/csv", 422, "name"),
            ("nothing", "", "?key=id", "text/csv", 422, "empty"),
            ("an unknown mode", "id\np1\n", "?key=id&mode=append", "text/csv", 422, "mode"),
            ("an unknown type", "id\np1\n", "?key=id&types=age:float", "text/csv", 422, "types"),
            ("an unknown parameter", "id\np1\n", "?keys=id", "text/csv", 400, "keys"),
            ("JSON", "[]", "?key=id", "application/json", 415, "text/csv"),
        ] {
            let answer = try upload(text, query, type: type)
            #expect(answer.status == status, "\(name): \(answer.status) \(answer.text)")
            #expect(answer.text.contains(word), "\(name): \(answer.text)")
            #expect(!answer.error.isEmpty, "\(name)")
            #expect(try rows() == before, "\(name)")
        }
    }

    @Test func aBrokenConnectionLeavesTheTableAsItWas() throws {
        let before = try rows()
        for mode in ["upsert", "replace"] {
            let client = try HTTPClient(port: fixture.gateway.port)
            let path =
                "/api/v1/workspaces/\(fixture.gateway.workspace)/sources/\(fixture.gateway.sourceID)/tables/people/rows"
            let body = "id,name,age,joined\n" + (0..<5000).map { "p1,Changed,\($0),2020-01-01\n" }.joined()
            try client.send(
                "PUT \(path)?key=id&mode=\(mode) HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
                    + "Authorization: Bearer \(fixture.gateway.key)\r\nContent-Length: \(body.utf8.count + 1)\r\n\r\n\(body)"
            )
            client.reset()
            #expect(try rows() == before, "\(mode)")
        }
        // The table is not locked by what was broken off.
        #expect(try upload("id,name,age,joined\np4,Dot,50,2020-01-01\n")["inserted"] == 1)
    }

    @Test func newlineDelimitedJSONWorksAndItsBadLinesAreCounted() throws {
        let text = """
            {"id": "q1", "points": 1.5, "vip": true}
            {"id": "q2", "points":
            {"id": "q3", "points": 2, "vip": null}
            [1]
            """
        let answer = try upload(text, table: "scores", type: "application/x-ndjson")
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer["inserted"] == 2 && answer["bad"] == 2, "\(answer.text)")
        #expect(answer["problems"]?.arrayValue?.compactMap { $0["line"]?.integerValue } == [2, 4])
        #expect(try rows("scores")?.arrayValue?.count == 2)
    }

    @Test func leadingZerosStayTextAndEmptyCellsAreNull() throws {
        let answer = try upload("id,zip,n,note\n007,01234,1,\n8,5,2,\"\"\n", table: "codes")
        #expect(answer["inserted"] == 2, "\(answer.text)")
        #expect(
            try rows("codes") == [
                ["id": "007", "zip": "01234", "n": 1, "note": .null], ["id": "8", "zip": "5", "n": 2, "note": ""],
            ])
    }
}
