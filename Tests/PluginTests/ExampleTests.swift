import CTessera
import Columns
import Foundation
import Journeys
import Testing
import TesseraTestKit

/// The plugins that third parties learn from, in C, C++, Rust and Swift, built as they would build them.
@Suite(.serialized) struct ExampleTests {
    private static let folder = Result { try TemporaryFolder() }

    private func build(_ name: String) throws -> PluginLibrary {
        let folder = try Self.folder.get().path
        let example = "\(PluginLibrary.packageDirectory)/Plugins/Examples/\(name)"
        let headers = "\(PluginLibrary.packageDirectory)/Sources/CTessera/include"
        let kits = "\(PluginLibrary.packageDirectory)/Sources"
        try Command.succeed(
            "make", ["-C", example, "OUT=\(folder)", "TESSERA_INCLUDE=\(headers)", "TESSERA_KITS=\(kits)"])
        let path = "\(folder)/\(name).so"
        let symbols = try Command.succeed("nm", ["-D", "--defined-only", path])
        #expect(symbols.split(separator: " ").last == "tessera_plugin_v1\n")
        return try PluginLibrary.load(path)
    }

    @Test func weekendRoutesByTheDayOfArrival() throws {
        let library = try build("weekend")
        #expect(library.id == "com.example.weekend")
        #expect(String(cString: library.plugin.pointee.toolchain) == "")
        let tile = try TestTile(library, "com.example.weekend", config: "{}")
        #expect(tile.branches == ["weekday", "weekend"])
        #expect(tile.columns == ["$arrived_at"])
        let times = [
            "2024-01-05T23:59:59Z", "2024-01-06T00:00:00Z", "2024-01-07T23:59:59Z", "2024-01-08T00:00:00Z",
            "1969-12-31T23:59:59Z", "1969-12-28T12:00:00Z",
        ]
        let batch = try TestBatch.rows(
            [Column(name: "$arrived_at", type: .timestamp)], times.map { [.string($0)] })
        #expect(try tile.outcomes(batch) == [0, 1, 1, 0, 0, 1].map { .advance(branch: $0) })
        let problems = try TestTile.problems(library, "com.example.weekend", config: #"{"a": 1}"#)
        #expect(problems.pointers == ["/a"])
    }

    @Test func lateReportsFromAThreadOfItsOwn() throws {
        let library = try build("late")
        let tile = try TestTile(library, "com.example.late", config: "{}")
        #expect(tile.type.pointee.flags & TESSERA_TILE_ASYNC != 0)
        #expect(tile.branches == ["even", "odd"])
        let calls = (0..<20).map { _ in CallRecorder(now: 0) }
        for call in calls { #expect(tile.run(try .members(["member-2", "member-3", ""]), call) == 0) }
        for call in calls {
            call.waitForDone()
            #expect(call.outcomes(rows: 3) == [.advance(branch: 0), .advance(branch: 1), .advance(branch: 0)])
            #expect(call.doneCount == 1)
        }
        let cancelled = CallRecorder(now: 0)
        cancelled.cancel()
        #expect(tile.run(try .members(["member-2"]), cancelled) == 0)
        cancelled.waitForDone()
        #expect(cancelled.outcomes(rows: 1) == [nil])
    }

    @Test func birthdayInCPlusPlusKnowsTheDay() throws {
        let library = try build("birthday")
        let config = #"{"column": "born", "days_ahead": 1}"#
        let batch = TestBatch(columns: [("born", .date)])
        let days = ["1990-03-01", "1992-02-29", "1990-02-28", "1969-03-01", "1600-03-01"]
        for day in days { batch.add([.integer(Int64(try #require(Timestamp.parseDate(day))))]) }
        batch.add([nil])
        let tile = try TestTile(library, "com.example.birthday", config: config, schema: batch)
        #expect(tile.branches == ["birthday", "other"] && tile.columns == ["born"])
        func branches(_ day: String) throws -> [TestOutcome.Kind?] {
            try tile.outcomes(batch, now: 0, runAt: try #require(Timestamp.parse(day)))
        }
        let kinds = { (list: [Int]) in list.map { TestOutcome.Kind?.some(.advance(branch: $0)) } }
        #expect(try branches("2023-02-28T23:59:59Z") == kinds([0, 0, 1, 0, 0, 1]))
        #expect(try branches("2024-02-28T12:00:00Z") == kinds([1, 0, 1, 1, 1, 1]))
        #expect(try branches("2024-02-29T00:00:00Z") == kinds([0, 1, 1, 0, 0, 1]))
        let problems = try TestTile.problems(library, "com.example.birthday", config: #"{"days_ahead": 61, "x": 1}"#)
        #expect(problems.pointers == ["/column", "/days_ahead", "/x"])
        let texts = TestBatch(columns: [("born", .text)])
        #expect(
            try TestTile.problems(library, "com.example.birthday", config: config, schema: texts).pointers == [
                "/column"
            ])
    }

    @Test func consentInRustReadsBooleans() throws {
        let library = try build("consent")
        let batch = TestBatch(columns: [("ok", .bool)])
        for row in 0..<100 { batch.add([row % 3 == 2 ? nil : .bool(row % 3 == 0)]) }
        let tile = try TestTile(library, "com.example.consent", config: #" {"column" : "\u006fk"} "#, schema: batch)
        #expect(tile.branches == ["yes", "no", "unknown"] && tile.columns == ["ok"])
        #expect(try tile.outcomes(batch) == (0..<100).map { .advance(branch: $0 % 3) })
        let call = CallRecorder(now: 0)
        #expect(tile.run(TestBatch(columns: [("ok", .text)]), call) == 1)
        for (config, pointers) in [
            ("{}", ["/column"]), ("[]", [""]), ("{\"column\"", [""]), (#"{"column": 1}"#, ["/column"]),
            (#"{"column": "ok", "a/b": {"c": [1, "}"]}}"#, ["/a~1b"]), (#"{"column": "ok",}"#, [""]),
        ] {
            let problems = try TestTile.problems(library, "com.example.consent", config: config)
            #expect(problems.pointers == pointers, "\(config)")
        }
        let texts = TestBatch(columns: [("ok", .text)])
        let refusal = TestTile.refusal(library, "com.example.consent", config: #"{"column": "ok"}"#, schema: texts)
        #expect(refusal?.pointers == ["/column"])
    }

    @Test func recencyInSwiftTakesItsBranchesFromTheConfig() throws {
        let library = try build("recency")
        #expect(String(cString: library.plugin.pointee.toolchain).hasPrefix("swift-6."))
        let config = #"{"column": "at", "bands": [{"name": "a", "days": 1}, {"name": "b", "days": 2}], "else": "c"}"#
        let day: Int64 = 86_400_000_000
        let batch = TestBatch(columns: [("at", .timestamp)])
        for age in [-day, 0, day, day + 1, 2 * day, 2 * day + 1] { batch.add([.integer(100 * day - age)]) }
        batch.add([nil])
        let tile = try TestTile(library, "com.example.recency", config: config, schema: batch)
        #expect(tile.branches == ["a", "b", "c"] && tile.columns == ["at"])
        let outcomes = try tile.outcomes(batch, now: 200 * day, runAt: 100 * day)
        #expect(outcomes == [0, 0, 0, 1, 1, 2, 2].map { .advance(branch: $0) })
        let dates = TestBatch(columns: [("at", .date)])
        for date in [99, 98, 97] { dates.add([.integer(Int64(date))]) }
        #expect(try tile.outcomes(dates, runAt: 100 * day) == [0, 1, 2].map { .advance(branch: $0) })
        let bad = #"{"column": "at", "bands": [{"name": "a", "days": 2}, {"name": "a", "days": 2}], "else": "a"}"#
        #expect(
            try TestTile.problems(library, "com.example.recency", config: bad).pointers
                == ["/bands/1/days", "/bands/1/name", "/else"])
    }

    @Test func crmInSwiftKnowsPartialSuccess() throws {
        let library = try build("crm")
        let connector = try TestConnector(
            library, "com.example.crm", config: #"{"base_url": "https://crm.example.com/v1/", "api_key": "TOKEN"}"#)
        #expect(connector.columns.first == "email")
        let batch = TestBatch(reserved: true, columns: [("email", .text), ("opted_in", .bool)])
        for row in 0..<450 { batch.addMember("m\(row)", [row == 0 ? nil : "a\n@b", .bool(row == 0)]) }
        let told = try connector.build(batch)
        #expect(told.isWhole && told.requests.map(\.rows.count) == [200, 200, 50])
        #expect(told.requests[0].url == "https://crm.example.com/v1/contacts/batch")
        #expect(told.requests[0].headers.contains("X-Api-Key: TOKEN"))
        let contacts = try #require(try JSON.parse(told.requests[0].body)["contacts"]?.arrayValue)
        #expect(contacts[0]["properties"] == ["email": .null, "opted_in": true])
        #expect(contacts[1]["properties"]?["email"] == "a\n@b" && contacts[1]["external_id"] == "m1")

        let body =
            #"{"rejected": [{"index": 1, "reason": "no"}, {"index": 0, "reason": "later", "retry": true}, {"index": 9, "reason": ""}]}"#
        let outcomes = try connector.classify(rows: [7, 8, 9], status: 200, body: body)
        #expect(outcomes.map(\.row) == [8, 7, 9])
        #expect(outcomes.map(\.kind) == [.fail, .retry(at: 0, notAttempted: false), .advance(branch: 0)])
        #expect(try connector.classify(rows: [7], status: 204)[0].kind == .advance(branch: 0))
        let unreadable = try connector.classify(rows: [7], status: 200, body: "<html>")
        #expect(unreadable[0].kind == .retry(at: 0, notAttempted: false))
        #expect(unreadable[0].error?.code == "EVENT_PARSING_FAILED")
        #expect(
            try connector.classify(rows: [7], status: 429, retryAt: 5)[0].kind == .retry(at: 5, notAttempted: false))
        #expect(try connector.classify(rows: [7], status: 422)[0].kind == .fail)
        #expect(TestConnector.refusal(library, "com.example.crm", config: "{}")?.pointers == ["/base_url", "/api_key"])
    }
}
