import Journeys
import Store

/// What the housekeeper does for a journey.
extension Engine {
    /// After a run: what had to wait for its end.
    func tidy(_ entry: RunQueue.Entry) {
        let head: JourneyHead?
        do {
            head = try control.read { try $0.journeyHead(workspaceID: entry.workspaceID, id: entry.journeyID) }
        } catch {
            // What is left undone is found again at the next start.
            log.error("a journey could not be read", ["journey_id": entry.journeyID, "error": "\(error)"])
            return
        }
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
                Housekeeper.Task(workspaceID: entry.workspaceID, journeyID: entry.journeyID, kind: kind))
        }
    }

    func keepHouse(_ task: Housekeeper.Task) {
        switch task.kind {
        case .plan: return planAfterStart(task)
        case .pullBack: return pullBack(task)
        case .archive, .remove, .drain, .shiftWaits: break
        }
        // A run that winds down still commits; `tidy` asks for the task again when it has ended.
        guard queue.isIdle(task.journeyID) else { return }
        do {
            if task.kind == .shiftWaits { return try shiftWaits(task) }
            let store = try members.store(task.workspaceID)
            guard let number = try store.knownJourneyNumber(task.journeyID) else {
                if task.kind == .drain { try archiveIfEmpty(task, store, nil) }
                if task.kind == .remove { try purge(task) }
                return
            }
            switch task.kind {
            case .archive:
                // Found archived at each start, and empty long since: nobody is looked at.
                guard try store.countActive(number) > 0 else { return }
                var cursor: [UInt8]?
                repeat {
                    cursor = try store.exitAll(number, reason: .archived, after: cursor).next
                } while cursor != nil
                    && !housekeeper.isStopping
            case .remove:
                guard try control.read({ try $0.journeyHead(workspaceID: task.workspaceID, id: task.journeyID) }) == nil
                else { return }
                while try store.deleteJourney(number) { if housekeeper.isStopping { return } }
                try purge(task)
            case .drain:
                try archiveIfEmpty(task, store, number)
            case .plan, .pullBack, .shiftWaits: break
            }
        } catch {
            log.error(
                "housekeeping failed; it is tried again at the next start",
                ["journey_id": task.journeyID, "error": "\(error)"])
        }
    }

    private func purge(_ task: Housekeeper.Task) throws {
        while try control.write({ try $0.purgeJourney(workspaceID: task.workspaceID, id: task.journeyID) }) == false {
            if housekeeper.isStopping { return }
        }
    }

    private func archiveIfEmpty(_ task: Housekeeper.Task, _ store: MemberStore, _ number: Int32?) throws {
        if let number, try store.countActive(number) > 0 { return }
        try lifecycle.withLock { _ in
            guard queue.isIdle(task.journeyID), let record = try? find(task.workspaceID, task.journeyID),
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
