import CTessera

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A JSON value of a config.
public enum ConfigValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number without a fraction that fits Int64.
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([ConfigValue])
    case object([String: ConfigValue])

    /// The kind of the value as messages call it.
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension ConfigValue: Decodable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let elements = try? container.decode([ConfigValue].self) {
            self = .array(elements)
        } else {
            self = .object(try container.decode([String: ConfigValue].self))
        }
    }
}

extension ConfigValue {
    /// The depth that configs may have, counted before anything recurses.
    static let maxDepth = 64

    /// A value of JSON text, such as an answer's body.
    /// - Throws: `ConfigRefusal` when the text is no JSON, or is nested too deep.
    public init(json bytes: UnsafeRawBufferPointer) throws { self = try Self.parse(tessera_str(bytes)) }

    static func parse(_ text: tessera_str) throws(ConfigRefusal) -> ConfigValue {
        let bytes = text.bytes
        guard depth(of: bytes) <= maxDepth else {
            throw ConfigRefusal(problems: [
                ConfigProblem("", "the config is nested more than \(maxDepth) levels deep: make it flatter")
            ])
        }
        do {
            return try JSONDecoder().decode(ConfigValue.self, from: Data(bytes))
        } catch {
            throw ConfigRefusal(problems: [ConfigProblem("", "the config is not valid JSON: correct its syntax")])
        }
    }

    /// The deepest nesting of brackets outside of strings.
    private static func depth(of bytes: UnsafeRawBufferPointer) -> Int {
        var depth = 0
        var deepest = 0
        var inString = false
        var escaped = false
        for byte in bytes {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
        return deepest
    }
}
