import Journeys
import PluginHost
import Store

/// Why a journey stands still.
struct JourneyHold: Sendable, Hashable {
    var workspaceID: String
    /// The quarantines of plugins that it needs, by plugin id.
    var quarantines: [String: PluginQuarantine] = [:]
    /// As `status_error` says it.
    var text: String? { quarantines.min { $0.key < $1.key }?.value.description }
}

/// What a plugin in quarantine means for the journeys that need it: they are in error, run neither by schedule nor by
/// timer, and go on by themselves once it is lifted.
extension Engine {
    public func pluginWasQuarantined(_ pluginID: String, reason: String) {
        let quarantine = PluginQuarantine(pluginID: pluginID, reason: reason)
        let needing: [(workspaceID: String, journeyID: String)]
        do {
            // Under the lock: a journey that is edited meanwhile is seen as it was, and then looks by itself, or as it is.
            needing = try lifecycle.withLock { _ in try hold([quarantine]) }
        } catch {
            log.error(
                event: "journeys_unreadable", "what needs a plugin in quarantine can't be looked at",
                ["plugin": pluginID, "error": "\(error)"])
            return
        }
        for (workspaceID, journeyID) in needing {
            do {
                try lifecycle.withLock { _ in
                    guard let record = try journey(workspaceID, journeyID) else { return }
                    queue.running(journeyID)?.requestStop(.fail(quarantine.description))
                    settle(try showHold(record))
                }
            } catch {
                log.error(
                    event: "journey_not_stopped", "a journey could not be stopped for a plugin in quarantine",
                    ["plugin": pluginID, "journey_id": journeyID, "error": "\(error)"])
            }
        }
    }

    public func quarantineWasLifted(_ pluginID: String) {
        // Under the lock, so that nobody who saw the quarantine a moment ago writes it down again.
        let released = lifecycle.withLock { _ in
            held.update { held in
                let released = held.filter { $0.value.quarantines[pluginID] != nil }
                for id in released.keys {
                    held[id]?.quarantines[pluginID] = nil
                    if held[id]?.quarantines.isEmpty == true { held[id] = nil }
                }
                return released
            }
        }
        for (journeyID, hold) in released {
            do {
                try lifecycle.withLock { _ in
                    guard let record = try journey(hold.workspaceID, journeyID) else { return }
                    // The failures were the plugin's: no pause is due to them.
                    failures.update { $0[journeyID] = nil }
                    settle(try showHold(record), after: .goesOn)
                }
            } catch {
                log.error(
                    event: "journey_not_resumed", "a journey could not go on",
                    ["journey_id": journeyID, "error": "\(error)"])
            }
        }
    }

    /// Notes what stands still because of these, in memory.
    /// - Returns: the journeys that are held by them, each once.
    @discardableResult
    func hold(_ quarantines: [PluginQuarantine]) throws -> [(workspaceID: String, journeyID: String)] {
        let catalogue = plugins.catalogue()
        let users = PluginUsers(control: control)
        var holds: [String: JourneyHold] = [:]
        for quarantine in quarantines {
            let types = catalogue.types(of: quarantine.pluginID)
            for use in try users.uses() {
                guard try users.needs(types, use.journey, workspaceID: use.workspaceID, catalogue) else { continue }
                holds[use.journeyID, default: JourneyHold(workspaceID: use.workspaceID)]
                    .quarantines[quarantine.pluginID] = quarantine
            }
        }
        held.update { held in
            for (id, hold) in holds {
                held[id, default: JourneyHold(workspaceID: hold.workspaceID)].quarantines
                    .merge(hold.quarantines) { $1 }
            }
        }
        return holds.map { ($0.value.workspaceID, $0.key) }
    }

    /// Makes a journey's status say whether it is held: in error with the reason, or out of that again. One that drains
    /// goes on draining, and a paused one stays paused.
    /// - Returns: the journey as it is then.
    func showHold(_ record: JourneyRecord) throws -> JourneyRecord {
        let text = held.withLock { $0[record.id]?.text }
        let wasHeld = PluginQuarantine.isMentioned(in: record.statusError)
        let status: JourneyStatus
        switch record.status {
        case .active, .error: status = text != nil ? .error : wasHeld ? .active : record.status
        case .draining: status = .draining
        case .draft, .paused, .archived: return record
        }
        guard text != nil || wasHeld else { return record }
        let (workspaceID, id, from, now) = (record.workspaceID, record.id, record.status, clock.now())
        try control.write { writer in
            try writer.setJourneyStatus(
                workspaceID: workspaceID, id: id, from: [from], to: status, error: text ?? "", at: now)
        }
        return try find(workspaceID, id)
    }

    /// Nil when there is no such journey (any more).
    func journey(_ workspaceID: String, _ id: String) throws -> JourneyRecord? {
        try control.read { try $0.journey(workspaceID: workspaceID, id: id) }
    }
}
