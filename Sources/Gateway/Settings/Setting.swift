import Journeys

/// One setting of the gateway: its name, from which its flag and its variable follow, what it may be, and what it means.
public struct Setting: Sendable {
    public enum Kind: Sendable {
        case text
        case choice([String])
        case number(ClosedRange<Int>)
        /// true or false.
        case truth
        /// Texts: a flag that may be repeated, commas in the environment, an array in the file.
        case list
        /// NAME=VALUE, as a list; an object in the file.
        case map
    }

    /// snake_case: the key in the file.
    public let name: String
    public let kind: Kind
    /// What stands for a value in usages, such as `DIR`.
    public let placeholder: String
    /// A sentence for people, without a full stop.
    public let meaning: String
    /// Nil when there is none.
    public let preset: JSON?
    /// The environment only, and never shown: arguments and files have more readers.
    public var isSecret = false
    let use: @Sendable (JSON, inout GatewayConfiguration) throws(SettingError) -> Void

    /// Such as `--max-tiles`.
    public var flag: String { "--" + name.replacing("_", with: "-") }
    /// Such as `TESSERA_MAX_TILES`.
    public var variable: String { "TESSERA_" + name.uppercased() }

    public var isRepeatable: Bool {
        switch kind {
        case .list, .map: true
        case .text, .choice, .number, .truth: false
        }
    }

    /// The value that texts of the command line or the environment stand for.
    /// - Throws: `SettingError` without the setting's name.
    func value(of texts: [String]) throws(SettingError) -> JSON {
        switch kind {
        case .list: return .array(texts.map { .string($0) })
        case .map:
            var members: [String: JSON] = [:]
            for text in texts {
                guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                    throw SettingError("takes NAME=VALUE, not '\(text)'")
                }
                members[String(text[..<equals])] = .string(String(text[text.index(after: equals)...]))
            }
            return .object(members)
        case .number: return (texts.last.flatMap { Int64($0) }).map { .integer($0) } ?? .string(texts.last ?? "")
        case .truth: return (texts.last.flatMap { Bool($0) }).map { .bool($0) } ?? .string(texts.last ?? "")
        case .text, .choice: return .string(texts.last ?? "")
        }
    }

    /// Checks the type and the range.
    /// - Throws: `SettingError` without the setting's name.
    func check(_ value: JSON) throws(SettingError) {
        switch (kind, value) {
        case (.text, .string(let text)):
            if text.isEmpty { throw SettingError("must not be empty: give it a value or leave it out") }
        case (.choice(let names), .string(let text)):
            if !names.contains(text) {
                throw SettingError("must be \(names.joined(separator: ", ")), not '\(text)'")
            }
        case (.number(let range), .integer(let number)):
            if !range.contains(Int(number)) {
                throw SettingError("must be from \(range.lowerBound) to \(range.upperBound), not \(number)")
            }
        case (.truth, .bool): break
        case (.list, .array(let elements)):
            if elements.contains(where: { $0.stringValue?.isEmpty ?? true }) {
                throw SettingError("must be a list of texts that are not empty")
            }
        case (.map, .object(let members)):
            if members.values.contains(where: { $0.stringValue == nil }) {
                throw SettingError("must have texts as its values")
            }
        default:
            let shown = value.stringValue.map { "'\($0)'" } ?? value.kindName
            throw SettingError("must be \(expected), not \(shown)")
        }
    }

    private var expected: String {
        switch kind {
        case .text, .choice: "a text"
        case .number: "a whole number"
        case .truth: "true or false"
        case .list: "a list of texts"
        case .map: "an object of texts"
        }
    }
}
