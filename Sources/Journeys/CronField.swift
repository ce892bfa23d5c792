/// One of the five fields: what it is called, its range and names.
struct CronField: Sendable {
    var title: String
    var range: ClosedRange<Int>
    /// Names for the values from `firstName` on.
    var names: [String] = []
    var firstName = 0

    static let minute = CronField(title: "minute", range: 0...59)
    static let hour = CronField(title: "hour", range: 0...23)
    static let dayOfMonth = CronField(title: "day of month", range: 1...31)
    static let month = CronField(
        title: "month", range: 1...12,
        names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], firstName: 1)
    /// 0 and 7 are Sunday.
    static let dayOfWeek = CronField(
        title: "day of week", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])

    /// The values of a list like `1-5,10,*/15` as bits.
    func parse(_ text: Substring) throws(CronError) -> UInt64 {
        var bits: UInt64 = 0
        for element in text.split(separator: ",", omittingEmptySubsequences: false) {
            bits |= try parse(element: element, of: text)
        }
        return bits
    }

    private func parse(element: Substring, of text: Substring) throws(CronError) -> UInt64 {
        let parts = element.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let base = parts.first, !base.isEmpty else {
            throw error(text, "'\(element)' is no value")
        }
        var step = 1
        if parts.count == 2 {
            guard let value = Self.number(parts[1]), value >= 1 else {
                throw error(text, "the step in '\(element)' must be a number from 1")
            }
            step = value
        }
        let span: ClosedRange<Int>
        if base == "*" {
            span = range.lowerBound...min(range.upperBound, self.title == Self.dayOfWeek.title ? 6 : range.upperBound)
        } else {
            let ends = base.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count <= 2 else { throw error(text, "'\(element)' is no range") }
            let low = try value(ends[0], of: text)
            // `5/15` runs from 5 to the end of the range; `5` alone is one value.
            let high =
                ends.count == 2 ? try value(ends[1], of: text) : parts.count == 2 ? range.upperBound : low
            guard low <= high else { throw error(text, "the range '\(base)' runs backwards") }
            span = low...high
        }
        var bits: UInt64 = 0
        for value in stride(from: span.lowerBound, through: span.upperBound, by: step) { bits |= 1 << UInt64(value) }
        return bits
    }

    private func value(_ text: Substring, of whole: Substring) throws(CronError) -> Int {
        if let index = names.firstIndex(of: text.lowercased()) { return index + firstName }
        guard let value = Self.number(text) else {
            let named = names.isEmpty ? "" : " or a name like \(names[1])"
            throw error(whole, "'\(text)' must be a number\(named)")
        }
        guard range.contains(value) else {
            throw error(whole, "\(value) is outside \(range.lowerBound)-\(range.upperBound)")
        }
        return value
    }

    /// Digits only, at most four of them.
    private static func number(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }

    private func error(_ text: Substring, _ what: String) -> CronError {
        CronError(message: "schedule: field \(title) '\(text)': \(what)")
    }
}
