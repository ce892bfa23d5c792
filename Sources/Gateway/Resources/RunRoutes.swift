import Engine
import HTTPServer
import Journeys
import Store

/// `/journeys/{id}/runs` and trigger.
enum RunRoutes {
    static func trigger(_ call: Call) throws -> Reply {
        try call.expectNoBody()
        let run = try call.rooms.engine.trigger(
            workspaceID: call.workspaceID, journeyID: call.id("journey"), by: call.actor)
        return .json(
            run.json, status: 201, location: call.location("journeys/\(run.journeyID)/runs/\(run.id)"))
    }

    /// The last 50, newest first.
    static func list(_ call: Call) throws -> Reply {
        let journeyID = try call.id("journey")
        let page = try QueryItems(call.head).page()
        let runs = try call.rooms.control.read { reader in
            guard try reader.journeyHead(workspaceID: call.workspaceID, id: journeyID) != nil else {
                throw APIError.notFound("journey")
            }
            return try reader.runs(workspaceID: call.workspaceID, journeyID: journeyID)
        }
        return .list(runs.map { call.rooms.engine.live($0).json }, page)
    }

    /// With its counts as they are at this moment.
    static func get(_ call: Call) throws -> Reply {
        let journeyID = try call.id("journey")
        let runID = try call.id("run")
        let run = try call.rooms.control.read { reader in
            guard try reader.journeyHead(workspaceID: call.workspaceID, id: journeyID) != nil else {
                throw APIError.notFound("journey")
            }
            return try reader.run(workspaceID: call.workspaceID, journeyID: journeyID, id: runID)
        }
        guard let run else { throw APIError(404, "not_found", "There is no such run of this journey") }
        return .json(call.rooms.engine.live(run).json)
    }

    static func cancel(_ call: Call) throws -> Reply {
        try call.expectNoBody()
        let runID = try call.id("run")
        try call.rooms.engine.cancelRun(
            workspaceID: call.workspaceID, journeyID: call.id("journey"), runID: runID)
        return .status("cancelled")
    }
}
