import Engine
import HTTPServer
import Journeys
import Store

/// `/journeys/{id}/runs` and trigger.
enum RunRoutes {
    static func trigger(_ call: Call) throws -> Reply {
        try call.expectNoBody()
        let run = try call.rooms.engine.trigger(
            workspaceID: call.workspaceID, journeyID: call.id("journey"), by: call.actor,
            traceparent: TraceParent(call.head.headers)?.text, signed: call.pen)
        return .json(
            run.json, status: 201, location: call.location("journeys/\(run.journeyID)/runs/\(run.id)"))
    }

    /// The last 50 of those that are asked for, newest first; with a cursor all of them, part by part.
    static func list(_ call: Call) throws -> Reply {
        let journeyID = try call.id("journey")
        let items = try QueryItems(call.head)
        var query = try runQuery(items)
        let limit = try items.cursorLimit()
        if let limit { query.limit = limit + 1 }
        let (asked, page) = (query, try items.page())
        var runs = try call.rooms.control.read { reader in
            guard try reader.journeyHead(workspaceID: call.workspaceID, id: journeyID) != nil else {
                throw APIError.notFound("journey")
            }
            if let id = asked.after, try reader.run(workspaceID: call.workspaceID, journeyID: journeyID, id: id) == nil
            {
                throw APIError.query("cursor", "is not one that was given out")
            }
            return try reader.runs(workspaceID: call.workspaceID, journeyID: journeyID, asked)
        }
        guard let limit else { return .list(runs.map { call.rooms.engine.live($0).json }, page) }
        let goesOn = runs.count > limit
        if goesOn { runs.removeLast(runs.count - limit) }
        return .list(
            JSON.array(runs.map { call.rooms.engine.live($0).json }).serialized(),
            next: goesOn ? runs.last.map { Cursor.encode(Array("\(order(asked)) \($0.id)".utf8)) } : nil)
    }

    private static func runQuery(_ items: QueryItems) throws -> RunQuery {
        try items.expectOnly(["page", "page_size", "cursor", "limit", "status", "trigger", "sort"])
        var query = RunQuery()
        let statuses = try items.words("status", RunStatus.allCases.map(\.rawValue))
        let triggers = try items.words("trigger", RunTrigger.allCases.map(\.rawValue))
        query.statuses = Set(statuses.compactMap(RunStatus.init))
        query.triggers = Set(triggers.compactMap(RunTrigger.init))
        switch items["sort"] {
        case nil, "-created_at"?: break
        case "created_at"?: query.isAscending = true
        default: throw APIError.query("sort", "must be created_at or -created_at")
        }
        guard let text = items["cursor"] else { return query }
        let parts = Cursor.decode(text).flatMap { String(validating: $0, as: UTF8.self) }?.split(separator: " ")
        guard let parts, parts.count == 2, let id = UUIDText.normalized(String(parts[1])) else {
            throw APIError.query("cursor", "is not one that was given out")
        }
        guard parts[0] == order(query) else { throw APIError.cursor(of: String(parts[0]), in: order(query)) }
        query.after = id
        return query
    }

    private static func order(_ query: RunQuery) -> String { query.isAscending ? "created_at" : "-created_at" }

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
            workspaceID: call.workspaceID, journeyID: call.id("journey"), runID: runID, signed: call.pen)
        return .status("cancelled")
    }
}
