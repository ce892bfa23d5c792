import Columns
import Journeys
import TesseraTestKit
import Testing

/// Waits that end on a date, or on what a column says.
@Suite struct WaitUntilTests {
    private static let now = "2026-12-20T12:00:00Z"

    private func tile(_ config: String, schema: TestBatch? = nil) throws -> TestTile {
        try TestTile(PluginLibrary.shipped("Wait"), "wait", config: config, schema: schema)
    }

    private func outcomes(_ config: String, _ columns: [Column], _ rows: [[JSON]], now: String = now) throws
        -> [TestOutcome.Kind?]
    {
        let tile = try tile(config, schema: .schema(columns))
        return try tile.outcomes(.rows(columns, rows), now: #require(Timestamp.parse(now)))
    }

    private func wait(_ time: String) throws -> TestOutcome.Kind { .wait(until: try #require(Timestamp.parse(time))) }

    @Test(
        arguments: [
            (#""2026-12-24T08:00:00Z""#, "UTC", "2026-12-24T08:00:00Z"),
            (#""2026-12-24T08:00:00.25Z""#, "UTC", "2026-12-24T08:00:00.25Z"),
            (#""2026-12-24T08:00:00.000001Z""#, "UTC", "2026-12-24T08:00:00.000001Z"),
            (#""2026-12-24T08:00:00+05:30""#, "UTC", "2026-12-24T02:30:00Z"),
            (#""2026-12-24T08:00:00-11:00""#, "UTC", "2026-12-24T19:00:00Z"),
            (#""2026-12-24""#, "UTC", "2026-12-24T00:00:00Z"),
            (#""2026-12-24""#, "Europe/Berlin", "2026-12-23T23:00:00Z"),
            (#""2027-06-24""#, "Europe/Berlin", "2027-06-23T22:00:00Z"),
            // At midnight clocks went forward to 01:00.
            (#""2022-03-27""#, "Asia/Beirut", "2022-03-26T22:00:00Z"),
            (#""2011-12-30""#, "Pacific/Apia", "2011-12-30T10:00:00Z"),
        ])
    func waitsUntilADate(until: String, zone: String, due: String) throws {
        let config =
            until.contains("T") ? #"{"until": \#(until)}"# : #"{"until": \#(until), "time_zone": "\#(zone)"}"#
        let tile = try tile(config)
        #expect(tile.columns == [])
        let time = try #require(Timestamp.parse(due))
        #expect(try tile.outcomes(.empty(count: 2), now: time - 1) == [.wait(until: time), .wait(until: time)])
        #expect(try tile.outcomes(.empty(count: 1), now: time) == [.advance(branch: 0)])
        #expect(try tile.outcomes(.empty(count: 1), now: time + 1_000_000_000) == [.advance(branch: 0)])
    }

    @Test func waitsUntilATimestampOfTheMember() throws {
        let config = #"{"until": {"column": "renewal", "offset": {"duration": -36, "unit": "hours"}}}"#
        #expect(try tile(config).columns == ["renewal"])
        let rows: [[JSON]] = [
            ["2026-12-24T08:00:00Z"], ["2026-12-21T00:00:00Z"], ["2026-12-22T00:00:00Z"], ["2026-12-22T00:00:00.1Z"],
            [.null], [.integer(.max)], [.integer(.min)],
        ]
        #expect(
            try outcomes(config, [Column(name: "renewal", type: .timestamp)], rows) == [
                wait("2026-12-22T20:00:00Z"), .advance(branch: 0), .advance(branch: 0), wait("2026-12-20T12:00:00.1Z"),
                .advance(branch: 0), .wait(until: .max - 36 * 3_600_000_000), .advance(branch: 0),
            ])
        // It decides afresh: what the column says now counts.
        let later: [[JSON]] = [["2026-12-28T08:00:00Z"]]
        #expect(
            try outcomes(
                config, [Column(name: "renewal", type: .timestamp)], later, now: "2026-12-22T20:00:00Z")
                == [wait("2026-12-26T20:00:00Z")])
    }

    @Test(
        arguments: [
            (#""#, "UTC", "2027-03-30", "2027-03-30T00:00:00Z"),
            (#""#, "America/New_York", "2027-03-30", "2027-03-30T04:00:00Z"),
            // Days are the calendar's, hours the clock's: summer time begins on 2027-03-28.
            (#", "offset": {"duration": -3, "unit": "days"}"#, "Europe/Berlin", "2027-03-30", "2027-03-26T23:00:00Z"),
            (
                #", "offset": {"duration": -72, "unit": "hours"}"#, "Europe/Berlin", "2027-03-30",
                "2027-03-26T22:00:00Z"
            ),
            (#", "offset": {"duration": 2, "unit": "weeks"}"#, "Europe/Berlin", "2027-03-30", "2027-04-12T22:00:00Z"),
            (#", "offset": {"duration": 0, "unit": "days"}"#, "Europe/Berlin", "2027-03-30", "2027-03-29T22:00:00Z"),
        ])
    func waitsUntilADateOfTheMember(offset: String, zone: String, date: String, due: String) throws {
        let config = #"{"until": {"column": "renewal"\#(offset)}, "time_zone": "\#(zone)"}"#
        let rows: [[JSON]] = [[.string(date)], [.null], ["2026-01-01"]]
        let columns = [Column(name: "renewal", type: .date)]
        #expect(
            try outcomes(config, columns, rows) == [wait(due), .advance(branch: 0), .advance(branch: 0)])
        #expect(try outcomes(config, columns, rows, now: due) == Array(repeating: .advance(branch: 0), count: 3))
    }

    @Test func thenWaitsUntilATimeOfDay() throws {
        let columns = [Column(name: "$arrived_at", type: .timestamp), Column(name: "renewal", type: .date)]
        let config =
            #"{"until": {"column": "renewal"}, "time_of_day": "09:00", "weekdays": ["mon", "fri"], "time_zone": "Europe/Berlin"}"#
        #expect(try tile(config).columns == ["$arrived_at", "renewal"])
        let arrival: JSON = "2026-12-20T11:00:00Z"
        // 2026-12-24 is a Thursday; without a value, or after it, the next such moment from the arrival on counts.
        #expect(
            try outcomes(config, columns, [[arrival, "2026-12-24"], [arrival, .null], [arrival, "2020-01-01"]]) == [
                wait("2026-12-25T08:00:00Z"), wait("2026-12-21T08:00:00Z"), wait("2026-12-21T08:00:00Z"),
            ])
        let date = #"{"until": "2026-12-24", "time_of_day": "09:00", "time_zone": "Europe/Berlin"}"#
        #expect(
            try outcomes(date, [columns[0]], [[arrival], ["2026-12-24T08:00:00Z"], ["2026-12-24T08:00:00.5Z"]]) == [
                wait("2026-12-24T08:00:00Z"), wait("2026-12-24T08:00:00Z"), wait("2026-12-25T08:00:00Z"),
            ])
        let span = #"{"duration": 3, "unit": "days", "time_of_day": "09:00", "weekdays": ["mon"]}"#
        #expect(try outcomes(span, [columns[0]], [["2026-12-18T09:00:00Z"]]) == [wait("2026-12-21T09:00:00Z")])
    }

    @Test func takesAnyOfItsColumnsTypesWhenNoneIsKnown() throws {
        let tile = try tile(#"{"until": {"column": "when"}}"#)
        for type in [ColumnType.date, .timestamp] {
            let batch = try TestBatch.rows([Column(name: "when", type: type)], [[.null]])
            #expect(try tile.outcomes(batch, now: 1) == [.advance(branch: 0)])
        }
        let call = CallRecorder(now: 0)
        #expect(try tile.run(.rows([Column(name: "when", type: .integer)], [[1]]), call) != 0)
        #expect(call.outcomes(rows: 1) == [nil])
    }
}
