import Journeys
import Store

/// Runs that wait for the disk: it is full, may not be written to, or fails. They stay `running`, under their ids, and go on by
/// themselves; their journey is in error meanwhile and says why.
extension Engine {
    /// Whether a run stands still. Any thread.
    public var hasStalls: Bool { stalled.withLock { !$0.isEmpty } }

    /// Their reasons, each once. Any thread.
    public var stalls: [String] { Set(stalled.withLock { $0.values }).sorted() }

    /// The journeys of a workspace that a query asks for, as they are told of: chosen by the status that they are shown in.
    /// Any thread.
    public func shownJourneys(workspaceID: String, _ query: ListQuery) throws -> Listing<JourneyRecord> {
        // Of one moment: what is chosen and what is shown agree.
        let stalled = stalled.withLock { $0 }
        var query = query
        query.shownInError = Set(stalled.keys)
        let asked = query
        var found = try control.read { try $0.journeys(workspaceID: workspaceID, asked) }
        found.items = found.items.map { Self.shown($0, stalled[$0.id]) }
        return found
    }

    /// A journey as it is told of: in error while its run stands still, also where the disk did not take that either. Any thread.
    public func shown(_ record: JourneyRecord) -> JourneyRecord {
        Self.shown(record, stalled.withLock { $0[record.id] })
    }

    private static func shown(_ record: JourneyRecord, _ reason: String?) -> JourneyRecord {
        guard let reason else { return record }
        var record = record
        if record.status == .active { record.status = .error }
        record.statusError = reason
        return record
    }

    /// A run can't read or write what it must, for this reason; nil: it can again.
    func standsStill(_ run: RunRecord, _ reason: String?) {
        let before = stalled.update { stalled in
            defer { stalled[run.journeyID] = reason }
            return stalled[run.journeyID]
        }
        let fields: KeyValuePairs = ["run_id": run.id, "journey_id": run.journeyID, "error": reason ?? ""]
        if before == nil, reason != nil { log.error(event: "run_stalled", "a run stands still", fields) }
        if before != nil, reason == nil { log.info(event: "run_goes_on", "a run goes on", fields) }
        do {
            try lifecycle.withLock { _ in try show(reason, insteadOf: before, run) }
        } catch {
            // The same disk, mostly: the next attempt says it again.
            log.warning(
                event: "journey_status_not_stored", "a journey's status could not be stored",
                ["journey_id": run.journeyID, "error": "\(error)"])
        }
    }

    private func show(_ reason: String?, insteadOf before: String?, _ run: RunRecord) throws {
        let record = try find(run.workspaceID, run.journeyID)
        let status: JourneyStatus
        switch (record.status, reason) {
        case (.active, .some), (.error, .some): status = .error
        case (.error, nil) where record.statusError == before: status = .active
        case (.draining, _): status = .draining
        default: return
        }
        if record.status == status, record.statusError == reason ?? "" { return }
        let now = clock.now()
        try control.write {
            try $0.setJourneyStatus(
                workspaceID: record.workspaceID, id: record.id, from: [record.status], to: status, error: reason ?? "",
                at: now)
        }
    }

    /// Of a run that stood still: writes to its members' file before anything is sent.
    func proveWritable(_ run: RunRecord) throws {
        guard stalled.withLock({ $0[run.journeyID] != nil }) else { return }
        try members.store(run.workspaceID).proveWritable()
        standsStill(run, nil)
    }
}
