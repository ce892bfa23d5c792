import HTTPServer
import Journeys
import Store

/// `/api-keys`: keys of a workspace. A key's text is shown once, when it is made.
enum APIKeyRoutes {
    private static let fields: Set<String> = ["name", "role", "expires_at"]
    private static let serverFields: Set<String> = [
        "id", "workspace_id", "key_prefix", "status", "rotated_at", "previous_key_expires_at", "last_used_at",
        "created_by",
        "created_at", "updated_at",
    ]

    static func list(_ call: Call) throws -> Reply {
        let query = try call.listQuery(statuses: KeyStatus.allCases.map(\.rawValue))
        let keys = try call.rooms.control.read { try $0.apiKeys(workspaceID: call.workspaceID, query) }
        return .list(keys, query, \.json)
    }

    static func get(_ call: Call) throws -> Reply {
        try call.object(.apiKey, "key") { reader, id in
            try reader.apiKey(workspaceID: call.workspaceID, id: id).map { ObjectText($0.json, etag: $0.etag) }
        }
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
        let reply = shown(record, secret, status: 201, location: call.location("api-keys/\(record.id)"))
        let pen = call.pen
        return { writer in
            try writer.insertAPIKey(record, digest: secret.digest)
            try pen.note(AuditChange(.created, .apiKey, record.id, after: record.json), writer)
            return reply
        }
    }

    /// Another secret for the same key. The one before goes on for as many seconds as the body says: none by default.
    static func rotate(_ call: Call) throws -> PreparedWrite {
        let id = try call.id("key")
        var fields = BodyFields(call.body.isEmpty ? [:] : try call.json(), known: ["grace_seconds"])
        let grace = grace(&fields)
        try fields.finish()
        let (workspaceID, head, now, pen) = (call.workspaceID, call.head, call.now, call.pen)
        return { writer in
            guard let key = try writer.apiKey(workspaceID: workspaceID, id: id) else {
                throw APIError.notFound("API key")
            }
            try head.requireMatch(key.etag)
            let secret = try APIKeySecret(role: key.role)
            let rotated = try writer.rotateAPIKey(
                workspaceID: workspaceID, id: id, to: secret, graceEnd: now + grace * 1_000_000, at: now)
            try pen.note(AuditChange(.rotated, .apiKey, id, from: key.json, to: rotated.json), writer)
            return shown(rotated, secret)
        }
    }

    /// The key stops working before this is answered.
    static func revoke(_ call: Call) throws -> Reply {
        let id = try call.id("key")
        let (workspaceID, head, now, pen) = (call.workspaceID, call.head, call.now, call.pen)
        _ = try call.rooms.control.write { writer in
            guard let key = try writer.apiKey(workspaceID: workspaceID, id: id) else {
                throw APIError.notFound("API key")
            }
            try head.requireMatch(key.etag)
            if key.status == .revoked { return }
            try writer.revokeAPIKey(workspaceID: workspaceID, id: id, at: now)
            guard let revoked = try writer.apiKey(workspaceID: workspaceID, id: id) else { return }
            try pen.note(AuditChange(.revoked, .apiKey, id, from: key.json, to: revoked.json), writer)
        }
        return .status("revoked")
    }

    /// The one answer that holds the secret.
    private static func shown(
        _ key: APIKeyRecord, _ secret: APIKeySecret, status: Int = 200, location: String? = nil
    ) -> Reply {
        var object = key.json.objectValue ?? [:]
        object["key"] = .string(secret.text)
        return .json(.object(object), status: status, etag: key.etag, location: location)
    }

    /// The product's keys have no role: a key made without one may do everything in its workspace.
    private static func role(_ text: String?, _ fields: inout BodyFields) -> KeyRole {
        guard let text else { return .admin }
        if let role = KeyRole(rawValue: text), role != .operator { return role }
        fields.refuse("/role", "role must be admin, editor or viewer")
        return .viewer
    }

    private static func grace(_ fields: inout BodyFields) -> Int64 {
        guard let given = fields["grace_seconds"], !given.isNull else { return 0 }
        guard given.doubleValue != nil else {
            fields.refuseShape("/grace_seconds", "grace_seconds must be a whole number or null, not \(given.kindName)")
            return 0
        }
        if let seconds = given.integerValue, (0...APIKeyRecord.longestGrace).contains(seconds) { return seconds }
        fields.refuse("/grace_seconds", "grace_seconds must be a whole number from 0 to \(APIKeyRecord.longestGrace)")
        return 0
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
