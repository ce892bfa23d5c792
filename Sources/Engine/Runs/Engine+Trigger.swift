import Crypto
import Journeys
import Store

/// Runs begin here, and are asked about and cancelled.
extension Engine {
    /// Starts an evaluation run now, or right after the present one.
    /// - Parameter traceparent: that of the call, well-formed; what the run sends belongs to its trace.
    /// - Throws: `EngineError`: also when one is queued already.
    public func trigger(
        workspaceID: String, journeyID: String, by actor: String, traceparent: String? = nil,
        signed pen: AuditPen? = nil
    ) throws -> RunRecord {
        try lifecycle.withLock { _ in
            let record = try find(workspaceID, journeyID)
            _ = try allowed(.trigger, record)
            if let queued = queue.queued(journeyID) {
                // A timer's run is no evaluation yet: it becomes the one that was asked for.
                if let run = try upgrade(
                    queued, to: .manual, by: actor, traceparent: traceparent, signed: pen)
                {
                    return run
                }
                throw EngineError.conflict(
                    "A run of this journey is queued already: wait for it, or cancel it, before triggering another")
            }
            return try start(record, trigger: .manual, by: actor, traceparent: traceparent, signed: pen)
        }
    }

    /// Cancels a queued or running run. What it has done stays; outcomes in flight are still committed.
    /// - Throws: `EngineError`.
    public func cancelRun(
        workspaceID: String, journeyID: String, runID: String, signed pen: AuditPen? = nil
    ) throws {
        try lifecycle.withLock { _ in
            _ = try find(workspaceID, journeyID)
            guard let run = try control.read({ try $0.run(workspaceID: workspaceID, journeyID: journeyID, id: runID) })
            else { throw EngineError.notFound("There is no such run of this journey") }
            guard !run.status.isFinal else {
                throw EngineError.conflict(
                    "The run is \(run.status.rawValue): only a queued or running one can be cancelled")
            }
            let now = clock.now()
            try control.write { writer in
                guard try writer.cancelRun(workspaceID: workspaceID, journeyID: journeyID, id: runID, at: now) else {
                    return
                }
                try pen?.note(
                    AuditChange(
                        .cancelled, .run, runID, before: ["status": .string(run.status.rawValue)],
                        after: ["journey_id": .string(journeyID), "status": "cancelled"]), writer)
            }
            queue.cancel(journeyID, runID: runID)
        }
    }

    /// The run with its counts as they are at this moment. Any thread, reactors too.
    public func live(_ run: RunRecord) -> RunRecord {
        guard let control = queue.running(run.journeyID), control.runID == run.id else { return run }
        var run = run
        let state = control.state.withLock { $0 }
        run.counts = state.counts
        run.tiles = state.tiles
        return run
    }

    /// A start that nobody asked for: a schedule, a retry, a wait, or what a run has failed at. One that finds a run queued is merged into it.
    func startDue(_ due: Timetable.Due) {
        do {
            try lifecycle.withLock { _ in
                if let waiting = queue.waiting(due.journeyID) {
                    // Merged into the queued run, which must let members in when this start would.
                    if due.trigger != .timer { _ = try upgrade(waiting, to: due.trigger, by: nil) }
                    return
                }
                guard let record = try control.read({ try $0.journey(workspaceID: due.workspaceID, id: due.journeyID) })
                else { return timetable.remove(due.journeyID) }
                guard case .allowed = JourneyTransitions.next(from: record.status, call: .trigger),
                    held.withLock({ $0[due.journeyID] == nil })
                else { return }
                _ = try start(record, trigger: due.trigger, by: record.createdBy)
            }
        } catch {
            log.error(
                event: "run_not_started", "a run could not be started; it is tried again in a moment",
                ["journey_id": due.journeyID, "error": "\(error)"])
            timetable.again(due, at: clock.now() + 10_000_000)
        }
    }

    /// Makes a queued timer run one that lets members in; nil when it is one already, or has begun.
    private func upgrade(
        _ entry: RunQueue.Entry, to trigger: RunTrigger, by actor: String?, traceparent: String? = nil,
        signed pen: AuditPen? = nil
    ) throws -> RunRecord? {
        // Without a trace to go on with it keeps its own.
        let trace = try traceparent.map { try RunTrace.traceparent(childOf: $0) }
        return try control.write { writer in
            let run = try writer.upgradeTimerRun(
                workspaceID: entry.workspaceID, id: entry.runID, to: trigger, createdBy: actor, traceparent: trace)
            if let run { try pen?.note(.triggered(run), writer) }
            return run
        }
    }

    /// Under the lifecycle lock.
    private func start(
        _ record: JourneyRecord, trigger: RunTrigger, by actor: String, traceparent: String? = nil,
        signed pen: AuditPen? = nil
    ) throws -> RunRecord {
        let run = RunRecord(
            id: try Crypto.uuid(), workspaceID: record.workspaceID, journeyID: record.id,
            journeyVersion: record.version, trigger: trigger, createdAt: clock.now(), createdBy: actor,
            traceparent: try RunTrace.traceparent(childOf: traceparent))
        try control.write { writer in
            try writer.insertRun(run)
            try writer.setLastRun(
                workspaceID: run.workspaceID, journeyID: run.journeyID, runID: run.id, at: run.createdAt)
            try pen?.note(.triggered(run), writer)
        }
        let entry = RunQueue.Entry(workspaceID: record.workspaceID, journeyID: record.id, runID: run.id)
        guard queue.enqueue(entry) else {
            let now = clock.now()
            _ = try control.write { writer in
                try writer.cancelRun(workspaceID: run.workspaceID, journeyID: run.journeyID, id: run.id, at: now)
            }
            throw EngineError.conflict("The gateway is stopping: trigger again in a moment")
        }
        return run
    }
}
