/// `{"relative": "-30 days"}`: a date counted from the start of the run.
public enum RelativeDate {
    public struct Malformed: Error, Sendable, Hashable {
        public var message: String
    }

    /// No offset reaches further than a thousand years, so that every date keeps four digits of year.
    static let maxMicroseconds: Int64 = 365_250 * Timestamp.microsecondsPerDay

    private static let units: [(name: String, microseconds: Int64)] = [
        ("second", 1_000_000), ("minute", 60_000_000), ("hour", 3_600_000_000),
        ("day", Timestamp.microsecondsPerDay), ("week", 7 * Timestamp.microsecondsPerDay),
    ]

    /// The offset in microseconds of `{"relative": "<sign><amount> <unit>"}`: the sign may be missing, the unit may be
    /// singular or plural.
    public static func parse(_ json: JSON) -> Result<Int64, Malformed> {
        guard case .object(let members) = json, members.count == 1, let text = members["relative"]?.stringValue else {
            return malformed
        }
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let unit = units.first(where: { parts[1] == $0.name || parts[1] == $0.name + "s" })
        else { return malformed }
        var digits = parts[0]
        let negative = digits.utf8.first == UInt8(ascii: "-")
        if negative || digits.utf8.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return malformed
        }
        guard let amount = Int64(digits), amount <= maxMicroseconds / unit.microseconds else {
            return .failure(Malformed(message: "a relative date reaches at most 1,000 years"))
        }
        return .success((negative ? -amount : amount) * unit.microseconds)
    }

    private static let malformed = Result<Int64, Malformed>.failure(
        Malformed(
            message: "a relative date is {\"relative\": \"-30 days\"}, with seconds, minutes, hours, days or weeks"))
}
