import Delivery
import Journeys
import PluginHost
import Store

/// Looks whether all that is at work goes on after a change of what is loaded: opens every config again on what would be.
/// A journey that is broken already does not stand in the way.
struct GenerationReview {
    let change: GenerationChange
    let users: PluginUsers
    let compiler: JourneyCompiler
    let destinations: DestinationDirectory?
    /// What was opened, for use after the change.
    private(set) var rehearsal = DestinationRehearsal()

    init(
        _ change: GenerationChange, users: PluginUsers, compiler: JourneyCompiler, destinations: DestinationDirectory?
    ) {
        self.change = change
        self.users = users
        self.compiler = compiler
        self.destinations = destinations
    }

    /// What speaks against the change; empty when nothing does. A second call is quick: what the first has opened is open.
    mutating func objections() throws -> [Problem] {
        switch change.kind {
        case .replacement: try brokenJourneys() + brokenDestinations()
        case .retirement: try usingJourneys() + usingDestinations()
        }
    }

    private func brokenJourneys() throws -> [Problem] {
        let lost = change.connectorTypes.filter {
            change.present.connectorType($0) != nil && change.proposed.connectorType($0) == nil
        }
        return try users.uses().compactMap { use in
            guard
                try users.tile(use.journey, of: change.tileTypes) != nil
                    || users.delivers(use.journey, workspaceID: use.workspaceID, to: lost, change.present)
            else { return nil }
            let errors = try errors(of: use, change.proposed)
            guard let first = errors.first, try self.errors(of: use, change.present).isEmpty else { return nil }
            return Problem(pointer: use.pointer, message: "\(use.name) would break: \(first.message)")
        }
    }

    /// What is wrong with a journey. That a plugin stands in quarantine is nothing: a journey that only this holds up works
    /// again after it, so it counts as working.
    private func errors(of use: PluginUsers.Use, _ catalogue: PluginCatalogue) throws -> [ValidationError] {
        try compiler.compile(
            workspaceID: use.workspaceID, journeyID: use.journeyID, journey: use.journey, against: catalogue
        ).errors.filter { !PluginQuarantine.isMentioned(in: $0.message) }
    }

    private mutating func brokenDestinations() throws -> [Problem] {
        guard let destinations, !change.connectorTypes.isEmpty else { return [] }
        let ids = try users.destinations(change.connectorTypes).map { ($0.workspaceID, $0.id) }
        rehearsal = try destinations.rehearse(ids, change, after: rehearsal)
        return rehearsal.broken.map { failure in
            let destination = failure.destination
            return Problem(
                pointer: "/destinations/\(destination.id)",
                message: "destination '\(destination.name)' (\(destination.id)) would break: \(failure.reason)")
        }
    }

    private func usingJourneys() throws -> [Problem] {
        try users.uses().compactMap { use in
            guard let tile = users.tile(use.journey, of: change.tileTypes) else { return nil }
            return Problem(
                pointer: use.pointer, message: "\(use.name) uses it: tile '\(tile.id)' is of type '\(tile.type)'")
        }
    }

    private func usingDestinations() throws -> [Problem] {
        try users.destinations(change.connectorTypes).map {
            Problem(
                pointer: "/destinations/\($0.id)",
                message: "destination '\($0.name)' (\($0.id)) uses it: it is of type '\($0.destinationType)'")
        }
    }
}
