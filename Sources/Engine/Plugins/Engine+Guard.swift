import Journeys
import PluginHost

extension Engine: GenerationGuard {
    /// Runs `body`, which opens something on plugins and stores it, while none of them is swapped or retired: else what
    /// the next one does not take would slip past its review.
    public func whilePluginsStay<Result>(_ body: () throws -> Result) rethrows -> Result {
        try lifecycle.withLock { _ in try body() }
    }

    public func review(_ change: GenerationChange, swap: () -> Void) -> [Problem] {
        var review = GenerationReview(
            change, users: PluginUsers(control: control), compiler: compiler, destinations: destinations)
        do {
            // Once without the lock: opening may take its time, and nobody is to wait for that. Then again under it, since
            // journeys may have changed meanwhile; what is open already costs little.
            let objections = try review.objections()
            if !objections.isEmpty { return objections }
            return try lifecycle.withLock { _ in
                let objections = try review.objections()
                if objections.isEmpty {
                    swap()
                    destinations?.adopt(review.rehearsal)
                    goOn(with: change)
                }
                return objections
            }
        } catch {
            return [Problem(pointer: "", message: "what is at work can't be looked at: \(error)")]
        }
    }

    /// What lacked a type that has come is tried again at once. Under the lifecycle lock.
    private func goOn(with change: GenerationChange) {
        let tiles = change.tileTypes.filter { change.present.tileType($0) == nil }
        let connectors = change.connectorTypes.filter { change.present.connectorType($0) == nil }
        if tiles.isEmpty, connectors.isEmpty { return }
        let users = PluginUsers(control: control)
        do {
            for record in try control.read({ try $0.journeys(status: PluginUsers.live) })
            where try users.needs(
                (tiles, connectors), record.journey, workspaceID: record.workspaceID, change.proposed)
            {
                failures.update { $0[record.id]?.count = 0 }
                settle(record, after: .goesOn)
            }
        } catch {
            log.error(
                event: "journeys_tried_later", "journeys that lacked a plugin which has come are tried again later",
                ["plugin": change.pluginID, "error": "\(error)"])
        }
    }
}
