import Journeys
import Store

/// What is found at the start: schedules, and what the last process left undone.
extension Engine {
    func recover() throws {
        try hold(plugins.catalogue().quarantines())
        for head in try control.read({ try $0.journeyHeads(status: Set(JourneyStatus.allCases)) }) {
            switch head.status {
            case .active, .error, .draining:
                let record = try showHold(find(head.workspaceID, head.id))
                // Opening the configs now shows what a changed plugin no longer takes, before a schedule meets it.
                let result = try compile(record)
                if result.compiled == nil {
                    log.warning(
                        event: "journey_invalid", "a live journey is not valid with the present plugins",
                        ["journey_id": head.id, "errors": result.errors.map(\.message).joined(separator: "; ")])
                }
                housekeeper.enqueue(
                    Housekeeper.Task(
                        workspaceID: record.workspaceID, journeyID: record.id,
                        kind: isAhead(record) ? .pullBack : .plan))
            case .paused:
                if try isAhead(find(head.workspaceID, head.id)) {
                    housekeeper.enqueue(
                        Housekeeper.Task(workspaceID: head.workspaceID, journeyID: head.id, kind: .pullBack))
                }
            case .archived:
                housekeeper.enqueue(
                    Housekeeper.Task(workspaceID: head.workspaceID, journeyID: head.id, kind: .archive))
            case .draft: break
            }
        }
        for gone in try control.read({ try $0.deletedJourneys(limit: .max) }) {
            housekeeper.enqueue(Housekeeper.Task(workspaceID: gone.workspaceID, journeyID: gone.id, kind: .remove))
        }
        // Running before queued: a journey's interrupted run goes on first.
        let unfinished = try control.read { try $0.unfinishedRuns() }
        for run in unfinished.filter({ $0.status == .running }) + unfinished.filter({ $0.status == .queued }) {
            takeUp(run)
        }
    }

    /// Whether the clock was ahead when something was last done to the journey, or by it.
    private func isAhead(_ record: JourneyRecord) -> Bool {
        max(record.lastRunAt ?? 0, record.updatedAt) > clock.now()
    }

    /// Settles a journey that was live at the start. Not before the gateway is ready: to open a workspace's members is to read
    /// the log that a kill has left, some hundred megabytes of it.
    func planAfterStart(_ task: Housekeeper.Task) throws {
        do {
            // Outside of the lock: nobody waits for it who does not need the members too.
            _ = try members.store(task.workspaceID)
        } catch {
            log.error(
                event: "members_unreadable", "a workspace's members can't be opened",
                ["workspace_id": task.workspaceID, "error": "\(error)"])
        }
        try lifecycle.withLock { _ in
            guard let record = try journey(task.workspaceID, task.journeyID),
                [.active, .error, .draining].contains(record.status)
            else { return }
            try noteFailure(before: record)
            settle(record)
        }
    }

    /// What the last run failed at before the start is tried again too.
    private func noteFailure(before record: JourneyRecord) throws {
        guard record.status == .error, held.withLock({ $0[record.id] == nil }), queue.isIdle(record.id),
            failures.withLock({ $0[record.id] == nil }),
            let last = try control.read({ try $0.runs(workspaceID: record.workspaceID, journeyID: record.id).first }),
            last.status == .failed
        else { return }
        failures.update { $0[record.id] = Failures(count: 1, trigger: last.trigger) }
    }

    private func takeUp(_ run: RunRecord) {
        let entry = RunQueue.Entry(workspaceID: run.workspaceID, journeyID: run.journeyID, runID: run.id)
        if run.status == .running { queue.enqueueFirst(entry) } else { _ = queue.enqueue(entry) }
        log.info(event: "run_resumed", "a run is taken up again", ["run_id": run.id, "journey_id": run.journeyID])
    }

    /// Plans the journey's next starts.
    func plan(_ record: JourneyRecord, after occasion: Occasion = .change) {
        // Only a person ends a quarantine.
        if held.withLock({ $0[record.id] != nil }) { return timetable.remove(record.id) }
        let whenDue = entryRules(record.journey).movesWhenDue
        var plan = Timetable.Plan(workspaceID: record.workspaceID)
        if let schedule = record.journey.schedule, let cron = try? Cron(parsing: schedule) {
            plan.cron = cron
            // Since the last run, or since the journey became what it is: what fell due meanwhile fires once.
            // Of a clock that was ahead then, from now on.
            plan.scheduled = cron.next(after: min(max(record.lastRunAt ?? 0, record.updatedAt), clock.now()))
        }
        do {
            let store = try members.store(record.workspaceID)
            if let number = try store.knownJourneyNumber(record.id) {
                let hasPauses = try hasEndedPauses(record.workspaceID, record.id)
                if hasPauses {
                    housekeeper.enqueue(
                        Housekeeper.Task(workspaceID: record.workspaceID, journeyID: record.id, kind: .shiftWaits))
                }
                let isLeft = try leavesCalls(record, number, store, movesWhenDue: whenDue, after: occasion)
                let retry = try store.nextRetry(number)
                if let retry, retry > clock.now() + MemberStore.longestPause {
                    // A run had it in hand when the clock was set back.
                    housekeeper.enqueue(
                        Housekeeper.Task(workspaceID: record.workspaceID, journeyID: record.id, kind: .pullBack))
                }
                var timers = [try store.nextTimer(number, retry: retry, movesWhenDue: whenDue && !hasPauses)]
                if isLeft { timers.append(clock.now()) }
                // Waits that are still to move after a pause say nothing; should the housekeeper fail, a run moves them.
                if whenDue, hasPauses { timers.append(clock.now() + 10_000_000) }
                // Nor do those that have moved before a run has asked their tiles.
                if whenDue, !hasPauses, try store.movedBy(number) != nil { timers.append(clock.now()) }
                plan.timer = timers.compactMap { $0 }.min()
            }
        } catch {
            // A run finds out what is due, or fails and says why.
            plan.timer = clock.now() + 10_000_000
            log.error(
                event: "due_unknown", "who is due next is not known", ["journey_id": record.id, "error": "\(error)"])
        }
        if let failed = failures.withLock({ $0[record.id] }) {
            let pause = failed.count == 0 ? 0 : min(Int64(30_000_000) << Int64(min(failed.count - 1, 7)), 600_000_000)
            plan.notBefore = clock.now() + pause
            // What a run has failed at is tried again whether there is a schedule or not.
            plan.again = failed.trigger
        }
        timetable.set(record.id, plan)
    }

    /// Whether calls that a stopped run has left to make are due now: like a retry, and like all that is due where members move
    /// when they are. Where they move on a run, who cancels one has them wait for the next.
    private func leavesCalls(
        _ record: JourneyRecord, _ number: Int32, _ store: MemberStore, movesWhenDue: Bool, after occasion: Occasion
    ) throws -> Bool {
        let isAskedFor = movesWhenDue || !record.statusError.isEmpty
        switch occasion {
        case .goesOn: break
        case .runEnded: if !isAskedFor { return false }
        // A run that goes on has them in hand, and plans anew at its end.
        case .change: if !isAskedFor || queue.running(record.id) != nil { return false }
        }
        return try !store.due(
            number, upTo: Mover.underwayWake, states: MemberStates(.arrived), limit: 1
        ).rows.isEmpty
    }
}

extension MemberStore {
    /// When a run of the timer is due: for the next retry, or wait where those move when due.
    /// - Parameter retry: what `nextRetry` says.
    func nextTimer(_ journey: Int32, retry: Int64?, movesWhenDue: Bool) throws -> Int64? {
        [retry, movesWhenDue ? try nextWake(journey) : nil].compactMap { $0 }.min()
    }
}
