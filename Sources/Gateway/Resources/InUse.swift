import Journeys
import PluginHost
import Store

/// What journeys at work use can't be deleted.
enum InUse {
    /// Drafts have not begun and archived journeys have ended; all others may run (again).
    static let statuses: Set<JourneyStatus> = [.active, .paused, .draining, .error]

    struct User: Sendable {
        let name: String
        let id: String
        let status: JourneyStatus

        var json: JSON { ["id": .string(id), "name": .string(name), "status": .string(status.rawValue)] }
    }

    /// The journeys at work over a model of this source.
    static func users(ofSource id: String, workspaceID: String, _ reader: ControlReader) throws -> [User] {
        try reader.journeys(workspaceID: workspaceID, usingSource: id, status: statuses)
            .map { User(name: $0.name, id: $0.id, status: $0.status) }
    }

    /// The journeys at work over this model.
    static func users(ofModel id: String, workspaceID: String, _ reader: ControlReader) throws -> [User] {
        try reader.journeys(workspaceID: workspaceID, usingModel: id, status: statuses)
            .map { User(name: $0.name, id: $0.id, status: $0.status) }
    }

    /// The journeys at work with a tile that names the destination where its type's schema says that one is named.
    static func users(
        ofDestination id: String, workspaceID: String, _ plugins: PluginHost, _ reader: ControlReader
    ) throws -> [User] {
        try reader.journeys(workspaceID: workspaceID, mentioning: id, status: statuses)
            .filter { uses(id, $0.journey, plugins) }
            .map { User(name: $0.journey.name, id: $0.id, status: $0.status) }
    }

    /// Of a type that is not loaded nobody can say: then the mention counts.
    private static func uses(_ id: String, _ journey: Journey, _ plugins: PluginHost) -> Bool {
        journey.tiles.contains { tile in
            guard let marks = plugins.tileType(tile.type)?.marks else {
                return tile.config.text.lowercased().contains(id)
            }
            return marks.find(.destination, in: tile.config).contains {
                $0.value.stringValue.flatMap(UUIDText.normalized) == id
            }
        }
    }

    /// - Throws: 409 naming the journeys, when there are any.
    static func refuse(_ what: String, _ users: [User]) throws {
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
