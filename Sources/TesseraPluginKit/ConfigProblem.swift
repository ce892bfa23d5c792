/// One fault of a config: where it is and what would remedy it.
public struct ConfigProblem: Sendable, Hashable {
    /// RFC 6901 JSON pointer into the config; `""` is the whole.
    public var pointer: String
    /// A sentence for people that names the remedy.
    public var message: String

    public init(_ pointer: String, _ message: String) {
        self.pointer = pointer
        self.message = message
    }

    /// A pointer one step longer, `~` and `/` of the name escaped.
    public static func pointer(_ base: String, _ name: String) -> String {
        var text = base + "/"
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

/// Why a config was refused: every fault found.
struct ConfigRefusal: Error {
    var problems: [ConfigProblem]
}
