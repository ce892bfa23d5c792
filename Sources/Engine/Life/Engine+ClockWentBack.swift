import Journeys
import Store

/// The clock was ahead and was set right. What it wrote meanwhile lies in the future: waits, retries and pauses until then would
/// keep members for as long as it was wrong.
extension Engine {
    /// Looks at all live journeys anew. Called by the timetable, which sees it within seconds.
    func clockWentBack() {
        log.warning(
            event: "clock_set_back", "the clock was set back: times that lie in the future now are taken back to it",
            [:])
        let heads = (try? control.read { try $0.journeyHeads(status: PluginUsers.live) }) ?? []
        for head in heads {
            housekeeper.enqueue(
                Housekeeper.Task(workspaceID: head.workspaceID, journeyID: head.id, kind: .pullBack))
        }
    }

    /// Of one journey, in bounded steps between the batches of a run that may go on.
    func pullBack(_ task: Housekeeper.Task) throws {
        // Whatever becomes of it: who is due now does not wait for that.
        let isPulledBack = Result { try pullBackAll(task) }
        try planAfterStart(task)
        try isPulledBack.get()
    }

    private func pullBackAll(_ task: Housekeeper.Task) throws {
        // By the times of pauses that are over, which may lie in the future too, waits have yet to move: that comes first.
        try shiftWaits(task)
        let now = clock.now()
        try control.write {
            try $0.pullBackPause(workspaceID: task.workspaceID, journeyID: task.journeyID, to: now)
        }
        let store = try members.store(task.workspaceID)
        guard let number = try store.knownJourneyNumber(task.journeyID) else { return }
        var cursor: [UInt8]?
        repeat {
            let (now, after) = (clock.now(), cursor)
            cursor = try betweenBatches(of: task.journeyID) {
                try store.pullBack(number, to: now, after: after)
            }
        } while cursor != nil && !housekeeper.isStopping
    }
}
