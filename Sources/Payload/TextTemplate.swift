import TesseraPluginKit

/// A text with places for a row's fields: `Hello {{first_name}}`. Names are those of the mapping; `$member`, `$key` and
/// `$attempt` are always there, `secret.NAME` stands for a secret where secrets may go. Immutable.
public struct TextTemplate: Sendable {
    public enum Part: Sendable, Hashable {
        case literal([UInt8])
        /// A field, by its place in the template's list of names.
        case field(Int)
    }

    public let parts: [Part]

    /// No text.
    public static let empty = TextTemplate(parts: [])

    private init(parts: [Part]) { self.parts = parts }

    /// Whether it is one field and nothing else: then the field's value keeps its type.
    public var onlyField: Int? {
        guard parts.count == 1, case .field(let field) = parts[0] else { return nil }
        return field
    }

    public var hasFields: Bool { parts.contains { if case .field = $0 { true } else { false } } }

    /// Reads a template.
    /// - Parameters:
    ///   - names: collects the fields' names, each once.
    ///   - secrets: what stands for each secret; nil where none may stand.
    /// - Throws: `TemplateError` with the remedy.
    public init(_ text: String, names: inout [String], secrets: [String: String]?) throws(TemplateError) {
        var parts: [Part] = []
        var literal: [UInt8] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            literal += rest[..<open.lowerBound].utf8
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                throw TemplateError("'{{' has no '}}': close it, or write one '{' only")
            }
            let name = String(rest[open.upperBound..<close.lowerBound].drop(while: \.isWhitespace))
                .trimmingSuffix(while: \.isWhitespace)
            rest = rest[close.upperBound...]
            if name.isEmpty { throw TemplateError("'{{}}' names no field: write {{name}}") }
            if name.hasPrefix("secret.") {
                guard let secrets else {
                    throw TemplateError(
                        "'{{\(name)}}': secrets go into the URL and into headers only, never into a body")
                }
                guard let token = secrets[String(name.dropFirst(7))] else {
                    throw TemplateError("'{{\(name)}}' names no secret: add it under secrets")
                }
                literal += token.utf8
                continue
            }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = []
            let place = names.firstIndex { $0.utf8.elementsEqual(name.utf8) } ?? names.count
            if place == names.count { names.append(name) }
            parts.append(.field(place))
        }
        literal += rest.utf8
        if !literal.isEmpty { parts.append(.literal(literal)) }
        self.parts = parts
    }
}

/// What is wrong with a template, with the remedy.
public struct TemplateError: Error, Sendable {
    public let message: String
    init(_ message: String) { self.message = message }
}

extension String {
    fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, isDropped(last) { text.removeLast() }
        return String(text)
    }
}
