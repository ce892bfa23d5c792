import HTTPServer
import Journeys
import Store

/// `/api/v1/workspaces`, for operators.
enum WorkspaceRoutes {
    static func list(_ call: Call) throws -> Reply {
        let page = try QueryItems(call.head).page()
        let workspaces = try call.rooms.control.read { try $0.workspaces(page: page) }
        return .list(workspaces.items.map(json), total: workspaces.total, page: page)
    }

    static func get(_ call: Call) throws -> Reply {
        let id = call.text("id").flatMap(UUIDText.normalized) ?? ""
        guard let workspace = try call.rooms.control.read({ try $0.workspace(id: id) }) else {
            throw APIError(404, "not_found", "There is no such workspace")
        }
        return .json(json(workspace), etag: workspace.etag)
    }

    /// Makes a workspace with its embedded source and its first key, which is shown once.
    static func create(_ call: Call) throws -> Reply {
        var fields = BodyFields(try call.json(), known: ["name"], ignored: ["id", "created_at"])
        let name = fields.required("name")
        try fields.finish()
        let workspace = try NewWorkspace(name: name, by: call.actor, now: call.now)
        try call.rooms.warehouse.createEmbedded(workspaceID: workspace.record.id)
        var object = json(workspace.record).objectValue ?? [:]
        object["embedded_source_id"] = .string(workspace.source.id)
        object["api_key"] = .string(workspace.secret.text)
        let reply = Reply.json(
            .object(object), status: 201, etag: workspace.record.etag,
            location: "/api/v1/workspaces/\(workspace.record.id)")
        let pen = call.pen
        return try call.commit { writer in
            try workspace.insert(writer, signed: pen)
            return reply
        }
    }

    static func json(_ workspace: WorkspaceRecord) -> JSON {
        [
            "id": .string(workspace.id), "name": .string(workspace.name),
            "created_at": .string(Timestamp.api(workspace.createdAt)),
        ]
    }
}
