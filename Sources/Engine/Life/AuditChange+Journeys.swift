import Journeys
import Store

extension AuditAction {
    /// What a call does to a journey.
    init(_ call: JourneyCall) {
        self =
            switch call {
            case .activate: .activated
            case .pause: .paused
            case .resume: .resumed
            case .drain: .drained
            case .archive: .archived
            case .trigger: .triggered
            case .update: .updated
            case .delete: .deleted
            }
    }
}

extension AuditChange {
    static func triggered(_ run: RunRecord) -> AuditChange {
        AuditChange(
            .triggered, .run, run.id,
            after: ["journey_id": .string(run.journeyID), "journey_version": .integer(Int64(run.journeyVersion))])
    }
}
