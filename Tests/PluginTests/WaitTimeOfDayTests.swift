import Columns
import Foundation
import Journeys
import TesseraTestKit
import TestSupport
import Testing

/// Waits that end at a time of day, in zones whose clocks change.
@Suite struct WaitTimeOfDayTests {
    private static func due(_ config: String, _ arrivals: [Int64]) throws -> [Int64] {
        let tile = try TestTile(PluginLibrary.shipped("Wait"), "wait", config: config)
        let batch = try TestBatch.rows(
            [Column(name: "$arrived_at", type: .timestamp)], arrivals.map { [.integer($0)] })
        // Before all of them, so that each one tells its time.
        return try tile.outcomes(batch, now: .min).map { outcome in
            guard case .wait(let time)? = outcome else { throw Failure(outcome: "\(String(describing: outcome))") }
            return time
        }
    }

    private struct Failure: Error { var outcome: String }

    @Test(
        arguments: [
            ("Europe/Berlin", "09:00", "2026-11-26T07:59:59Z", "2026-11-26T08:00:00Z"),
            ("Europe/Berlin", "09:00", "2026-11-26T08:00:00Z", "2026-11-26T08:00:00Z"),
            ("Europe/Berlin", "09:00", "2026-11-26T08:00:00.000001Z", "2026-11-27T08:00:00Z"),
            ("Europe/Berlin", "00:00", "2026-11-26T08:00:00Z", "2026-11-26T23:00:00Z"),
            // Summer time begins: 02:30 is not there, 03:00 is the first that is. And ends: 02:30 comes twice.
            ("Europe/Berlin", "02:30", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "02:30", "2026-03-29T01:00:00.000001Z", "2026-03-30T00:30:00Z"),
            ("Europe/Berlin", "03:00", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "02:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
            ("Europe/Berlin", "02:30", "2026-10-25T01:00:00Z", "2026-10-26T01:30:00Z"),
            ("Europe/Berlin", "09:00", "2026-10-24T12:00:00Z", "2026-10-25T08:00:00Z"),
            ("America/New_York", "02:30", "2026-03-07T20:00:00Z", "2026-03-08T07:00:00Z"),
            ("America/New_York", "01:30", "2026-10-31T20:00:00Z", "2026-11-01T05:30:00Z"),
            ("America/New_York", "01:30", "2026-11-01T06:00:00Z", "2026-11-02T06:30:00Z"),
            // Half an hour.
            ("Australia/Lord_Howe", "02:15", "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z"),
            ("Australia/Lord_Howe", "01:45", "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z"),
            ("Australia/Lord_Howe", "01:45", "2026-04-04T15:00:00Z", "2026-04-05T15:15:00Z"),
            // 2011-12-30 was never there.
            ("Pacific/Apia", "09:00", "2011-12-29T20:00:00Z", "2011-12-30T19:00:00Z"),
            ("Pacific/Apia", "00:00", "2011-12-29T20:00:00Z", "2011-12-30T10:00:00Z"),
            // The evening's last hour goes: half past eleven is midnight.
            ("America/Nuuk", "23:30", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
            ("America/Nuuk", "23:30", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"),
            ("America/Nuuk", "23:30", "2026-03-29T01:00:01Z", "2026-03-30T00:30:00Z"),
            ("Asia/Beirut", "00:30", "2022-03-26T12:00:00Z", "2022-03-26T22:00:00Z"),
            // Beyond what the files list: by the rule, for ever.
            ("Europe/Berlin", "09:00", "2450-07-01T12:00:00Z", "2450-07-02T07:00:00Z"),
            ("Europe/Berlin", "09:00", "2450-01-01T12:00:00Z", "2450-01-02T08:00:00Z"),
            ("Europe/Berlin", "02:30", "9876-03-26T12:00:00Z", "9876-03-27T00:30:00Z"),
            ("Europe/Berlin", "09:00", "9876-07-01T12:00:00Z", "9876-07-02T07:00:00Z"),
            ("Asia/Kathmandu", "09:00", "1969-12-31T00:00:00Z", "1969-12-31T03:30:00Z"),
        ])
    func endsAtTheTime(zone: String, time: String, arrival: String, due: String) throws {
        let config = #"{"time_of_day": "\#(time)", "time_zone": "\#(zone)"}"#
        let found = try Self.due(config, [#require(Timestamp.parse(arrival))])
        #expect(found.map(Timestamp.fixed) == [Timestamp.fixed(try #require(Timestamp.parse(due)))])
    }

    @Test(
        arguments: [
            (
                "Europe/Berlin", "09:00", #""mon", "tue", "wed", "thu", "fri""#, "2026-11-27T08:00:00Z",
                "2026-11-27T08:00:00Z"
            ),
            (
                "Europe/Berlin", "09:00", #""mon", "tue", "wed", "thu", "fri""#, "2026-11-27T08:00:01Z",
                "2026-11-30T08:00:00Z"
            ),
            ("UTC", "09:00", #""sun""#, "2026-11-29T09:00:01Z", "2026-12-06T09:00:00Z"),
            // The weekday is that of the zone, not of UTC.
            ("Pacific/Kiritimati", "09:00", #""mon""#, "2026-11-27T08:00:00Z", "2026-11-29T19:00:00Z"),
            // The day on which 02:30 is gone is a Sunday; the one on which 23:30 is gone, a Saturday.
            ("Europe/Berlin", "02:30", #""sun""#, "2026-03-23T12:00:00Z", "2026-03-29T01:00:00Z"),
            ("America/Nuuk", "23:30", #""sat""#, "2026-03-27T12:00:00Z", "2026-03-29T01:00:00Z"),
            // A Friday that never was.
            ("Pacific/Apia", "09:00", #""fri""#, "2011-12-29T20:00:00Z", "2012-01-05T19:00:00Z"),
        ])
    func endsOnTheWeekday(zone: String, time: String, days: String, arrival: String, due: String) throws {
        let config = #"{"time_of_day": "\#(time)", "weekdays": [\#(days)], "time_zone": "\#(zone)"}"#
        let found = try Self.due(config, [#require(Timestamp.parse(arrival))])
        #expect(found.map(Timestamp.fixed) == [Timestamp.fixed(try #require(Timestamp.parse(due)))])
    }

    @Test func goesOnWhenItIsPast() throws {
        let tile = try TestTile(PluginLibrary.shipped("Wait"), "wait", config: #"{"time_of_day": "09:00"}"#)
        let batch = try TestBatch.rows(
            [Column(name: "$arrived_at", type: .timestamp)], [["2026-11-26T08:59:59Z"], ["2026-11-26T09:00:01Z"]])
        let now = try #require(Timestamp.parse("2026-11-26T09:00:02Z"))
        let tomorrow = try #require(Timestamp.parse("2026-11-27T09:00:00Z"))
        #expect(try tile.outcomes(batch, now: now) == [.advance(branch: 0), .wait(until: tomorrow)])
    }

    @Test func waitsForEverAtTheEndOfTime() throws {
        #expect(try Self.due(#"{"time_of_day": "09:00"}"#, [.max]) == [.max])
        #expect(
            try Self.due(#"{"time_of_day": "09:00", "time_zone": "Europe/Berlin"}"#, [.max - 1, .min]).first == .max)
    }

    /// Against a search minute by minute, with the offsets that Foundation knows.
    @Test(
        arguments: [
            ("Europe/Berlin", "2026-03-29T01:00:00Z"), ("Europe/Berlin", "2026-10-25T01:00:00Z"),
            ("Europe/Berlin", "2026-07-01T00:00:00Z"), ("America/New_York", "2026-03-08T07:00:00Z"),
            ("America/New_York", "2026-11-01T06:00:00Z"), ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
            ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"), ("Pacific/Apia", "2011-12-30T10:00:00Z"),
            ("America/Nuuk", "2026-03-29T01:00:00Z"), ("Asia/Beirut", "2022-03-26T22:00:00Z"),
            ("America/St_Johns", "2006-10-29T02:31:00Z"), ("Pacific/Kwajalein", "1993-08-21T12:00:00Z"),
        ])
    func agreesWithASlowSearch(zone: String, change: String) throws {
        let center = try #require(Timestamp.parse(change)) / 60_000_000
        var random = SeededRandom(seed: UInt64(center))
        let slow = try SlowClock(zone: zone, minutes: (center - 5 * 1440)...(center + 17 * 1440))
        for _ in 0..<12 {
            let minute = Int.random(in: 0..<1440, using: &random) / 15 * 15 + Int.random(in: 0...1, using: &random)
            var days = Set((0..<7).filter { _ in Bool.random(using: &random) })
            if Bool.random(using: &random) { days = Set(0..<7) }
            if days.isEmpty { days = [4] }
            let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
            let list = days.sorted().map { "\"\(names[$0])\"" }.joined(separator: ",")
            let time = "\(minute / 60 < 10 ? "0" : "")\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60)"
            let config = #"{"time_of_day": "\#(time)", "weekdays": [\#(list)], "time_zone": "\#(zone)"}"#
            let moments = slow.moments(minute: Int64(minute), weekdays: days)
            let arrivals =
                (0..<60).map { _ in
                    Int64.random(
                        in: (center - 2 * 1440) * 60_000_000...(center + 2 * 1440) * 60_000_000, using: &random)
                } + moments.prefix(3)
            let expected = try arrivals.map { arrival in try #require(moments.first { $0 >= arrival }) }
            #expect(try Self.due(config, arrivals) == expected, "\(config) \(arrivals)")
        }
    }
}

/// Local time of each minute of some weeks, looked at one by one.
private struct SlowClock {
    let first: Int64
    /// Minutes of the local clock since 1970, one for each minute of UTC.
    let local: [Int64]
    /// The days that were.
    let days: Set<Int64>

    init(zone: String, minutes: ClosedRange<Int64>) throws {
        let zone = try #require(TimeZone(identifier: zone))
        first = minutes.lowerBound
        local = minutes.map { minute in
            minute + Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(minute * 60)))) / 60
        }
        days = Set(local.map { $0 / 1440 })
    }

    /// When a time of day comes, in microseconds, without the first days of the range.
    func moments(minute: Int64, weekdays: Set<Int>) -> [Int64] {
        var found: [Int64] = []
        for day in (local[0] / 1440 + 2)..<(local[local.count - 1] / 1440) {
            guard weekdays.contains(Int((day + 3) % 7)), days.contains(day),
                let place = local.firstIndex(where: { $0 >= day * 1440 + minute })
            else { continue }
            found.append((first + Int64(place)) * 60_000_000)
        }
        return found
    }
}
