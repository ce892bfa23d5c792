import HTTPServer
import Store

/// `/journeys/{id}/events` and `/journeys/{id}/runs/{id}/events`: how runs go, as server-sent events.
///
/// `state` when a run's status is another one, `progress` when its counts are, both with the run as GET shows it and with
/// `rows`; of a journey `journey` when its status or version is another one; and `end`, after which nothing comes.
enum EventRoutes {
    static func journey(_ call: Call, _ responder: Responder) throws {
        let journeyID = try call.id("journey")
        try call.rooms.control.read { reader in
            guard try reader.journeyHead(workspaceID: call.workspaceID, id: journeyID) != nil else {
                throw APIError.notFound("journey")
            }
        }
        try call.rooms.events.add(call, responder, journeyID: journeyID)
    }

    static func run(_ call: Call, _ responder: Responder) throws {
        let journeyID = try call.id("journey")
        let runID = try call.id("run")
        try call.rooms.control.read { reader in
            guard try reader.journeyHead(workspaceID: call.workspaceID, id: journeyID) != nil else {
                throw APIError.notFound("journey")
            }
            guard try reader.runStatus(workspaceID: call.workspaceID, journeyID: journeyID, id: runID) != nil else {
                throw APIError(404, "not_found", "There is no such run of this journey")
            }
        }
        try call.rooms.events.add(call, responder, journeyID: journeyID, runID: runID)
    }
}
