import Journeys
import Testing

@testable import Warehouse

/// How the texts of files are read as values.
@Suite struct ValueTextTests {
    private func bytes<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Array(text.utf8).withUnsafeBytes(body)
    }

    @Test(arguments: [
        ("2024-01-15T09:30:00Z", "2024-01-15T09:30:00.000000Z"),
        ("2024-01-15T09:30:00.5Z", "2024-01-15T09:30:00.500000Z"),
        ("2024-01-15T09:30:00.123456789Z", "2024-01-15T09:30:00.123456Z"),
        ("2024-01-15t09:30:00z", "2024-01-15T09:30:00.000000Z"),
        ("2024-01-15 09:30:00", "2024-01-15T09:30:00.000000Z"),
        ("2024-01-15T09:30", "2024-01-15T09:30:00.000000Z"),
        ("2024-01-15T09:30Z", "2024-01-15T09:30:00.000000Z"),
        ("2024-01-15T09:30:00+02:00", "2024-01-15T07:30:00.000000Z"),
        ("2024-01-15T00:30:00+0200", "2024-01-14T22:30:00.000000Z"),
        ("2024-12-31T23:30:00-01", "2025-01-01T00:30:00.000000Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
    ])
    func timestampsAreNormalised(text: String, fixed: String) throws {
        #expect(Timestamp.fixed(try #require(TimestampText.parse(text))) == fixed)
    }

    @Test(arguments: [
        "", "2024-01-15", "2024-01-15T", "2024-01-15T09", "2024-01-15T24:00:00Z", "2024-02-30T00:00:00Z",
        "2024-01-15T09:60:00Z", "2024-01-15T09:30:60Z", "2024-01-15T09:30:00.Z", "2024-01-15T09:30:00.1234567890Z",
        "2024-01-15T09:30:00 Z", "2024-01-15T09:30:00Zx", "2024-01-15T09:30:00+2", "2024-01-15T09:30:00+02:0",
        "2024-01-15T09:30:00+24:00", "2024-01-15T09:30:00+02:60", "2024-01-15T09:30:00+02-00", "15.01.2024 09:30:00",
        "2024-01-15_09:30:00", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", "2024-01-15T09:30:00+02:00:00",
    ])
    func otherTimestampsAreNone(text: String) { #expect(TimestampText.parse(text) == nil) }

    @Test(
        arguments: [
            ("0", 0), ("7", 7), ("-7", -7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ] as [(String, Int64)])
    func integersAreRead(text: String, value: Int64) { #expect(bytes(text, NumberText.integer) == value) }

    @Test(arguments: [
        "", "-", "-0", "00", "01", "-01", "+1", "1.0", "1e3", " 1", "1 ", "9223372036854775808",
        "-9223372036854775809", "99999999999999999999", "0x10", "１",
    ])
    func otherIntegersAreNone(text: String) { #expect(bytes(text, NumberText.integer) == nil) }

    @Test(
        arguments: [
            ("0", 0), ("-0", -0.0), ("1.5", 1.5), ("-1e3", -1000), ("1E+2", 100), ("0.1", 0.1),
            ("1.7976931348623157e308", .greatestFiniteMagnitude), ("5e-324", .leastNonzeroMagnitude),
            ("8.5", 8.5), ("9007199254740993", 9_007_199_254_740_992),
            ("0.30000000000000004", 0.1 + 0.2), ("1e-400", 0),
        ] as [(String, Double)])
    func numbersAreRead(text: String, value: Double) { #expect(bytes(text, NumberText.double) == value) }

    @Test(arguments: [
        "", ".5", "1.", "01", "+1", "1e", "1e+", "--1", "1,5", "NaN", "inf", "Infinity", "1e999", "0x1p3", " 1", "1_0",
    ])
    func otherNumbersAreNone(text: String) { #expect(bytes(text, NumberText.double) == nil) }

    @Test(
        arguments: [
            // Of CSV texts.
            (["1", "2"], "integer"), (["1", "", "2"], "integer"), (["1", "2.5"], "number"), (["1e3"], "number"),
            (["007"], "string"), (["1", "007"], "string"), (["1", "x"], "string"), (["-0"], "string"),
            (["12345678901234567890"], "string"), (["1.5", "9007199254740993"], "string"),
            (["9007199254740993"], "integer"), (["true", "false"], "boolean"), (["True", "FALSE"], "boolean"),
            (["true", "1"], "string"), (["yes"], "string"), (["2024-01-15"], "date"), (["2024-02-30"], "string"),
            (["2024-01-15", "2024-01-15T00:00:00Z"], "string"),
            (["2024-01-15T00:00:00Z", "2024-01-15 10:00:00+02"], "timestamp"), ([], "string"), (["", ""], "string"),
            (["1e999"], "string"), (["+1"], "string"), ([" 1"], "string"),
        ] as [([String], String)])
    func columnsAreTyped(cells: [String], type: String) {
        var inference = ColumnInference()
        for cell in cells {
            bytes(cell) { inference.see($0.isEmpty ? .null : RowCell(kind: .plain, bytes: $0)) }
        }
        #expect(inference.type.rawValue == type && !inference.isJSON)
    }

    @Test func anEmptyTextIsAString() {
        var inference = ColumnInference()
        bytes("1") { inference.see(RowCell(kind: .plain, bytes: $0)) }
        bytes("") { inference.see(RowCell(kind: .plain, bytes: $0)) }
        #expect(inference.type == .string)
    }
}
