import Glibc
import Journeys
import Platform
import TestSupport
import Testing

/// What bad input gets from the live gateway: an error that names the field, with the contract's status, and nothing
/// half-written.
@Suite struct BadInputTests {
    @Test func wrongShapesAreRefused() throws { try check(BadRequest.shapes) }
    @Test func wrongValuesAreRefused() throws { try check(BadRequest.values) }
    @Test func modelSQLThatIsNotOneSelectIsRefused() throws { try check(BadRequest.statements) }
    @Test func whoMayNotAndWhatIsNotThere() throws { try check(BadRequest.access) }

    @Test func statementsOfModelsHaveWrittenNothing() throws {
        let fixture = try BadInputFixture()
        for request in BadRequest.statements { _ = try fixture.send(request) }
        let preview = try fixture.caller.call(
            "POST", "models/preview",
            ["source_id": .string(fixture.gateway.sourceID), "sql_query": "SELECT count(*) AS n FROM people"])
        #expect(preview["rows"] == [["n": 3]])
        #expect(!Files.exists("/tmp/tessera-vacuum.db") && !Files.exists("/tmp/tessera-x"))
    }

    private func check(_ requests: [BadRequest]) throws {
        let fixture = try BadInputFixture()
        let before = try fixture.state()
        for request in requests {
            let answer = try fixture.send(request)
            let told = Comment(rawValue: "\(request.name): \(answer.status) \(answer.text.prefix(600))")
            #expect(answer.status == request.status, told)
            #expect(!answer.error.isEmpty, told)
            #expect(answer["code"]?.stringValue?.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil, told)
            #expect(answer["request_id"]?.stringValue?.isEmpty == false, told)
            #expect(answer[header: "Content-Type"]?.hasPrefix("application/json") == true, told)
            for word in request.says { #expect(answer.text.contains(word), told) }
            if let pointer = request.pointer {
                let pointers = answer["problems"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue } ?? []
                let isNamed = pointers.contains {
                    pointer.hasSuffix("*") ? $0.hasPrefix(pointer.dropLast()) : $0 == pointer
                }
                #expect(isNamed, told)
            }
            if request.status == 401 { #expect(answer[header: "WWW-Authenticate"] != nil, told) }
            if request.status == 405 { #expect(answer[header: "Allow"]?.contains("GET") == true, told) }
        }
        #expect(try fixture.state() == before, "a refused request has changed something")
    }

    @Test func whatIsTooLargeIsRefusedBeforeItIsRead() throws {
        let fixture = try BadInputFixture()
        let text = #"{"name": "\#(String(repeating: "x", count: 2 << 20))"}"#
        let answer = try fixture.caller.send("POST", "journeys", bytes: Array(text.utf8))
        #expect(answer.status == 413)
        #expect(!answer.error.isEmpty)
        // 500 tiles in less than 1 MiB are welcome.
        let tiles = (0..<500).map { Build.tile("t\($0)", $0 == 0 ? "entry" : "exit") }
        let model = fixture.words["model"] ?? ""
        let created = try fixture.caller.call(
            "POST", "journeys", Build.journey("Large", model: model, tiles: tiles, edges: []))
        #expect(created["tiles"]?.arrayValue?.count == 500)
    }
}
