import Journeys
import Store

/// One run from the queue to its end, on a thread of the queue.
extension Engine {
    func carryOut(_ entry: RunQueue.Entry, _ control: RunControl) {
        defer {
            destinations?.traces.end(entry.runID)
            control.close()
            // Who is told to stop waits for nothing any more.
            if control.stop != nil { stalled.update { $0[entry.journeyID] = nil } }
        }
        do {
            guard let (record, run) = try claim(entry) else {
                stalled.update { $0[entry.journeyID] = nil }
                return
            }
            destinations?.traces.begin(run.id, traceparent: run.traceparent)
            do {
                try proveWritable(run)
                // Prepared in a call of its own, so that nothing here holds the instances that it was prepared with.
                let execution = try prepare(record, run, control)
                let ending = try execution.execute()
                if ending == .completed, let quarantine = execution.quarantine {
                    // Its members wait for a plugin that no one calls any more.
                    throw RunFailure(quarantine.description)
                }
                try finish(execution, record, run, ending)
            } catch let error as StoreError where error.passes && control.stop == nil {
                standsStill(run, "\(error)")
                throw error
            } catch {
                try fail(record, run, control, "\(error)")
            }
        } catch {
            // The store itself failed: the run stays as it is there, and is taken up again here in a while.
            log.error(
                event: "run_not_stored", "a run could not be recorded; it is taken up again in a moment",
                ["run_id": entry.runID, "journey_id": entry.journeyID, "error": "\(error)"])
            let stopped: Bool? = clock.wait(on: control.state, deadline: clock.now() + 10_000_000) {
                $0.stop == nil ? nil : true
            }
            if stopped == nil { queue.enqueueFirst(entry) }
        }
    }

    /// Makes the run ours, unless it was cancelled or its journey has gone meanwhile.
    private func claim(_ entry: RunQueue.Entry) throws -> (JourneyRecord, RunRecord)? {
        try lifecycle.withLock { _ in
            guard
                let record = try control.read({
                    try $0.journey(workspaceID: entry.workspaceID, id: entry.journeyID)
                }),
                let run = try control.read({
                    try $0.run(workspaceID: entry.workspaceID, journeyID: entry.journeyID, id: entry.runID)
                })
            else { return nil }
            guard !run.status.isFinal else {
                // It had ended, and that was all that could be written then.
                settle(record, after: .runEnded)
                return nil
            }
            let now = clock.now()
            guard case .allowed = JourneyTransitions.next(from: record.status, call: .trigger) else {
                _ = try control.write {
                    try $0.cancelRun(
                        workspaceID: entry.workspaceID, journeyID: entry.journeyID, id: entry.runID, at: now)
                }
                return nil
            }
            let owner = configuration.ownerID
            // A run works on the version of its start, also after a restart.
            let version = run.startedAt == nil ? record.version : run.journeyVersion
            let claimed = try control.write { writer in
                var run = try writer.claimRun(
                    workspaceID: entry.workspaceID, id: entry.runID, owner: owner, at: now)
                run.journeyVersion = version
                try writer.updateRun(run)
                return run
            }
            log.info(
                event: "run_started", "a run begins",
                [
                    "run_id": claimed.id, "journey_id": claimed.journeyID, "workspace_id": claimed.workspaceID,
                    "trigger": claimed.trigger.rawValue, "trace_id": claimed.traceID ?? "",
                ])
            return (record, claimed)
        }
    }

    private func prepare(
        _ record: JourneyRecord, _ run: RunRecord, _ runControl: RunControl
    ) throws -> RunExecution {
        let journey = try definition(record, version: run.journeyVersion)
        let result = try compiler.compile(workspaceID: run.workspaceID, journeyID: run.journeyID, journey: journey)
        guard let compiled = result.compiled else {
            throw RunFailure(result.errors.map(\.message).joined(separator: "; "))
        }
        // Before anybody moves. When the run is stopped meanwhile, nobody does.
        _ = try shiftWaits(run.workspaceID, run.journeyID, compiled) { runControl.stop != nil }
        let store = try members.store(run.workspaceID)
        let number = try store.journeyNumber(run.journeyID)
        try store.deleteRunProgress(of: number, but: run.id)
        var edits = try edits(record, now: journey, members: store, besides: run.id)
        if let pause = try store.movedBy(number) { edits.handOver(after: pause, compiled, try store.tiles(number)) }
        return try RunExecution(
            run: run, compiled: compiled, plugins: plugins, members: store, warehouse: warehouse, control: runControl,
            clock: clock, isEntryOpen: run.trigger != .timer && record.status != .draining, edits: edits,
            settings: runSettings, standsStill: { [self] in standsStill(run, $0) })
    }

    var runSettings: RunExecution.Settings {
        var settings = RunExecution.Settings()
        settings.batchRows = configuration.batchRows
        settings.commitRows = 8 * configuration.batchRows
        settings.stagedRows = 4 * configuration.batchRows
        settings.silenceLimit = configuration.silenceLimit
        return settings
    }

    func definition(_ record: JourneyRecord, version: Int) throws -> Journey {
        if version == record.version { return record.journey }
        let stored = try control.read {
            try $0.journeyVersion(workspaceID: record.workspaceID, id: record.id, version: version)
        }
        guard let stored else { throw RunFailure("version \(version) of the journey is gone") }
        return stored.journey
    }

    private func finish(
        _ execution: RunExecution, _ record: JourneyRecord, _ run: RunRecord, _ ending: RunExecution.Ending
    ) throws {
        if ending == .interrupted { return }
        var run = run
        run.status = ending == .completed ? .completed : .cancelled
        // Before the run is told to have ended: else a kill between the two has the next one ask all waits once more.
        if run.status == .completed, let pause = execution.edits.pause {
            try execution.members.noteAsked(execution.journeyNumber, after: pause)
        }
        try close(&run, execution.counts, execution.tileCounts)
        try lifecycle.withLock { _ in
            guard let present = try control.read({ try $0.journey(workspaceID: run.workspaceID, id: run.journeyID) })
            else { return }
            let isHeld = held.withLock { $0[run.journeyID] != nil }
            if run.status == .completed, !isHeld, present.status == .error || !present.statusError.isEmpty {
                let status = present.status == .error ? JourneyStatus.active : present.status
                let (id, now) = (run.journeyID, clock.now())
                try control.write {
                    try $0.setJourneyStatus(
                        workspaceID: present.workspaceID, id: id, from: [present.status], to: status, at: now)
                }
            }
            failures.update { $0[run.journeyID] = nil }
            stalled.update { $0[run.journeyID] = nil }
            try settle(find(run.workspaceID, run.journeyID), after: occasion(execution.control))
        }
    }

    /// The run failed as a whole: its journey is in error, and is tried again after a pause.
    private func fail(_ record: JourneyRecord, _ run: RunRecord, _ runControl: RunControl, _ reason: String) throws {
        log.error(
            event: "run_failed", "a run failed", ["run_id": run.id, "journey_id": run.journeyID, "error": reason])
        var run = run
        let state = runControl.state.withLock { $0 }
        run.status = state.stop == .cancel ? .cancelled : .failed
        run.error = reason
        try close(&run, state.counts, state.tiles)
        try lifecycle.withLock { _ in
            guard let present = try control.read({ try $0.journey(workspaceID: run.workspaceID, id: run.journeyID) })
            else { return }
            if run.status == .failed, [.active, .error, .draining].contains(present.status) {
                // A journey that drains goes on draining: `active` would let members in again.
                let status = present.status == .draining ? JourneyStatus.draining : .error
                let now = clock.now()
                let reason = held.withLock { $0[run.journeyID]?.text } ?? reason
                try control.write {
                    try $0.setJourneyStatus(
                        workspaceID: present.workspaceID, id: present.id, from: [present.status], to: status,
                        error: reason, at: now)
                }
                failures.update { failures in
                    let count = failures[run.journeyID]?.count ?? 0
                    failures[run.journeyID] = Failures(count: count + 1, trigger: run.trigger)
                }
            }
            stalled.update { $0[run.journeyID] = nil }
            settle(try find(run.workspaceID, run.journeyID), after: occasion(runControl))
        }
    }

    private func occasion(_ runControl: RunControl) -> Occasion {
        runControl.state.withLock { $0.isOfJourney } ? .goesOn : .runEnded
    }

    private func close(_ run: inout RunRecord, _ counts: RunCounts, _ tiles: [String: RunTileCounts]) throws {
        run.counts = counts
        run.tiles = tiles
        run.finishedAt = clock.now()
        do {
            let ended = run
            try control.write { try $0.updateRun(ended) }
        } catch StoreError.staleFence {
            // It was cancelled in the moment of its end: it keeps that status and gets its last counts.
            run.status = .cancelled
            let ended = run
            try control.write { try $0.updateRun(ended) }
        }
        endedRuns.withLock { $0.count(run) }
        tellEnd(of: run)
        do {
            try members.store(run.workspaceID).deleteRunProgress(run.id)
        } catch {
            // Only room is lost by it, until the next start.
            log.warning(
                event: "run_progress_stays", "the progress of a run that has ended stays",
                ["run_id": run.id, "error": "\(error)"])
        }
    }

    private func tellEnd(of run: RunRecord) {
        log.write(.info, event: "run_ended", "a run has ended") { line in
            line.add("run_id", run.id)
            line.add("journey_id", run.journeyID)
            line.add("workspace_id", run.workspaceID)
            line.add("trigger", run.trigger.rawValue)
            line.add("trace_id", run.traceID ?? "")
            line.add("status", run.status.rawValue)
            line.add(milliseconds: "duration_ms", of: (run.finishedAt ?? 0) - (run.startedAt ?? run.createdAt))
            line.add("entered", run.counts.entered)
            line.add("moved", run.counts.moved)
            line.add("completed", run.counts.completed)
            line.add("exited", run.counts.exited)
            line.add("failed", run.counts.failed)
            line.add("delivered", run.counts.delivered)
            line.add("skipped", run.counts.skipped)
        }
    }
}
