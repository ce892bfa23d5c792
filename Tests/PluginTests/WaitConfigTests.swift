import Columns
import Journeys
import PluginHost
import TesseraTestKit
import Testing

/// What is said against configs of a wait, and where.
@Suite struct WaitConfigTests {
    private static let columns = [Column(name: "age", type: .integer), Column(name: "born", type: .date)]

    private func refusal(_ config: String) throws -> OpenProblems {
        try #require(
            TestTile.refusal(PluginLibrary.shipped("Wait"), "wait", config: config, schema: .schema(Self.columns)),
            "\(config) was taken")
    }

    @Test(
        arguments: [
            (#"{}"#, "", "give duration and unit, until, or time_of_day"),
            (#"{"time_zone": "Europe/Berlin"}"#, "", "a wait needs an end"),
            (#"{"until": "tomorrow"}"#, "/until", "such as 2026-12-24"),
            (#"{"until": "2026-02-29"}"#, "/until", "such as 2026-12-24"),
            (#"{"until": "2026-12-24T08:00:00"}"#, "/until", "such as 2026-12-24T08:00:00Z"),
            (#"{"until": "2026-12-24T24:00:00Z"}"#, "/until", "such as"),
            (#"{"until": "2026-12-24T08:00:00.1234567Z"}"#, "/until", "such as"),
            (#"{"until": "2026-12-24T08:00:00.Z"}"#, "/until", "such as"),
            (#"{"until": "2026-12-24T08:00:00Zx"}"#, "/until", "such as"),
            (#"{"until": "2026-12-24 08:00:00Z"}"#, "/until", "such as"),
            (#"{"until": 1766563200}"#, "/until", "not an integer"),
            (#"{"until": ["2026-12-24"]}"#, "/until", "not an array"),
            (#"{"until": {}}"#, "/until/column", "column is required"),
            (#"{"until": {"column": "age"}}"#, "/until/column", "'age' is not of dates or timestamps"),
            (#"{"until": {"column": "born", "ofset": {}}}"#, "/until/ofset", "known are column, offset"),
            (#"{"until": {"column": "born", "offset": -3}}"#, "/until/offset", "an object such as"),
            (
                #"{"until": {"column": "born", "offset": {"duration": 3651, "unit": "days"}}}"#,
                "/until/offset/duration", "from -3650 to 3650"
            ),
            (
                #"{"until": {"column": "born", "offset": {"duration": 1, "unit": "day"}}}"#, "/until/offset/unit",
                "seconds, minutes"
            ),
            (#"{"until": "2026-12-24", "duration": 1, "unit": "days"}"#, "/until", "beside duration"),
            (#"{"until": "2026-12-24T08:00:00Z", "time_zone": "Europe/Berlin"}"#, "/time_zone", "no effect"),
            (#"{"duration": 1, "unit": "days", "time_zone": "Europe/Berlin"}"#, "/time_zone", "no effect"),
            (#"{"duration": 1, "unit": "days", "weekdays": ["mon"]}"#, "/weekdays", "give time_of_day"),
            (#"{"time_of_day": "9:00"}"#, "/time_of_day", "from 00:00 to 23:59"),
            (#"{"time_of_day": "24:00"}"#, "/time_of_day", "from 00:00 to 23:59"),
            (#"{"time_of_day": "09:00:00"}"#, "/time_of_day", "from 00:00 to 23:59"),
            (#"{"time_of_day": 9}"#, "/time_of_day", "such as 09:00"),
            (#"{"time_of_day": "09:00", "weekdays": []}"#, "/weekdays", "1 to 7"),
            (#"{"time_of_day": "09:00", "weekdays": "mon"}"#, "/weekdays", "an array"),
            (#"{"time_of_day": "09:00", "weekdays": ["Monday"]}"#, "/weekdays", "mon, tue"),
            (#"{"time_of_day": "09:00", "weekdays": [1]}"#, "/weekdays/0", "a text"),
            (#"{"time_of_day": "09:00", "weekdays": ["mon", "mon"]}"#, "/weekdays", "once"),
            (#"{"time_of_day": "09:00", "time_zone": "Europe/Atlantis"}"#, "/time_zone", "IANA"),
            (#"{"time_of_day": "09:00", "time_zone": "../../../etc/passwd"}"#, "/time_zone", "IANA"),
            (#"{"time_of_day": "09:00", "time_zone": "/etc/localtime"}"#, "/time_zone", "IANA"),
            (#"{"time_of_day": "09:00", "time_zone": "Europe"}"#, "/time_zone", "IANA"),
            (#"{"time_of_day": "09:00", "time_zone": "tzdata.zi"}"#, "/time_zone", "IANA"),
            (#"{"time_of_day": "09:00", "time_zone": "leapseconds"}"#, "/time_zone", "IANA"),
            (#"{"time_of_day": "09:00", "time_zone": 1}"#, "/time_zone", "the name of a time zone"),
            (#"{"time_of_day": "09:00", "at": 1}"#, "/at", "unknown field 'at'"),
        ])
    func refuses(config: String, pointer: String, remedy: String) throws {
        let refusal = try refusal(config)
        #expect(refusal.pointers == [pointer])
        #expect(refusal.messages.allSatisfy { $0.contains(remedy) }, "\(refusal.messages)")
    }

    @Test func findsEachFaultInOnePass() throws {
        let config = #"{"until": {"offset": {}}, "time_of_day": "9", "weekdays": ["mo"], "time_zone": "X/Y", "z": 1}"#
        #expect(
            try Set(refusal(config).pointers) == [
                "/until/column", "/until/offset/duration", "/until/offset/unit", "/time_of_day", "/weekdays",
                "/time_zone", "/z",
            ])
    }

    @Test func marksTheColumnForValidationImpactAndExport() throws {
        let tile = try TestTile(PluginLibrary.shipped("Wait"), "wait", config: #"{"until": {"column": "born"}}"#)
        let marks = SchemaMarks(schema: try JSON.parse(String(cString: tile.type.pointee.config_schema)))
        let found = marks.find(in: ["until": ["column": "born", "offset": ["duration": 1, "unit": "days"]]])
        #expect(found == [SchemaMarks.Found(kind: .column, pointer: "/until/column", value: "born")])
        #expect(marks.find(in: ["until": "2026-12-24"]).isEmpty)
    }

    /// What the machine has: zones of all kinds, with rules, without, and links.
    @Test(
        arguments: [
            "UTC", "Etc/UTC", "Etc/GMT+12", "Europe/Berlin", "Europe/Dublin", "America/Argentina/Buenos_Aires",
            "Asia/Kathmandu", "Asia/Gaza", "Africa/Casablanca", "Antarctica/Troll", "America/Nuuk",
            "America/Scoresbysund",
            "Pacific/Chatham", "Pacific/Kiritimati",
        ])
    func takesTheZonesOfTheMachine(zone: String) throws {
        let config = #"{"time_of_day": "09:00", "time_zone": "\#(zone)"}"#
        _ = try TestTile(PluginLibrary.shipped("Wait"), "wait", config: config)
    }
}
