import Journeys

/// Why a config was not opened. Pointers lead into the config.
public struct OpenFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one.
    public var problems: [Problem]

    public init(problems: [Problem]) { self.problems = problems }

    init(_ message: String, at pointer: String = "") {
        problems = [Problem(pointer: pointer, message: message)]
    }

    /// Whether nothing but a plugin's quarantine stood in the way: the config was not looked at.
    public var isOfQuarantine: Bool { problems.allSatisfy { PluginQuarantine.isMentioned(in: $0.message) } }

    public var description: String { problems.map(\.description).joined(separator: "; ") }
}
