import Journeys
import Store

/// What pauses mean for waits (DESIGN.md 4, `pause_clock`). A pause that is over is noted in control.db with the status that ends
/// it; the waits move afterwards, in steps, by the housekeeper or by the next run before it moves anybody. That run hands them to
/// their tiles too: when a wait ends that counts from the arrival only they know, and the steps guess.
extension Engine {
    /// Notes in the same write as a journey's new status what it means for its pauses.
    func notePause(_ record: JourneyRecord, becomes status: JourneyStatus, at now: Int64)
        -> @Sendable (ControlWriter) throws -> Void
    {
        let (workspaceID, id) = (record.workspaceID, record.id)
        switch (record.status, status) {
        case (_, .paused): return { try $0.beginPause(workspaceID: workspaceID, journeyID: id, at: now) }
        case (_, .archived): return { try $0.forgetPauses(workspaceID: workspaceID, journeyID: id) }
        case (.paused, _):
            let clock = entryRules(record.journey).pauseClock
            return { try $0.endPause(workspaceID: workspaceID, journeyID: id, clock: clock, at: now) }
        default: return { _ in }
        }
    }

    /// What the entry tile says now, also of a journey that is not valid: one can drain, or be valid again.
    func entryRules(_ journey: Journey) -> EntryRules {
        let catalogue = plugins.catalogue()
        guard let entry = journey.tiles.first(where: { catalogue.tileType($0.type)?.role == .entry }) else {
            return EntryRules()
        }
        var problems: [Problem] = []
        return EntryRules(config: entry.config, problems: &problems)
    }

    /// Whether pauses are over that the waits have not been told of.
    func hasEndedPauses(_ workspaceID: String, _ journeyID: String) throws -> Bool {
        try control.read { try !$0.endedPauses(workspaceID: workspaceID, journeyID: journeyID).isEmpty }
    }

    /// The pause of a journey that is paused, as if it ended then; nil where it moves no waits.
    /// - Parameter journey: what the journey would be at its end.
    func presentPause(_ record: JourneyRecord, _ journey: Journey, endingAt time: Int64) throws -> PauseRecord? {
        let clock = entryRules(journey).pauseClock
        guard record.status == .paused, clock != .keepCounting else { return nil }
        let open = try control.read { try $0.openPause(workspaceID: record.workspaceID, journeyID: record.id) }
        return open.map { PauseRecord(number: $0.number, pausedAt: $0.pausedAt, resumedAt: time, clock: clock) }
    }

    /// Moves waits as the pauses say that are over. Not while a run is at work that began before their end.
    /// - Parameters:
    ///   - compiled: the journey as it is now: which waits count from the arrival is for its tiles to say.
    ///   - isStopped: asked between two steps.
    /// - Returns: false when it was stopped.
    func shiftWaits(
        _ workspaceID: String, _ journeyID: String, _ compiled: CompiledJourney, isStopped: () -> Bool
    ) throws -> Bool {
        for pause in try control.read({ try $0.endedPauses(workspaceID: workspaceID, journeyID: journeyID) }) {
            let store = try members.store(workspaceID)
            if let number = try store.knownJourneyNumber(journeyID) {
                let fixed = compiled.tiles(countFromArrival: false, of: try store.tiles(number))
                repeat {
                    if isStopped() { return false }
                } while try store.shiftWaits(number, over: pause, except: fixed)
            }
            try control.write { try $0.forgetPause(pause.number) }
        }
        return true
    }

    /// The housekeeper's part: soon after the end of the pause, so that members show when they go on and the timer knows. A
    /// journey that is not valid now is left to the first run in which it is.
    func shiftWaits(_ task: Housekeeper.Task) throws {
        guard try hasEndedPauses(task.workspaceID, task.journeyID),
            let record = try journey(task.workspaceID, task.journeyID), let compiled = try compile(record).compiled
        else { return }
        let isDone = try shiftWaits(task.workspaceID, task.journeyID, compiled) { [housekeeper, queue] in
            housekeeper.isStopping || !queue.isIdle(task.journeyID)
        }
        // A run that has come meanwhile does the rest, and plans anew itself.
        if isDone { replan(task.workspaceID, task.journeyID) }
    }
}

extension CompiledJourney {
    /// The numbers of tiles whose waits count from the arrival, since they ask for it, or of the others: those end at a time of
    /// their own, pause or not.
    func tiles(countFromArrival: Bool, of tiles: [(number: Int32, id: String)]) -> [Int32] {
        let wanted = Set(
            zip(plan.tiles, instances).filter { $1.columns.contains("$arrived_at") == countFromArrival }.map(\.0.id))
        return tiles.filter { wanted.contains($0.id) }.map(\.number)
    }
}
