import Journeys
import Store

/// What the housekeeper does for a journey.
extension Engine {
    /// Microseconds after which what the disk did not let it do is tried again.
    static let housekeepingPause: Int64 = 10_000_000

    /// After a run: what had to wait for its end.
    func tidy(_ entry: RunQueue.Entry) {
        housekeeper.enqueue(
            Housekeeper.Task(workspaceID: entry.workspaceID, journeyID: entry.journeyID, kind: .tidy))
    }

    func keepHouse(_ task: Housekeeper.Task) {
        do {
            try perform(task)
        } catch {
            let passes = (error as? StoreError)?.passes ?? (error is EngineError)
            log.error(
                event: "housekeeping_failed",
                "housekeeping failed; it is tried again \(passes ? "in a moment" : "at the next start")",
                ["journey_id": task.journeyID, "error": "\(error)"])
            if passes { housekeeper.enqueue(task, at: clock.now() + Self.housekeepingPause) }
        }
    }

    private func perform(_ task: Housekeeper.Task) throws {
        switch task.kind {
        case .plan: return try planAfterStart(task)
        case .pullBack: return try pullBack(task)
        case .tidy: return try tidy(task)
        case .archive, .remove, .drain, .shiftWaits: break
        }
        // A run that winds down still commits; `tidy` asks for the task again when it has ended.
        guard queue.isIdle(task.journeyID) else { return }
        if task.kind == .shiftWaits { return try shiftWaits(task) }
        let store = try members.store(task.workspaceID)
        let number = try store.knownJourneyNumber(task.journeyID)
        switch task.kind {
        case .archive: if let number { try letOut(number, store) }
        case .remove: try remove(task, number, store)
        case .drain: try archiveIfEmpty(task, store, number)
        case .plan, .pullBack, .shiftWaits, .tidy: break
        }
    }

    private func tidy(_ task: Housekeeper.Task) throws {
        let head = try control.read { try $0.journeyHead(workspaceID: task.workspaceID, id: task.journeyID) }
        let kinds: [Housekeeper.Task.Kind]
        switch head?.status {
        case .archived: kinds = [.archive]
        // Waits of a pause that ended while the run was still winding down.
        case .draining: kinds = [.shiftWaits, .drain]
        case .active, .error: kinds = [.shiftWaits]
        case nil: kinds = [.remove]
        case .draft, .paused: kinds = []
        }
        for kind in kinds {
            housekeeper.enqueue(
                Housekeeper.Task(workspaceID: task.workspaceID, journeyID: task.journeyID, kind: kind))
        }
    }

    private func letOut(_ number: Int32, _ store: MemberStore) throws {
        // Found archived at each start, and empty long since: nobody is looked at.
        guard try store.countActive(number) > 0 else { return }
        var cursor: [UInt8]?
        repeat {
            cursor = try store.exitAll(number, reason: .archived, after: cursor).next
        } while cursor != nil && !housekeeper.isStopping
    }

    private func remove(_ task: Housekeeper.Task, _ number: Int32?, _ store: MemberStore) throws {
        if let number {
            guard try journey(task.workspaceID, task.journeyID) == nil else { return }
            while try store.deleteJourney(number) { if housekeeper.isStopping { return } }
        }
        try purge(task)
    }

    private func purge(_ task: Housekeeper.Task) throws {
        while try control.write({ try $0.purgeJourney(workspaceID: task.workspaceID, id: task.journeyID) }) == false {
            if housekeeper.isStopping { return }
        }
    }

    private func archiveIfEmpty(_ task: Housekeeper.Task, _ store: MemberStore, _ number: Int32?) throws {
        if let number, try store.countActive(number) > 0 { return }
        try lifecycle.withLock { _ in
            guard queue.isIdle(task.journeyID), let record = try journey(task.workspaceID, task.journeyID),
                record.status == .draining
            else { return }
            let now = clock.now()
            try control.write { writer in
                try writer.setJourneyStatus(
                    workspaceID: task.workspaceID, id: task.journeyID, from: [.draining], to: .archived, at: now)
            }
            timetable.remove(task.journeyID)
        }
    }
}
