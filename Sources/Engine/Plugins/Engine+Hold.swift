import Journeys
import PluginHost
import Store

/// Holds that change because the journey does, or a destination that it names.
extension Engine {
    /// Looks anew which quarantines hold a journey as it is now, and makes its status say so. Under the lifecycle lock.
    /// - Returns: the journey as it is then.
    func renewHold(_ record: JourneyRecord) throws -> JourneyRecord {
        let catalogue = plugins.catalogue()
        let quarantines = catalogue.quarantines()
        let before = held.withLock { $0[record.id] }
        if quarantines.isEmpty, before == nil { return record }
        var hold = JourneyHold(workspaceID: record.workspaceID)
        if PluginUsers.live.contains(record.status) {
            let users = PluginUsers(control: control)
            for quarantine in quarantines {
                let types = catalogue.types(of: quarantine.pluginID)
                if try users.needs(types, record.journey, workspaceID: record.workspaceID, catalogue) {
                    hold.quarantines[quarantine.pluginID] = quarantine
                }
            }
        }
        let isHeld = !hold.quarantines.isEmpty
        let now = hold
        held.update { $0[record.id] = isHeld ? now : nil }
        // The failures were the plugin's: no pause is due to them.
        if before != nil, !isHeld { failures.update { $0[record.id] = nil } }
        return try showHold(record)
    }

    /// A destination was changed, perhaps to another connector: journeys that name it may stand still because of the new
    /// one's quarantine, or go on without the old one. Costs nothing while no plugin is in quarantine.
    public func destinationWasChanged(workspaceID: String) {
        if held.withLock({ $0.isEmpty }), plugins.catalogue().quarantines().isEmpty { return }
        do {
            try lifecycle.withLock { _ in
                for record in try control.read({ try $0.journeys(status: PluginUsers.live) })
                where record.workspaceID == workspaceID {
                    settle(try renewHold(record))
                }
            }
        } catch {
            log.error(
                event: "journeys_unreadable", "journeys that name a destination can't be looked at",
                ["error": "\(error)"])
        }
    }
}
