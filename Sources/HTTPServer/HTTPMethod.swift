/// A request method. Methods are case-sensitive: `get` is `.other("get")`.
public enum HTTPMethod: Hashable, Sendable, CustomStringConvertible {
    case get, head, post, put, patch, delete, options
    /// Any other token that the grammar allows.
    case other(String)

    /// The method that `text` names.
    public init(_ text: String) {
        self = HTTPMethod.known.first { $0.description.utf8.elementsEqual(text.utf8) } ?? .other(text)
    }

    /// The method as it stands in the request line.
    public var description: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other(let text): text
        }
    }

    private static let known: [HTTPMethod] = [.get, .head, .post, .put, .patch, .delete, .options]

    /// From the bytes of a token; the two frequent ones are compared in place.
    init(bytes: UnsafeRawBufferPointer) {
        if bytes.count == 3, bytes[0] == 0x47, bytes[1] == 0x45, bytes[2] == 0x54 {
            self = .get
        } else if bytes.count == 4, bytes[0] == 0x50, bytes[1] == 0x4F, bytes[2] == 0x53, bytes[3] == 0x54 {
            self = .post
        } else {
            self.init(String(decoding: bytes, as: UTF8.self))
        }
    }
}
