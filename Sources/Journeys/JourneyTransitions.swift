/// All transitions of a journey's status, in one table (DESIGN.md 4).
///
/// What the engine does by itself is not here: `draining` becomes `archived` when empty, a failed run sets `error`, a
/// completed one clears it to `active`.
public enum JourneyTransitions {
    public enum Outcome: Sendable, Hashable {
        /// The call is allowed and leaves the journey in this status: the present one for trigger, update and delete.
        case allowed(JourneyStatus)
        /// The call is not allowed now: 409, naming the present status.
        case refused
    }

    private struct Rule {
        var from: Set<JourneyStatus>
        /// Nil: the status stays.
        var to: JourneyStatus?
        /// The statuses from which the result must pass validation (422).
        var validated: Set<JourneyStatus> = []
    }

    private static let all = Set(JourneyStatus.allCases)

    private static func rule(_ call: JourneyCall) -> Rule {
        switch call {
        case .activate: Rule(from: [.draft], to: .active, validated: [.draft])
        case .pause: Rule(from: [.active, .error], to: .paused)
        case .resume: Rule(from: [.paused, .error], to: .active, validated: [.paused, .error])
        case .drain: Rule(from: [.active, .paused], to: .draining)
        case .archive: Rule(from: all.subtracting([.active]), to: .archived)
        case .trigger: Rule(from: [.active, .draining, .error], to: nil)
        case .update:
            Rule(from: all.subtracting([.archived]), to: nil, validated: [.active, .draining, .error])
        case .delete: Rule(from: all.subtracting([.active, .draining]), to: nil)
        }
    }

    /// What `call` does to a journey that is `status`.
    public static func next(from status: JourneyStatus, call: JourneyCall) -> Outcome {
        let rule = rule(call)
        return rule.from.contains(status) ? .allowed(rule.to ?? status) : .refused
    }

    /// Whether the journey, as the call leaves it, must pass validation for the call to succeed.
    public static func mustBeValid(from status: JourneyStatus, call: JourneyCall) -> Bool {
        rule(call).validated.contains(status)
    }

    /// The statuses from which `call` is allowed, in the order of `JourneyStatus`.
    public static func sources(of call: JourneyCall) -> [JourneyStatus] {
        let from = rule(call).from
        return JourneyStatus.allCases.filter(from.contains)
    }

    /// The sentence of a 409: names the call, the present status and those that would do.
    public static func refusal(from status: JourneyStatus, call: JourneyCall) -> String {
        let sources = sources(of: call).map(\.rawValue).joined(separator: ", ")
        return "Can't \(call.rawValue) a journey that is \(status.rawValue): it must be one of: \(sources)"
    }
}
