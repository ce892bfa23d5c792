import Columns
import Journeys
import Testing
import TesseraTestKit

@Suite struct WaitTests {
    private func tile(_ config: String) throws -> TestTile {
        try TestTile(PluginLibrary.shipped("Wait"), "wait", config: config)
    }

    private func arrivals(_ times: [JSON]) throws -> TestBatch {
        try .rows([Column(name: "$arrived_at", type: .timestamp)], times.map { [$0] })
    }

    @Test func asksForTheArrivalOnly() throws {
        let tile = try tile(#"{"duration": 3, "unit": "days"}"#)
        #expect(tile.columns == ["$arrived_at"])
        #expect(tile.branches == ["next"])
    }

    @Test(
        arguments: [
            ("seconds", 1), ("minutes", 60), ("hours", 3600), ("days", 86_400), ("weeks", 604_800),
        ] as [(String, Int64)])
    func waitsFromTheArrival(unit: String, seconds: Int64) throws {
        let tile = try tile(#"{"duration": 2, "unit": "\#(unit)"}"#)
        let span = 2 * seconds * 1_000_000
        let now: Int64 = 1_700_000_000_000_000
        let batch = try arrivals([
            .integer(now), .integer(now - span), .integer(now - span + 1), .integer(now - 10 * span), .integer(-5),
        ])
        #expect(
            try tile.outcomes(batch, now: now) == [
                .wait(until: now + span), .advance(branch: 0), .wait(until: now + 1), .advance(branch: 0),
                .advance(branch: 0),
            ])
    }

    @Test func waitsAtTheEdgesOfTime() throws {
        let tile = try tile(#"{"duration": 3650, "unit": "days"}"#)
        let outcomes = try tile.outcomes(arrivals([.integer(.max), .null]), now: 1)
        #expect(outcomes == [.wait(until: .max), .wait(until: 3650 * 86_400_000_000 + 1)])
    }

    @Test func failsAsAWholeWithoutItsColumn() throws {
        let library = try PluginLibrary.shipped("Wait")
        let tile = try tile(#"{"duration": 3, "unit": "days"}"#)
        let call = CallRecorder(now: 0, tile: "tile-without-arrival")
        #expect(tile.run(.empty(count: 2), call) != 0)
        #expect(call.outcomes(rows: 2) == [nil, nil])
        #expect(library.host.lines.contains { $0.message.contains("tile-without-arrival") && $0.level == 3 })
    }

    @Test(
        arguments: [
            (#"{}"#, [""]),
            (#"{"unit": "days"}"#, ["/duration"]),
            (#"{"duration": 0, "unit": "days"}"#, ["/duration"]),
            (#"{"duration": -1, "unit": "days"}"#, ["/duration"]),
            (#"{"duration": 1.5, "unit": "days"}"#, ["/duration"]),
            (#"{"duration": "3", "unit": "days"}"#, ["/duration"]),
            (#"{"duration": true, "unit": "days"}"#, ["/duration"]),
            (#"{"duration": null, "unit": "days"}"#, ["/duration"]),
            (#"{"duration": 3651, "unit": "days"}"#, ["/duration"]),
            (#"{"duration": 315360001, "unit": "seconds"}"#, ["/duration"]),
            (#"{"duration": 1e300, "unit": "days"}"#, ["/duration"]),
            (#"{"duration": 3, "unit": "fortnights"}"#, ["/unit"]),
            (#"{"duration": 3, "unit": 4}"#, ["/unit"]),
            (#"{"duration": 3, "unit": "days", "units": "days"}"#, ["/units"]),
        ])
    func refuses(config: String, pointers: [String]) throws {
        let problems = try TestTile.problems(PluginLibrary.shipped("Wait"), "wait", config: config)
        #expect(problems.pointers == pointers)
    }

    @Test func namesTheRemedy() throws {
        let library = try PluginLibrary.shipped("Wait")
        let problems = try TestTile.problems(library, "wait", config: #"{"duration": 0, "unit": "day"}"#)
        #expect(
            problems.messages == [
                "unit must be one of seconds, minutes, hours, days, weeks, not a text",
                "duration must be an integer from 1 to 315360000, not 0",
            ])
    }

    @Test func takesAnIntegerWithAFraction() throws {
        _ = try tile(#"{"duration": 3.0, "unit": "days"}"#)
        _ = try tile(#"{"duration": 521, "unit": "weeks"}"#)
    }
}
