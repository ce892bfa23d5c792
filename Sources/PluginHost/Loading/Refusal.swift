import Journeys

/// Why a file is not taken as a plugin.
struct Refusal: Error, Sendable, Hashable {
    /// A sentence for operators: what is wrong and, where one exists, the remedy.
    var reason: String
    /// The file itself is at fault, so it is not tried again until its content changes. False for what depends on the
    /// surroundings: another plugin, a missing library, a full disk.
    var isLasting: Bool
    /// What speaks against it one by one: the journeys and destinations that it would break.
    var problems: [Problem] = []
    /// The gateway had nothing left to try it with: descriptors, memory, processes.
    var isShortage = false

    init(_ reason: String, isLasting: Bool = true, isShortage: Bool = false) {
        self.reason = reason
        self.isLasting = isLasting
        self.isShortage = isShortage
    }

    /// What a `GenerationGuard` said.
    init(objections: [Problem]) {
        let more = objections.count - 1
        reason = (objections.first?.message ?? "") + (more > 0 ? " (and \(more) more)" : "")
        isLasting = true
        problems = objections
    }

    /// What has a file looked at again that is not tried by itself any more.
    static func remedy(_ file: String) -> String { "`tessera plugin load \(file)`" }

    /// With the remedy for what stands in the way of a file outside of it: mending that alone does nothing.
    func withRemedy(_ file: String) -> Refusal {
        if problems.isEmpty || reason.contains(Self.remedy(file)) { return self }
        var refusal = self
        refusal.reason += " (change that, then \(Self.remedy(file)))"
        return refusal
    }
}
