import Journeys

/// What journeys at work use can't be deleted.
enum InUse {
    /// Drafts have not begun and archived journeys have ended; all others may run (again).
    static let statuses: Set<JourneyStatus> = [.active, .paused, .draining, .error]

    /// - Throws: 409 naming the journeys, when there are any.
    static func refuse(_ what: String, _ users: [(name: String, id: String)]) throws {
        guard !users.isEmpty else { return }
        let named = users.prefix(5).map { "'\($0.name)' (\($0.id))" }.joined(separator: ", ")
        let more = users.count > 5 ? " and \(users.count - 5) more" : ""
        throw APIError(
            409, "in_use",
            "The \(what) is used by \(users.count == 1 ? "the journey" : "the journeys") \(named)\(more): archive or "
                + "delete \(users.count == 1 ? "it" : "them") first, or give \(users.count == 1 ? "it" : "them") another \(what)"
        )
    }
}
