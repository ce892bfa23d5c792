import TesseraPluginKit

/// JSON with places for a row's fields in its strings: `{"email": "{{email}}", "text": "Hello {{name}}"}`. A string that is
/// one field and nothing else becomes the field's value with its type; of other strings null fields leave nothing. Immutable.
public struct JSONTemplate: Sendable {
    public enum Step: Sendable {
        /// JSON as it stands.
        case literal([UInt8])
        /// A field's value.
        case value(Int)
        /// A field within a string.
        case text(Int)
    }

    public let steps: [Step]

    /// - Parameters:
    ///   - names: collects the fields' names, each once.
    ///   - note: told what is wrong, with a pointer below `pointer`.
    public init(
        _ value: ConfigValue, at pointer: String, names: inout [String],
        note: (_ pointer: String, _ message: String) -> Void
    ) {
        var maker = Maker(names: names)
        maker.add(value, at: pointer, note)
        maker.endLiteral()
        names = maker.names
        steps = maker.steps
    }

    public var hasFields: Bool { steps.contains { if case .literal = $0 { false } else { true } } }

    private struct Maker {
        var names: [String]
        var steps: [Step] = []
        private let literal = JSONBytes(capacity: 256)

        init(names: [String]) { self.names = names }

        mutating func endLiteral() {
            if literal.bytes.isEmpty { return }
            steps.append(.literal(Array(literal.bytes)))
            literal.removeAll()
        }

        mutating func add(_ value: ConfigValue, at pointer: String, _ note: (String, String) -> Void) {
            switch value {
            case .null: literal.append("null")
            case .bool(let bool): literal.append(bool)
            case .integer(let integer): literal.append(integer)
            case .number(let number): literal.append(number)
            case .string(let text): add(text, at: pointer, note)
            case .array(let elements):
                literal.append("[")
                for (index, element) in elements.enumerated() {
                    if index > 0 { literal.append(",") }
                    add(element, at: "\(pointer)/\(index)", note)
                }
                literal.append("]")
            case .object(let members):
                literal.append("{")
                let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                for (index, member) in sorted.enumerated() {
                    if index > 0 { literal.append(",") }
                    Array(member.key.utf8).withUnsafeBytes { literal.append(string: $0) }
                    literal.append(":")
                    add(member.value, at: ConfigProblem.pointer(pointer, member.key), note)
                }
                literal.append("}")
            }
        }

        private mutating func add(_ text: String, at pointer: String, _ note: (String, String) -> Void) {
            let template: TextTemplate
            do throws(TemplateError) {
                template = try TextTemplate(text, names: &names, secrets: nil)
            } catch {
                return note(pointer, error.message)
            }
            if let field = template.onlyField {
                endLiteral()
                return steps.append(.value(field))
            }
            literal.append("\"")
            for part in template.parts {
                switch part {
                case .literal(let bytes): bytes.withUnsafeBytes { literal.append(escaped: $0) }
                case .field(let field):
                    endLiteral()
                    steps.append(.text(field))
                }
            }
            literal.append("\"")
        }
    }
}
