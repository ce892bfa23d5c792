import Journeys
import Platform
import Testing

/// The page on which the API's user named it, as it stands in Tests/Data/seed-examples, taken apart.
struct SeedPage {
    /// The curl commands of its examples, as they are written there.
    let examples: [String]
    /// Its JSON examples, in order, `{...}` and `[...]` left out of those that have them.
    let answers: [JSON]
    /// The lines of its table of endpoints.
    let endpoints: [(method: String, path: String)]
    /// Name and type of each field of the orchestration object.
    let fields: [(name: String, type: String)]
    /// The tile types that it lists.
    let tileTypes: [String]

    init() throws {
        let text = String(
            decoding: try Files.read(Installed.data("seed-examples/orchestrations-api.txt")), as: UTF8.self)
        let examples = Self.commands(text)
        self.examples = examples
        // Requests have JSON inside too.
        answers = Self.jsonExamples(examples.reduce(text) { $0.replacing($1, with: "") })
        endpoints = Self.table(text, after: "| Method | Path | Description |").map { ($0[0], $0[1]) }
        fields = Self.table(text, after: "Orchestration Object\n| Field | Type | Description |").map { ($0[0], $0[1]) }
        tileTypes = Self.table(text, after: "\n| Type | Description |").map { $0[0] }
    }

    /// The rows of a table: `a | b | c |`, up to the first line of another form.
    private static func table(_ text: String, after head: String) -> [[String]] {
        guard let range = text.firstRange(of: head) else { return [] }
        return text[range.upperBound...].split(separator: "\n").dropFirst()
            .prefix { $0.hasSuffix("|") }
            .map { $0.split(separator: "|").map { String($0.trimmed) } }
    }

    /// From `curl` to the end of the shell's command: the page glues the next headline to its last quote.
    private static func commands(_ text: String) -> [String] {
        text.ranges(of: "curl -X ").map { start in
            var quote: Character?
            var end = start.lowerBound
            var previous: Character = " "
            var wasQuoted = false
            for index in text[start.lowerBound...].indices {
                let character = text[index]
                if let open = quote {
                    if character == open {
                        quote = nil
                        wasQuoted = true
                    }
                } else if character == "\"" || character == "'" {
                    quote = character
                } else if (character == "\n" && previous != "\\") || (wasQuoted && !character.isWhitespace) {
                    break
                } else {
                    wasQuoted = false
                }
                previous = character
                end = text.index(after: index)
            }
            return String(text[start.lowerBound..<end])
        }
    }

    /// Blocks that begin with a line `{` or `[` and parse as JSON once what the page left out is put in.
    private static func jsonExamples(_ text: String) -> [JSON] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var found: [JSON] = []
        var index = 0
        while index < lines.count {
            defer { index += 1 }
            guard lines[index] == "{" || lines[index] == "[" else { continue }
            for last in index..<min(index + 40, lines.count) {
                let close = lines[index] == "{" ? "}" : "]"
                guard lines[last].hasPrefix(close) else { continue }
                let block = (lines[index..<last] + [Substring(close)]).joined(separator: "\n")
                    .replacing("{...}", with: "{}").replacing("[...]", with: "[]")
                if let json = try? JSON.parse(block) {
                    found.append(json)
                    index = last
                    break
                }
            }
        }
        return found
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
