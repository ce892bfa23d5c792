import HTTPServer
import Journeys
import Store

/// `/api-keys`: keys of a workspace. A key's text is shown once, when it is made.
enum APIKeyRoutes {
    private static let fields: Set<String> = ["name", "role", "expires_at"]
    private static let serverFields: Set<String> = [
        "id", "workspace_id", "key_prefix", "status", "created_by", "created_at", "updated_at",
    ]

    static func list(_ call: Call) throws -> Reply {
        let page = try QueryItems(call.head).page()
        let keys = try call.rooms.control.read { try $0.apiKeys(workspaceID: call.workspaceID, page: page) }
        return .list(keys.items.map(json), total: keys.total, page: page)
    }

    static func get(_ call: Call) throws -> Reply {
        let id = try call.id("key")
        guard let key = try call.rooms.control.read({ try $0.apiKey(workspaceID: call.workspaceID, id: id) }) else {
            throw APIError.notFound("API key")
        }
        return .json(json(key), etag: key.etag)
    }

    static func create(_ call: Call) throws -> PreparedWrite {
        var fields = BodyFields(try call.json(), known: fields, ignored: serverFields)
        let name = fields.required("name")
        let role = role(fields.optional("role"), &fields)
        let expiry = expiry(fields.optional("expires_at"), &fields, now: call.now)
        try fields.finish()
        let secret = try APIKeySecret(role: role)
        let now = call.now
        let record = APIKeyRecord(
            id: try call.newID(), workspaceID: call.workspaceID, name: name, prefix: secret.prefix, role: role,
            expiresAt: expiry, createdBy: call.actor, createdAt: now, updatedAt: now)
        var object = json(record).objectValue ?? [:]
        object["key"] = .string(secret.text)
        let reply = Reply.json(
            .object(object), status: 201, etag: record.etag, location: call.location("api-keys/\(record.id)"))
        return { writer in
            try writer.insertAPIKey(record, digest: secret.digest)
            return reply
        }
    }

    /// The key stops working before this is answered.
    static func revoke(_ call: Call) throws -> Reply {
        let id = try call.id("key")
        let workspaceID = call.workspaceID
        let now = call.now
        let head = call.head
        _ = try call.rooms.control.write { writer in
            guard let key = try writer.apiKey(workspaceID: workspaceID, id: id) else {
                throw APIError.notFound("API key")
            }
            try head.requireMatch(key.etag)
            try writer.revokeAPIKey(workspaceID: workspaceID, id: id, at: now)
        }
        call.rooms.authenticator.revoke(id)
        return .status("revoked")
    }

    static func json(_ key: APIKeyRecord) -> JSON {
        [
            "id": .string(key.id), "workspace_id": key.workspaceID.map { .string($0) } ?? .null,
            "name": .string(key.name), "key_prefix": .string(key.prefix), "role": .string(key.role.rawValue),
            "status": .string(key.status.rawValue),
            "expires_at": key.expiresAt.map { .string(Timestamp.api($0)) } ?? .null,
            "created_by": .string(key.createdBy), "created_at": .string(Timestamp.api(key.createdAt)),
            "updated_at": .string(Timestamp.api(key.updatedAt)),
        ]
    }

    /// The product's keys have no role: a key made without one may do everything in its workspace.
    private static func role(_ text: String?, _ fields: inout BodyFields) -> KeyRole {
        guard let text else { return .admin }
        if let role = KeyRole(rawValue: text), role != .operator { return role }
        fields.refuse("/role", "role must be admin, editor or viewer")
        return .viewer
    }

    private static func expiry(_ text: String?, _ fields: inout BodyFields, now: Int64) -> Int64? {
        guard let text else { return nil }
        guard let time = Timestamp.parse(text) else {
            fields.refuse("/expires_at", "expires_at must be a time like 2027-01-15T09:30:00Z")
            return nil
        }
        if time <= now { fields.refuse("/expires_at", "expires_at must lie in the future") }
        return time
    }
}
