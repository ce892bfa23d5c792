import Crypto
import Journeys
import Store

/// A journey's life (DESIGN.md 4): every call is checked against the one table of transitions.
extension Engine {
    /// What keeps a journey from running; empty when nothing does.
    public func validate(workspaceID: String, journeyID: String) throws -> [ValidationError] {
        let record = try find(workspaceID, journeyID)
        return try compile(record, checksFields: true).errors
    }

    /// Activates, pauses, resumes, drains or archives a journey.
    /// - Parameter pen: signs the change in the audit log, as with all calls that take one.
    /// - Throws: `EngineError`.
    public func change(
        _ call: JourneyCall, workspaceID: String, journeyID: String, signed pen: AuditPen? = nil
    ) throws -> JourneyRecord {
        try lifecycle.withLock { _ in
            let record = try find(workspaceID, journeyID)
            let status = try allowed(call, record)
            if JourneyTransitions.mustBeValid(from: record.status, call: call) {
                let errors = try compile(record, checksFields: true).errors
                if !errors.isEmpty { throw EngineError.invalid(errors) }
            }
            let now = clock.now()
            let stopsRuns = status == .paused || status == .archived
            let notePause = notePause(record, becomes: status, at: now)
            let action = AuditAction(call)
            try control.write { writer in
                try writer.setJourneyStatus(
                    workspaceID: workspaceID, id: journeyID, from: [record.status], to: status, at: now)
                try notePause(writer)
                let statuses: [JSON] = [record.status, status].map { ["status": .string($0.rawValue)] }
                try pen?.note(AuditChange(action, .journey, journeyID, before: statuses[0], after: statuses[1]), writer)
                if stopsRuns { try writer.cancelRuns(workspaceID: workspaceID, journeyID: journeyID, at: now) }
            }
            // In the store they are cancelled now, on their threads at the next batch.
            if stopsRuns { queue.cancel(journeyID) }
            // A run in progress lets nobody in any more.
            if status == .draining { queue.running(journeyID)?.closeEntry() }
            // A person has mended what failed: it is tried again at once.
            if call == .resume { failures.update { $0[journeyID]?.count = 0 } }
            let changed = try renewHold(find(workspaceID, journeyID))
            let wasStanding = record.status == .paused || call == .resume
            // Under the lock, so that of two changes the later one is planned last.
            settle(changed, after: wasStanding ? .goesOn : .change)
            return changed
        }
    }

    /// Replaces a journey's definition by what `change` makes of it.
    /// - Parameter isExpected: whether the journey is as the caller thinks (`If-Match`).
    /// - Throws: `EngineError`, and what `change` throws.
    public func update(
        workspaceID: String, journeyID: String, by actor: String, signed pen: AuditPen? = nil,
        isExpected: (JourneyRecord) -> Bool = { _ in true }, _ change: (Journey) throws -> Journey
    ) throws -> JourneyRecord {
        try lifecycle.withLock { _ in
            try updateWhilePluginsStay(
                workspaceID: workspaceID, journeyID: journeyID, by: actor, signed: pen, isExpected: isExpected, change)
        }
    }

    /// The same inside `whilePluginsStay`, and in one transaction with what `others` writes before it.
    @discardableResult
    public func updateWhilePluginsStay(
        workspaceID: String, journeyID: String, by actor: String, signed pen: AuditPen?,
        isExpected: (JourneyRecord) -> Bool,
        alongside others: @escaping @Sendable (ControlWriter) throws -> Void = { _ in },
        _ change: (Journey) throws -> Journey
    ) throws -> JourneyRecord {
        let record = try find(workspaceID, journeyID)
        guard isExpected(record) else { throw EngineError.changed }
        _ = try allowed(.update, record)
        let journey = try change(record.journey)
        if JourneyTransitions.mustBeValid(from: record.status, call: .update) {
            let errors = try compiler.compile(
                workspaceID: workspaceID, journeyID: journeyID, journey: journey, checksFields: true
            ).errors
            if !errors.isEmpty { throw EngineError.invalid(errors) }
        }
        let now = clock.now()
        let noted = AuditChange(
            .updated, .journey, journeyID, from: .object(record.journey.toJSON()), to: .object(journey.toJSON()))
        let updated = try control.write { writer in
            try others(writer)
            try pen?.note(noted, writer)
            return try writer.updateJourney(
                workspaceID: workspaceID, id: journeyID, journey: journey, by: actor, at: now)
        }
        let changed = try renewHold(updated)
        settle(changed)
        return changed
    }

    /// Removes a journey at once; its members follow in bounded steps.
    /// - Throws: `EngineError`.
    public func delete(
        workspaceID: String, journeyID: String, signed pen: AuditPen? = nil,
        isExpected: (JourneyRecord) -> Bool = { _ in true }
    ) throws {
        try lifecycle.withLock { _ in
            let record = try find(workspaceID, journeyID)
            guard isExpected(record) else { throw EngineError.changed }
            _ = try allowed(.delete, record)
            let now = clock.now()
            try control.write { writer in
                try writer.deleteJourney(workspaceID: workspaceID, id: journeyID, at: now)
                try pen?.note(AuditChange(.deleted, .journey, journeyID, before: record.json), writer)
            }
            queue.cancel(journeyID)
        }
        timetable.remove(journeyID)
        housekeeper.enqueue(Housekeeper.Task(workspaceID: workspaceID, journeyID: journeyID, kind: .remove))
    }

    /// Counts of a journey's members by tile and in all, from counters: as quick with ten million members as with ten.
    /// Nil counts when nobody has ever entered.
    public func stats(
        workspaceID: String, journeyID: String
    ) throws -> (record: JourneyRecord, stats: JourneyStats?) {
        let record = try find(workspaceID, journeyID)
        let store = try members.store(workspaceID)
        return (record, try store.knownJourneyNumber(journeyID).map(store.stats))
    }

    // MARK: Helpers

    func find(_ workspaceID: String, _ journeyID: String) throws -> JourneyRecord {
        guard let record = try control.read({ try $0.journey(workspaceID: workspaceID, id: journeyID) }) else {
            throw EngineError.notFound("There is no such journey in this workspace")
        }
        return record
    }

    func compile(_ record: JourneyRecord, checksFields: Bool = false) throws -> JourneyCompiler.Result {
        try compiler.compile(
            workspaceID: record.workspaceID, journeyID: record.id, journey: record.journey, checksFields: checksFields)
    }

    func allowed(_ call: JourneyCall, _ record: JourneyRecord) throws -> JourneyStatus {
        switch JourneyTransitions.next(from: record.status, call: call) {
        case .allowed(let status): return status
        case .refused:
            throw EngineError.wrongState(
                record.status, message: JourneyTransitions.refusal(from: record.status, call: call))
        }
    }

    /// Why a journey's starts are planned.
    enum Occasion {
        /// Something about it is new.
        case change
        /// One of its runs has ended, by this thread.
        case runEnded
        /// It stood still, and what had kept it is over; or its last run ended after that, which had begun before.
        case goesOn
    }

    /// What a new status or definition means for the timetable and for the members.
    func settle(_ record: JourneyRecord, after occasion: Occasion = .change) {
        switch record.status {
        case .archived:
            timetable.remove(record.id)
            housekeeper.enqueue(
                Housekeeper.Task(workspaceID: record.workspaceID, journeyID: record.id, kind: .archive))
        case .draining:
            plan(record, after: occasion)
            housekeeper.enqueue(
                Housekeeper.Task(workspaceID: record.workspaceID, journeyID: record.id, kind: .drain))
        case .active, .error: plan(record, after: occasion)
        case .draft, .paused: timetable.remove(record.id)
        }
    }
}
