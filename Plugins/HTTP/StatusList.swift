import TesseraPluginKit

/// HTTP statuses as a config lists them: `201`, or `"2xx"` for all of a hundred.
struct StatusList: Sendable {
    private var ranges: [Range<Int32>]

    init(_ config: ConfigReader, _ name: String, standard: [Range<Int32>]) {
        ranges = standard
        guard let value = config.value(name) else { return }
        guard case .array(let elements) = value else {
            config.problem(name, "\(name) must be an array of statuses, not \(value.kindName)")
            return
        }
        ranges = []
        for (index, element) in elements.enumerated() {
            switch element {
            case .integer(let status) where (100..<600).contains(status):
                ranges.append(Int32(status)..<Int32(status) + 1)
            case .string(let text)
            where text.utf8.count == 3 && text.hasSuffix("xx") && "12345".contains(text.prefix(1)):
                let hundred = Int32(text.prefix(1)) ?? 0
                ranges.append(hundred * 100..<hundred * 100 + 100)
            default:
                config.problem(
                    at: "/\(name)/\(index)", "a status is a number from 100 to 599, or a hundred like \"5xx\"")
            }
        }
    }

    func contains(_ status: Int32) -> Bool { ranges.contains { $0.contains(status) } }
}
