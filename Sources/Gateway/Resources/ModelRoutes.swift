import HTTPServer
import Journeys
import Store
import Warehouse

/// `/models`: queries over a source, whose rows journeys are about.
enum ModelRoutes {
    static let serverFields: Set<String> = [
        "id", "workspace_id", "status", "status_error", "created_by", "created_at", "updated_at",
    ]

    static func list(_ call: Call) throws -> Reply {
        let query = try call.listQuery(statuses: ResourceStatus.all)
        return .list(try call.rooms.control.read { try $0.models(workspaceID: call.workspaceID, query) }, query, json)
    }

    static func get(_ call: Call) throws -> Reply {
        try call.object(.model, "model") { reader, id in
            try reader.model(workspaceID: call.workspaceID, id: id).map { ObjectText(json($0), etag: $0.etag) }
        }
    }

    static func create(_ call: Call) throws -> Reply {
        let now = call.now
        let blank = ModelRecord(
            id: try call.newID(), workspaceID: call.workspaceID, sourceID: "", name: "", sqlQuery: "",
            createdBy: call.actor, createdAt: now, updatedAt: now)
        let model = try ModelInput.read(call.json(), over: blank, isNew: true, call)
        let reply = Reply.json(
            json(model), status: 201, etag: model.etag, location: call.location("models/\(model.id)"))
        let pen = call.pen
        return try call.commit { writer in
            try writer.insertModel(model)
            try pen.note(AuditChange(.created, .model, model.id, after: reply.body), writer)
            return reply
        }
    }

    static func update(_ call: Call) throws -> Reply {
        let present = try find(call)
        try call.head.requireMatch(present.etag)
        var model = try ModelInput.read(call.json(), over: present, isNew: false, call)
        model.updatedAt = call.now
        model.status = "connected"
        model.statusError = ""
        let (changed, pen) = (model, call.pen)
        let updated = try call.rooms.control.write { writer in
            // Describing its SQL took a while: someone may have been faster.
            guard let now = try writer.model(workspaceID: changed.workspaceID, id: changed.id) else {
                throw APIError.notFound("model")
            }
            guard now.version == present.version else {
                throw APIError(409, "conflict", "The model was changed by someone else meanwhile: read it again")
            }
            let updated = try writer.updateModel(changed)
            try pen.note(AuditChange(.updated, .model, updated.id, from: json(present), to: json(updated)), writer)
            return updated
        }
        return .json(json(updated), etag: updated.etag)
    }

    static func delete(_ call: Call) throws -> Reply {
        let id = try call.id("model")
        let (workspaceID, head, pen) = (call.workspaceID, call.head, call.pen)
        _ = try call.rooms.control.write { writer in
            guard let model = try writer.model(workspaceID: workspaceID, id: id) else {
                throw APIError.notFound("model")
            }
            try head.requireMatch(model.etag)
            try InUse.refuse("model", InUse.users(ofModel: id, workspaceID: workspaceID, writer))
            try writer.deleteModel(workspaceID: workspaceID, id: id)
            try pen.note(AuditChange(.deleted, .model, id, before: json(model)), writer)
        }
        return .status("deleted")
    }

    /// The model of the path.
    static func find(_ call: Call) throws -> ModelRecord {
        let id = try call.id("model")
        guard let model = try call.rooms.control.read({ try $0.model(workspaceID: call.workspaceID, id: id) }) else {
            throw APIError.notFound("model")
        }
        return model
    }

    static func json(_ model: ModelRecord) -> JSON {
        [
            "id": .string(model.id), "workspace_id": .string(model.workspaceID), "source_id": .string(model.sourceID),
            "name": .string(model.name), "description": .string(model.description),
            "sql_query": .string(model.sqlQuery), "columns": .array(model.columns.map(\.json)),
            "entity_type": .string(model.entityType),
            "primary_key_column": model.primaryKeyColumn.map { .string($0) } ?? .null,
            "timestamp_column": model.timestampColumn.map { .string($0) } ?? .null,
            "model_type": .string(model.modelType), "status": .string(model.status),
            "status_error": .string(model.statusError), "created_by": .string(model.createdBy),
            "created_at": .string(Timestamp.api(model.createdAt)),
            "updated_at": .string(Timestamp.api(model.updatedAt)),
        ]
    }
}
