import HTTPServer
import Journeys
import Store

/// The parameters of a query string.
struct QueryItems {
    private let items: [(name: String, value: String)]

    /// - Throws: 400 when the percent-encoding is broken.
    init(_ head: RequestHead) throws {
        guard let query = head.query, !query.isEmpty else {
            items = []
            return
        }
        items = try query.split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (try Self.decode(parts[0]), parts.count > 1 ? try Self.decode(parts[1]) : "")
        }
    }

    private static func decode(_ text: Substring) throws -> String {
        guard let bytes = PercentEncoding.decode(text.utf8, plusIsSpace: true),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw APIError(400, "invalid_request", "The query string is not percent-encoded UTF-8") }
        return text
    }

    /// The first value of that name.
    subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// - Throws: 400 naming a parameter that is not among `known`, which it names too, or comes twice.
    func expectOnly(_ known: [String]) throws {
        var seen: Set<String> = []
        for (name, _) in items {
            guard known.contains(name) else {
                let near = NearNames.find(name, among: known).map { "'\($0)'" }.joined(separator: " or ")
                throw APIError.query(
                    name,
                    "is unknown\(near.isEmpty ? "" : ": did you mean \(near)?"); known here: "
                        + known.joined(separator: ", "), status: 400)
            }
            guard seen.insert(name).inserted else { throw APIError.query(name, "is given twice", status: 400) }
        }
    }

    /// The page that is asked for; nil for all: then the list is a bare array.
    /// - Throws: 422.
    func page() throws -> Page? {
        guard self["page"] != nil || self["page_size"] != nil else { return nil }
        let number = try integer("page", 1...Int(Int32.max)) ?? 1
        return Page(number: number, size: try integer("page_size", 1...Page.maxSize) ?? Page.defaultSize)
    }

    func integer(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw APIError.query(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func time(_ name: String) throws -> Int64? {
        guard let text = self[name] else { return nil }
        if let time = Timestamp.parse(text) { return time }
        throw APIError.query(name, "must be a time like 2024-01-15T09:30:00Z")
    }

    /// In lower case.
    func id(_ name: String) throws -> String? {
        guard let text = self[name] else { return nil }
        if let id = UUIDText.normalized(text) { return id }
        throw APIError.query(name, "must be a UUID like 770e8400-e29b-41d4-a716-446655440000")
    }

    func bool(_ name: String) throws -> Bool? {
        switch self[name] {
        case nil: nil
        case "true": true
        case "false": false
        default: throw APIError.query(name, "must be true or false")
        }
    }
}
