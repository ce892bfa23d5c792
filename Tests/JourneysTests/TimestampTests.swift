import Journeys
import Testing

@Suite struct TimestampTests {
    /// Made with Python's datetime.
    static let vectors: [(String, Int64, Int32)] = [
        ("0001-01-01T00:00:00.000000Z", -62_135_596_800_000_000, -719_162),
        ("1582-10-15T00:00:00.000000Z", -12_219_292_800_000_000, -141_427),
        ("1900-02-28T23:59:59.999999Z", -2_203_891_200_000_001, -25_509),
        ("1969-12-31T23:59:59.999999Z", -1, -1),
        ("1970-01-01T00:00:00.000000Z", 0, 0),
        ("2000-02-29T12:34:56.789012Z", 951_827_696_789_012, 11_016),
        ("2024-02-29T00:00:00.000001Z", 1_709_164_800_000_001, 19_782),
        ("2026-11-24T02:12:07.000000Z", 1_795_486_327_000_000, 20_781),
        ("2038-01-19T03:14:08.000000Z", 2_147_483_648_000_000, 24_855),
        ("2100-03-01T00:00:00.000000Z", 4_107_542_400_000_000, 47_541),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999, 2_932_896),
    ]

    @Test(arguments: vectors) func readsAndWrites(text: String, microseconds: Int64, days: Int32) {
        #expect(Timestamp.parse(text) == microseconds)
        #expect(Timestamp.parseFixed(text) == microseconds)
        #expect(Timestamp.fixed(microseconds) == text)
        #expect(Timestamp.api(microseconds) == text.prefix(19) + "Z")
        #expect(Timestamp.parseDate(String(text.prefix(10))) == days)
        #expect(Timestamp.date(days) == text.prefix(10))
        #expect(Timestamp.day(of: microseconds) == days)
    }

    @Test func readsFractions() {
        #expect(Timestamp.parse("1970-01-01T00:00:01Z") == 1_000_000)
        #expect(Timestamp.parse("1970-01-01T00:00:01.5Z") == 1_500_000)
        #expect(Timestamp.parse("1970-01-01T00:00:01.000001Z") == 1_000_001)
        #expect(Timestamp.parseFixed("1970-01-01T00:00:01Z") == nil)
        #expect(Timestamp.parseFixed("1970-01-01T00:00:01.50000Z") == nil)
    }

    @Test(arguments: [
        "", "2024-01-15", "2024-01-15T09:30:00", "2024-01-15T09:30:00+00:00", "2024-01-15 09:30:00Z",
        "2024-01-15t09:30:00Z", "2024-01-15T09:30:00z", "2024-01-15T24:00:00Z", "2024-01-15T09:60:00Z",
        "2024-01-15T09:30:60Z", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z", "2024-01-15T09:30:00.Z", "2024-01-15T09:30:00.1234567Z", "2024-01-15T09:30:00.12x4Z",
        "2024-01-15T09:30:00ZZ", " 2024-01-15T09:30:00Z", "2024-01-15T9:30:00Z", "2024-01-15T09:30Z",
        "+024-01-15T09:30:00Z", "2024-01-15T09:30:00,5Z",
    ])
    func refusesTimestamps(text: String) { #expect(Timestamp.parse(text) == nil) }

    @Test(arguments: [
        "", "2024-1-15", "2024-01-1", "20240115", "2024/01/15", "2024-00-10", "2024-01-00", "2024-04-31", "1900-02-29",
        "0000-01-01", "2024-01-15 ", "-024-01-15", "２024-01-15", "2024-01-15T00:00:00Z",
    ])
    func refusesDates(text: String) { #expect(Timestamp.parseDate(text) == nil) }

    @Test func countsEveryDayOfFourCenturies() {
        var (year, month, day) = (1799, 12, 31)
        let first = Timestamp.days(year: year, month: month, day: day)
        for offset in 1...146_097 {
            day += 1
            if day > Timestamp.daysInMonth(year: year, month: month) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
            let civil = Timestamp.civil(fromDays: first + offset)
            guard civil == (year, month, day), Timestamp.days(year: year, month: month, day: day) == first + offset
            else {
                Issue.record("\(year)-\(month)-\(day) is not day \(first + offset)")
                return
            }
        }
        #expect((year, month, day) == (2199, 12, 31))
    }

    @Test func keepsItsLengthAtTheExtremes() {
        #expect(Timestamp.fixed(.max) == "9999-12-31T23:59:59.999999Z")
        #expect(Timestamp.fixed(.min) == "0000-01-01T00:00:00.000000Z")
        #expect(Timestamp.date(.max) == "9999-12-31")
        #expect(Timestamp.date(.min) == "0000-01-01")
    }
}
