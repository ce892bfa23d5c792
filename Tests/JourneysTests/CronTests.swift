import Journeys
import TestSupport
import Testing

@Suite struct CronTests {
    /// The fires after an instant, as API timestamps.
    static func fires(_ text: String, after: String, count: Int) throws -> [String] {
        let cron = try Cron(parsing: text)
        var time = try #require(Timestamp.parse(after))
        return (0..<count).compactMap { _ in
            guard let next = cron.next(after: time) else { return nil }
            time = next
            return Timestamp.api(next)
        }
    }

    static let utc: [(String, String, [String])] = [
        ("* * * * *", "2024-01-15T09:30:00Z", ["2024-01-15T09:31:00Z", "2024-01-15T09:32:00Z"]),
        ("* * * * *", "2024-01-15T09:30:59.999999Z", ["2024-01-15T09:31:00Z"]),
        ("* * * * *", "2024-01-15T09:29:59.999999Z", ["2024-01-15T09:30:00Z"]),
        (
            "0 */6 * * *", "2024-01-15T09:30:00Z",
            [
                "2024-01-15T12:00:00Z", "2024-01-15T18:00:00Z", "2024-01-16T00:00:00Z", "2024-01-16T06:00:00Z",
            ]
        ),
        ("*/25 * * * *", "2024-01-15T09:30:00Z", ["2024-01-15T09:50:00Z", "2024-01-15T10:00:00Z"]),
        (
            "5/25 9 * * *", "2024-01-15T00:00:00Z",
            ["2024-01-15T09:05:00Z", "2024-01-15T09:30:00Z", "2024-01-15T09:55:00Z"]
        ),
        (
            "10-14/2,50 9 * * *", "2024-01-15T09:11:00Z",
            [
                "2024-01-15T09:12:00Z", "2024-01-15T09:14:00Z", "2024-01-15T09:50:00Z", "2024-01-16T09:10:00Z",
            ]
        ),
        ("0 9 * * mon-fri", "2024-01-19T09:00:00Z", ["2024-01-22T09:00:00Z", "2024-01-23T09:00:00Z"]),
        ("0 9 * * MON,Wed", "2024-01-15T09:00:00Z", ["2024-01-17T09:00:00Z", "2024-01-22T09:00:00Z"]),
        ("0 0 * * 0", "2024-01-15T00:00:00Z", ["2024-01-21T00:00:00Z"]),
        ("0 0 * * 7", "2024-01-15T00:00:00Z", ["2024-01-21T00:00:00Z"]),
        (
            "0 0 * * 5-7", "2024-01-15T00:00:00Z",
            [
                "2024-01-19T00:00:00Z", "2024-01-20T00:00:00Z", "2024-01-21T00:00:00Z", "2024-01-26T00:00:00Z",
            ]
        ),
        ("0 0 31 * *", "2024-01-31T00:00:00Z", ["2024-03-31T00:00:00Z", "2024-05-31T00:00:00Z"]),
        ("0 0 1 jan,JUL *", "2024-01-15T00:00:00Z", ["2024-07-01T00:00:00Z", "2025-01-01T00:00:00Z"]),
        ("0 0 29 2 *", "2096-03-01T00:00:00Z", ["2104-02-29T00:00:00Z", "2108-02-29T00:00:00Z"]),
        // Both day fields restricted: either will do. One that begins with * restricts, and both must hold.
        (
            "0 0 13 * 5", "2024-09-01T00:00:00Z",
            ["2024-09-06T00:00:00Z", "2024-09-13T00:00:00Z", "2024-09-20T00:00:00Z"]
        ),
        ("0 0 13 * *", "2024-09-01T00:00:00Z", ["2024-09-13T00:00:00Z", "2024-10-13T00:00:00Z"]),
        ("0 0 */2 * 5", "2024-09-01T00:00:00Z", ["2024-09-13T00:00:00Z", "2024-09-27T00:00:00Z"]),
        ("@hourly", "2024-01-15T09:30:00Z", ["2024-01-15T10:00:00Z"]),
        ("@daily", "2024-01-15T09:30:00Z", ["2024-01-16T00:00:00Z"]),
        ("@Midnight", "2024-01-15T09:30:00Z", ["2024-01-16T00:00:00Z"]),
        ("@weekly", "2024-01-15T09:30:00Z", ["2024-01-21T00:00:00Z"]),
        ("@monthly", "2024-01-15T09:30:00Z", ["2024-02-01T00:00:00Z"]),
        ("@yearly", "2024-01-15T09:30:00Z", ["2025-01-01T00:00:00Z"]),
        ("@annually", "2024-01-15T09:30:00Z", ["2025-01-01T00:00:00Z"]),
        ("  0\t9  *  * * ", "2024-01-15T09:30:00Z", ["2024-01-16T09:00:00Z"]),
        ("CRON_TZ=UTC 0 9 * * *", "2024-01-15T09:30:00Z", ["2024-01-16T09:00:00Z"]),
        ("59 23 31 12 *", "1969-12-31T23:58:59.5Z", ["1969-12-31T23:59:00Z", "1970-12-31T23:59:00Z"]),
        ("0 0 30 2 *", "2024-01-15T09:30:00Z", []),
        ("0 0 31 4,6 *", "2024-01-15T09:30:00Z", []),
    ]

    @Test(arguments: utc) func fires(text: String, after: String, expected: [String]) throws {
        #expect(try Self.fires(text, after: after, count: max(1, expected.count)) == expected)
    }

    /// Changes of clocks as Python's zoneinfo tells them.
    static let zones: [(String, String, [String])] = [
        ("CRON_TZ=Europe/Berlin 0 9 * * *", "2024-01-15T09:30:00Z", ["2024-01-16T08:00:00Z"]),
        ("CRON_TZ=Europe/Berlin 0 9 * * *", "2024-03-30T00:00:00Z", ["2024-03-30T08:00:00Z", "2024-03-31T07:00:00Z"]),
        ("CRON_TZ=Asia/Kathmandu @daily", "2024-01-15T09:30:00Z", ["2024-01-15T18:15:00Z"]),
        // 02:30 does not exist on 31 March: it fires when clocks have jumped to 03:00.
        (
            "CRON_TZ=Europe/Berlin 30 2 * * *", "2024-03-30T00:00:00Z",
            [
                "2024-03-30T01:30:00Z", "2024-03-31T01:00:00Z", "2024-04-01T00:30:00Z",
            ]
        ),
        // Skipped times of one hour fire once, and not again beside a time that exists.
        (
            "CRON_TZ=Europe/Berlin */20 2 * * *", "2024-03-31T00:00:00Z",
            ["2024-03-31T01:00:00Z", "2024-04-01T00:00:00Z"]
        ),
        (
            "CRON_TZ=Europe/Berlin 0 2,3 * * *", "2024-03-31T00:00:00Z",
            ["2024-03-31T01:00:00Z", "2024-04-01T00:00:00Z"]
        ),
        // Every hour: real time goes on.
        ("CRON_TZ=Europe/Berlin 30 * * * *", "2024-03-31T00:00:00Z", ["2024-03-31T00:30:00Z", "2024-03-31T01:30:00Z"]),
        // 02:30 comes twice on 27 October: only the first counts, except for every hour.
        ("CRON_TZ=Europe/Berlin 30 2 * * *", "2024-10-26T12:00:00Z", ["2024-10-27T00:30:00Z", "2024-10-28T01:30:00Z"]),
        ("CRON_TZ=Europe/Berlin 30 2 * * *", "2024-10-27T00:30:00Z", ["2024-10-28T01:30:00Z"]),
        (
            "CRON_TZ=Europe/Berlin 30 * * * *", "2024-10-27T00:00:00Z",
            [
                "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z", "2024-10-27T02:30:00Z",
            ]
        ),
        (
            "CRON_TZ=America/New_York 30 1,2 * * *", "2024-03-10T00:00:00Z",
            ["2024-03-10T06:30:00Z", "2024-03-10T07:00:00Z"]
        ),
        (
            "CRON_TZ=America/New_York 0 1,2 * * *", "2024-11-03T00:00:00Z",
            [
                "2024-11-03T05:00:00Z", "2024-11-03T07:00:00Z", "2024-11-04T06:00:00Z",
            ]
        ),
        // A change of half an hour, back at 02:00 to 01:30 and ahead from 02:00 to 02:30.
        (
            "CRON_TZ=Australia/Lord_Howe 45 1 * * *", "2024-04-06T00:00:00Z",
            ["2024-04-06T14:45:00Z", "2024-04-07T15:15:00Z"]
        ),
        (
            "CRON_TZ=Australia/Lord_Howe 15 2 * * *", "2024-10-05T00:00:00Z",
            ["2024-10-05T15:30:00Z", "2024-10-06T15:15:00Z"]
        ),
        // Midnight itself is skipped.
        ("CRON_TZ=America/Havana @daily", "2024-03-09T12:00:00Z", ["2024-03-10T05:00:00Z", "2024-03-11T04:00:00Z"]),
        (
            "CRON_TZ=America/Havana 30 0 * * *", "2024-11-03T00:00:00Z",
            ["2024-11-03T04:30:00Z", "2024-11-04T05:30:00Z"]
        ),
        // Samoa had no 30 December 2011.
        (
            "CRON_TZ=Pacific/Apia 0 9 * * *", "2011-12-29T00:00:00Z",
            [
                "2011-12-29T19:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z",
            ]
        ),
        // Morocco sets clocks back for Ramadan.
        (
            "CRON_TZ=Africa/Casablanca 30 2 * * *", "2024-03-09T12:00:00Z",
            ["2024-03-10T01:30:00Z", "2024-03-11T02:30:00Z"]
        ),
        (
            "CRON_TZ=Africa/Casablanca 30 2 * * *", "2024-04-13T12:00:00Z",
            ["2024-04-14T02:00:00Z", "2024-04-15T01:30:00Z"]
        ),
    ]

    @Test(arguments: zones) func followsClocks(text: String, after: String, expected: [String]) throws {
        #expect(try Self.fires(text, after: after, count: expected.count) == expected)
    }

    static let invalid: [(String, String)] = [
        ("", "five fields"), ("* * * *", "not 4"), ("* * * * * *", "not 6"), ("@reboot", "@reboot"), ("@", "'@'"),
        ("60 * * * *", "minute '60'"), ("* 24 * * *", "hour '24'"), ("* * 0 * *", "day of month '0'"),
        ("* * 32 * *", "day of month '32'"), ("* * * 13 *", "month '13'"), ("* * * 0 *", "month '0'"),
        ("* * * * 8", "day of week '8'"), ("* * * * funday", "day of week 'funday'"), ("* * * june *", "month 'june'"),
        ("mon * * * *", "minute 'mon'"), ("*/0 * * * *", "step"), ("*/x * * * *", "step"), ("*/ * * * *", "step"),
        ("5-1 * * * *", "backwards"), ("* * * * fri-mon", "backwards"), ("1-2-3 * * * *", "range"),
        ("1- * * * *", "minute"),
        ("-1 * * * *", "minute"), (", * * * *", "minute"), ("1,,2 * * * *", "minute"), ("1/2/3 * * * *", "minute"),
        ("** * * * *", "minute"), ("+1 * * * *", "minute"), ("1.5 * * * *", "minute"),
        ("99999999999999999999 * * * *", "minute"),
        ("CRON_TZ=Mars/Base * * * * *", "Mars/Base"), ("CRON_TZ= * * * * *", "time zone"),
        ("CRON_TZ=Europe/Berlin", "not 0"), ("CRON_TZ=../etc/passwd * * * * *", "time zone"),
        ("* * * * *\n", "day of week"),
        ("* * * * L", "day of week"), ("? * * * *", "minute"),
    ]

    @Test(arguments: invalid) func refuses(text: String, fragment: String) {
        do throws(CronError) {
            _ = try Cron(parsing: text)
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.message.contains(fragment), "\(error.message)")
        }
    }

    /// Against a walk over all minutes of three years, with the fields as sets.
    @Test func agreesWithAWalkOverMinutes() throws {
        var random = SeededRandom(seed: 3)
        let start = try #require(Timestamp.parse("2023-11-20T00:00:00Z")) / 60_000_000
        for _ in 0..<40 {
            func values(_ range: ClosedRange<Int>) -> Set<Int>? {
                guard Bool.random(using: &random) else { return nil }
                return Set(
                    (0..<Int.random(in: 1...3, using: &random)).map { _ in Int.random(in: range, using: &random) })
            }
            let fields = [values(0...59), values(0...23), values(1...31), values(1...12), values(0...6)]
            let text = fields.map { $0.map { $0.sorted().map(String.init).joined(separator: ",") } ?? "*" }
                .joined(separator: " ")
            let cron = try Cron(parsing: text)
            var time = start * 60_000_000
            var expected: [Int64] = []
            var found: [Int64] = []
            for minute in start + 1..<start + 3 * 366 * 1440 {
                let day = Int(minute / 1440)
                let civil = Timestamp.civil(fromDays: day)
                let inMonth = fields[2]?.contains(civil.day)
                let inWeek = fields[4]?.contains((day + 4) % 7)
                let onDay =
                    inMonth == nil || inWeek == nil ? inMonth ?? inWeek ?? true : inMonth == true || inWeek == true
                guard onDay, fields[3]?.contains(civil.month) ?? true,
                    fields[1]?.contains(Int(minute / 60 % 24)) ?? true,
                    fields[0]?.contains(Int(minute % 60)) ?? true
                else { continue }
                expected.append(minute * 60_000_000)
                if expected.count == 50 { break }
            }
            while found.count < expected.count, let next = cron.next(after: time) {
                found.append(next)
                time = next
            }
            #expect(found == expected, "\(text)")
        }
    }
}
