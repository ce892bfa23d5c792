import Journeys

/// One evaluation of a journey.
public struct RunRecord: Sendable, Equatable {
    public var id: String
    public var workspaceID: String
    public var journeyID: String
    /// The version of the definition that it works on.
    public var journeyVersion: Int
    public var status: RunStatus
    public var trigger: RunTrigger
    public var error: String
    public var counts: RunCounts
    /// By tile id.
    public var tiles: [String: RunTileCounts]
    public var startedAt: Int64?
    public var finishedAt: Int64?
    public var createdAt: Int64
    public var createdBy: String
    /// The gateway process that works on it; nil while it is queued.
    public var ownerID: String?
    /// Counts its owners: who holds an older number may not write it any more.
    public var fence: Int
    /// Where it stands in a trace, as W3C Trace Context writes it; empty for a run of an older gateway.
    public var traceparent: String

    public init(
        id: String, workspaceID: String, journeyID: String, journeyVersion: Int, status: RunStatus = .queued,
        trigger: RunTrigger, error: String = "", counts: RunCounts = RunCounts(), tiles: [String: RunTileCounts] = [:],
        startedAt: Int64? = nil, finishedAt: Int64? = nil, createdAt: Int64, createdBy: String, ownerID: String? = nil,
        fence: Int = 0, traceparent: String = ""
    ) {
        self.id = id
        self.workspaceID = workspaceID
        self.journeyID = journeyID
        self.journeyVersion = journeyVersion
        self.status = status
        self.trigger = trigger
        self.error = error
        self.counts = counts
        self.tiles = tiles
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.ownerID = ownerID
        self.fence = fence
        self.traceparent = traceparent
    }

    /// The id of the trace that it belongs to; nil without one.
    public var traceID: String? {
        let parts = traceparent.split(separator: "-")
        return parts.count > 1 ? String(parts[1]) : nil
    }

    /// The run object of the API.
    public var json: JSON {
        [
            "id": .string(id), "workspace_id": .string(workspaceID), "journey_id": .string(journeyID),
            "status": .string(status.rawValue), "trigger": .string(trigger.rawValue), "error": .string(error),
            "counts": counts.json, "tiles": .object(tiles.mapValues(\.json)),
            "started_at": startedAt.map { .string(Timestamp.api($0)) } ?? .null,
            "finished_at": finishedAt.map { .string(Timestamp.api($0)) } ?? .null,
            "created_at": .string(Timestamp.api(createdAt)), "created_by": .string(createdBy),
        ]
    }
}
