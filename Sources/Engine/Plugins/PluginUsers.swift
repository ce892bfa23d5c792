import Journeys
import PluginHost
import Store

/// Who uses types that plugins provide: live journeys, the versions that unfinished runs work on, and destinations.
struct PluginUsers {
    /// A definition that is at work.
    struct Use {
        var workspaceID: String
        var journeyID: String
        var journey: Journey
        /// Set when it is not the journey's present definition but the one of an unfinished run.
        var version: Int?

        /// As messages name it.
        var name: String {
            let name = "journey '\(journey.name)' (\(journeyID))"
            return version.map { "version \($0) of \(name), which a run works on," } ?? name
        }
        var pointer: String { "/journeys/\(journeyID)" }
    }

    /// Draft and archived ones are checked when they are activated.
    static let live: Set<JourneyStatus> = [.active, .paused, .draining, .error]

    let control: ControlStore

    /// Every definition that is at work.
    func uses() throws -> [Use] {
        try control.read { reader in
            let records = try reader.journeys(status: Self.live)
            var uses = records.map {
                Use(workspaceID: $0.workspaceID, journeyID: $0.id, journey: $0.journey, version: nil)
            }
            let present = Dictionary(records.map { ($0.id, $0.version) }) { $1 }
            for run in try reader.unfinishedRuns()
            where run.startedAt != nil && run.journeyVersion != present[run.journeyID] {
                guard
                    let stored = try reader.journeyVersion(
                        workspaceID: run.workspaceID, id: run.journeyID, version: run.journeyVersion)
                else { continue }
                uses.append(
                    Use(
                        workspaceID: run.workspaceID, journeyID: run.journeyID, journey: stored.journey,
                        version: run.journeyVersion))
            }
            return uses
        }
    }

    /// The destinations of these connector types, of all workspaces.
    func destinations(_ types: Set<String>) throws -> [DestinationRecord] {
        try control.read { reader in try types.sorted().flatMap { try reader.destinations(ofType: $0) } }
    }

    /// Whether a journey needs a plugin that provides these types: by a tile, or by a destination that one names.
    func needs(
        _ types: (tiles: Set<String>, connectors: Set<String>), _ journey: Journey, workspaceID: String,
        _ catalogue: PluginCatalogue
    ) throws -> Bool {
        if tile(journey, of: types.tiles) != nil { return true }
        return try delivers(journey, workspaceID: workspaceID, to: types.connectors, catalogue)
    }

    /// The first tile of one of these types; nil when there is none.
    func tile(_ journey: Journey, of types: Set<String>) -> Tile? { journey.tiles.first { types.contains($0.type) } }

    /// Whether a tile names a destination of one of these connector types.
    func delivers(
        _ journey: Journey, workspaceID: String, to types: Set<String>, _ catalogue: PluginCatalogue
    ) throws -> Bool {
        if types.isEmpty { return false }
        for tile in journey.tiles {
            for mark in catalogue.tileType(tile.type)?.marks.find(.destination, in: tile.config) ?? [] {
                guard let id = mark.value.stringValue.flatMap(UUIDText.normalized) else { continue }
                let destination = try control.read { try $0.destination(workspaceID: workspaceID, id: id) }
                if let destination, types.contains(destination.destinationType) { return true }
            }
        }
        return false
    }
}
