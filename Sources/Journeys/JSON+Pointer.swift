/// One step of a JSON pointer: a member's name or an element's index.
public enum JSONPointerPart: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case key(String)
    case index(Int)

    public init(stringLiteral value: String) { self = .key(value) }
    public init(integerLiteral value: Int) { self = .index(value) }

    /// The step with its leading slash, `~` and `/` escaped as RFC 6901 asks.
    public var text: String {
        switch self {
        case .index(let index): return "/\(index)"
        case .key(let key):
            guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
                return "/" + key
            }
            var text = "/"
            for character in key.unicodeScalars {
                switch character {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.unicodeScalars.append(character)
                }
            }
            return text
        }
    }
}

extension JSON {
    /// An RFC 6901 pointer: `JSON.pointer("tiles", 3, "config")` is `/tiles/3/config`; without parts `""`, the whole.
    public static func pointer(_ parts: JSONPointerPart...) -> String {
        pointer("", parts)
    }

    /// `base` followed by more steps.
    public static func pointer(_ base: String, _ parts: [JSONPointerPart]) -> String {
        parts.reduce(into: base) { $0 += $1.text }
    }

    /// The value that an RFC 6901 pointer names; nil when there is none or the pointer is malformed.
    public func value(at pointer: String) -> JSON? {
        if pointer.isEmpty { return self }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        var value = self
        for step in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let name = step.replacing("~1", with: "/").replacing("~0", with: "~")
            let next: JSON? =
                switch value {
                case .object(let members): members[String(name)]
                case .array: Int(name).flatMap { value[$0] }
                default: nil
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}
