/// Why bytes are no JSON value that the gateway takes.
public struct JSONParseError: Error, Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// Not JSON, not UTF-8, or a number that no finite double holds.
        case notJSON
        /// Nested deeper than the limit.
        case tooDeep
        /// More objects, arrays or members than a caller may send.
        case tooMany
    }

    public var kind: Kind
    /// A sentence for people.
    public var message: String

    public init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }
}

extension JSONParseError: CustomStringConvertible {
    public var description: String { message }
}
