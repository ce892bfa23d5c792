import HTTPServer
import Journeys
import Store
import Warehouse

/// `/sources`: where models read from. So far there is one type, the embedded one, made with each workspace.
enum SourceRoutes {
    private static let fields: Set<String> = ["name", "source_type", "config"]
    private static let serverFields: Set<String> = [
        "id", "workspace_id", "connection_id", "status", "status_error", "created_by", "created_at", "updated_at",
    ]

    static func list(_ call: Call) throws -> Reply {
        let query = try call.listQuery(statuses: ResourceStatus.all)
        return .list(try call.rooms.control.read { try $0.sources(workspaceID: call.workspaceID, query) }, query, json)
    }

    static func get(_ call: Call) throws -> Reply {
        try call.object(.source, "source") { reader, id in
            try reader.source(workspaceID: call.workspaceID, id: id).map { ObjectText(json($0), etag: $0.etag) }
        }
    }

    /// For a workspace whose embedded source was deleted.
    static func create(_ call: Call) throws -> Reply {
        var fields = BodyFields(try call.json(), known: fields, ignored: serverFields)
        let name = fields.required("name")
        let type = fields.required("source_type")
        let config = fields.object("config", [:])
        check(type, config, &fields)
        try fields.finish()
        let workspaceID = call.workspaceID
        guard try call.rooms.control.read({ try $0.embeddedSource(workspaceID: workspaceID) }) == nil else {
            throw APIError(409, "conflict", "The workspace has its embedded source already: there is one per workspace")
        }
        try call.rooms.warehouse.createEmbedded(workspaceID: workspaceID)
        let now = call.now
        let source = SourceRecord(
            id: try call.newID(), workspaceID: workspaceID, name: name, sourceType: type, config: config,
            createdBy: call.actor, createdAt: now, updatedAt: now)
        let reply = Reply.json(
            json(source), status: 201, etag: source.etag, location: call.location("sources/\(source.id)"))
        let pen = call.pen
        return try call.commit { writer in
            try writer.insertSource(source)
            try pen.note(AuditChange(.created, .source, source.id, after: reply.body), writer)
            return reply
        }
    }

    static func update(_ call: Call) throws -> Reply {
        let id = try call.id("source")
        let body = try call.json()
        let (workspaceID, head, now, pen) = (call.workspaceID, call.head, call.now, call.pen)
        let source = try call.rooms.control.write { writer in
            guard let present = try writer.source(workspaceID: workspaceID, id: id) else {
                throw APIError.notFound("source")
            }
            try head.requireMatch(present.etag)
            var source = present
            var fields = BodyFields(body, known: fields, ignored: serverFields)
            source.name = fields.required("name", source.name)
            let type = fields.required("source_type", source.sourceType)
            source.config = fields.object("config", source.config)
            check(type, source.config, &fields)
            try fields.finish()
            source.updatedAt = now
            let updated = try writer.updateSource(source)
            try pen.note(AuditChange(.updated, .source, id, from: json(present), to: json(updated)), writer)
            return updated
        }
        return .json(json(source), etag: source.etag)
    }

    static func delete(_ call: Call) throws -> Reply {
        let id = try call.id("source")
        let (workspaceID, head, now, pen) = (call.workspaceID, call.head, call.now, call.pen)
        _ = try call.rooms.control.write { writer in
            guard let source = try writer.source(workspaceID: workspaceID, id: id) else {
                throw APIError.notFound("source")
            }
            try head.requireMatch(source.etag)
            try InUse.refuse("source", InUse.users(ofSource: id, workspaceID: workspaceID, writer))
            try writer.deleteSource(workspaceID: workspaceID, id: id, at: now)
            try pen.note(AuditChange(.deleted, .source, id, before: json(source)), writer)
        }
        try call.rooms.warehouse.removeEmbedded(workspaceID: workspaceID)
        return .status("deleted")
    }

    /// Whether a source of these settings could be used.
    static func testConfig(_ call: Call) throws -> Reply {
        var fields = BodyFields(try call.json(), known: fields, ignored: serverFields)
        let type = fields.required("source_type")
        check(type, fields.object("config", [:]), &fields)
        try fields.finish()
        return .json(["status": "connected", "status_error": ""])
    }

    /// Reads the source and notes what came of it.
    static func test(_ call: Call) throws -> Reply {
        try call.expectNoBody()
        let source = try find(call)
        var status = "connected"
        var problem = ""
        do {
            _ = try call.rooms.warehouse.tables(workspaceID: source.workspaceID)
        } catch let error as SourceGone {
            (status, problem) = ("error", error.message)
        }
        let (text, reason, now) = (status, problem, call.now)
        try call.rooms.control.write { writer in
            try writer.setSourceStatus(
                workspaceID: source.workspaceID, id: source.id, status: text, error: reason, at: now)
        }
        return .json(["status": .string(status), "status_error": .string(problem)])
    }

    /// The source of the path.
    static func find(_ call: Call) throws -> SourceRecord {
        let id = try call.id("source")
        guard let source = try call.rooms.control.read({ try $0.source(workspaceID: call.workspaceID, id: id) }) else {
            throw APIError.notFound("source")
        }
        return source
    }

    private static func check(_ type: String, _ config: JSON, _ fields: inout BodyFields) {
        if !type.isEmpty, type != "embedded" {
            fields.refuse("/source_type", "source_type must be 'embedded': no other kind of source is supported yet")
        }
        for name in (config.objectValue ?? [:]).keys.sorted() {
            fields.refuseShape(JSON.pointer("config", .key(name)), "an embedded source has no settings: remove it")
        }
    }

    static func json(_ source: SourceRecord) -> JSON {
        [
            "id": .string(source.id), "workspace_id": .string(source.workspaceID), "name": .string(source.name),
            "source_type": .string(source.sourceType), "config": source.config,
            "connection_id": source.connectionID.map { .string($0) } ?? .null, "status": .string(source.status),
            "status_error": .string(source.statusError), "created_by": .string(source.createdBy),
            "created_at": .string(Timestamp.api(source.createdAt)),
            "updated_at": .string(Timestamp.api(source.updatedAt)),
        ]
    }
}
