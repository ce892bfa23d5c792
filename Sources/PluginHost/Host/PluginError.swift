import Journeys

/// Why the host does not do what an operator asked.
public enum PluginError: Error, Sendable, Hashable {
    /// There is no such plugin, or no such file.
    case notFound(String)
    /// Live journeys or destinations need it: `problems` names them.
    case inUse(String, problems: [Problem])
    case nothingToRollBack(String)
    /// The content is not taken: the present generation serves on. `problems` names the journeys and destinations that it
    /// would break.
    case refused(String, problems: [Problem])

    /// A sentence for people.
    public var message: String {
        switch self {
        case .notFound(let message), .nothingToRollBack(let message), .inUse(let message, _),
            .refused(let message, _):
            message
        }
    }
}

extension PluginError {
    init(_ refusal: Refusal) { self = .refused(refusal.reason, problems: refusal.problems) }
}
