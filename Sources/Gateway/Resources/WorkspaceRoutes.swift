import HTTPServer
import Journeys
import Store

/// `/api/v1/workspaces`, for operators.
///
/// None is deleted by a call: that would take all that a customer has, and the audit log that tells who did it, with one key that
/// may see nothing of it. A workspace without a key that is good is closed; its files are the operator's.
enum WorkspaceRoutes {
    private static let serverFields: Set<String> = ["id", "created_at", "updated_at"]

    static func list(_ call: Call) throws -> Reply {
        let query = try call.listQuery(statuses: [])
        return .list(try call.rooms.control.read { try $0.workspaces(query) }, query, json)
    }

    static func get(_ call: Call) throws -> Reply {
        let id = id(call)
        guard let workspace = try call.rooms.control.read({ try $0.workspace(id: id) }) else { throw notFound }
        return .json(json(workspace), etag: workspace.etag)
    }

    /// Another name. It stands in the audit log of the server and in the workspace's own.
    static func update(_ call: Call) throws -> Reply {
        let id = id(call)
        let body = try call.json()
        let (head, now, pen) = (call.head, call.now, call.pen)
        let workspace = try call.rooms.control.write { writer in
            guard let present = try writer.workspace(id: id) else { throw notFound }
            try head.requireMatch(present.etag)
            var fields = BodyFields(body, known: ["name"], ignored: serverFields)
            let name = fields.required("name", present.name)
            try fields.finish()
            if name.utf8.elementsEqual(present.name.utf8) { return present }
            let renamed = try writer.renameWorkspace(id: id, to: name, at: now)
            let change = AuditChange(.updated, .workspace, id, from: json(present), to: json(renamed))
            try pen.note(change, writer)
            try AuditPen(pen.author, workspaceID: id, at: pen.at).note(change, writer)
            return renamed
        }
        return .json(json(workspace), etag: workspace.etag)
    }

    private static let notFound = APIError(404, "not_found", "There is no such workspace")

    private static func id(_ call: Call) -> String { call.text("id").flatMap(UUIDText.normalized) ?? "" }

    /// Makes a workspace with its embedded source and its first key, which is shown once.
    static func create(_ call: Call) throws -> Reply {
        var fields = BodyFields(try call.json(), known: ["name"], ignored: serverFields)
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
            "updated_at": .string(Timestamp.api(workspace.updatedAt)),
        ]
    }
}
