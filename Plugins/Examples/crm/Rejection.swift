import FoundationEssentials

/// A contact that the CRM did not take.
struct Rejection: Decodable {
    /// Its place in the request.
    var index: Int
    var reason: String
    /// Whether it may be taken later.
    var retry: Bool?

    /// Those that an answer names; an empty one names nobody.
    /// - Throws: when the body is not what this CRM answers.
    static func list(in body: UnsafeRawBufferPointer) throws -> [Rejection] {
        if body.isEmpty { return [] }
        struct Reply: Decodable { var rejected: [Rejection]? }
        return try JSONDecoder().decode(Reply.self, from: Data(body)).rejected ?? []
    }
}
