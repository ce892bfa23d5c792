import Crypto
import Store

/// A workspace as it is made: with its embedded source and its first key, of role admin.
public struct NewWorkspace: Sendable {
    public let record: WorkspaceRecord
    public let source: SourceRecord
    public let key: APIKeyRecord
    /// The text of the key: shown once.
    public let secret: APIKeySecret

    /// - Parameter actor: the id of the key that makes it; nil on the command line: then the new key is named.
    public init(name: String, by actor: String? = nil, now: Int64) throws {
        let workspaceID = try Crypto.uuid()
        let keyID = try Crypto.uuid()
        secret = try APIKeySecret(role: .admin)
        record = WorkspaceRecord(id: workspaceID, name: name, createdAt: now)
        source = SourceRecord(
            id: try Crypto.uuid(), workspaceID: workspaceID, name: "Embedded", sourceType: "embedded",
            createdBy: actor ?? keyID, createdAt: now, updatedAt: now)
        key = APIKeyRecord(
            id: keyID, workspaceID: workspaceID, name: "First key", prefix: secret.prefix, role: .admin,
            createdBy: actor ?? keyID, createdAt: now, updatedAt: now)
    }

    /// All of it, in one write. The source's file is the warehouse's: `createEmbedded`, before.
    /// It stands in the audit log of the server and, with source and key, in its own.
    public func insert(_ writer: ControlWriter, signed pen: AuditPen) throws {
        try writer.insertWorkspace(record)
        try writer.insertSource(source)
        try writer.insertAPIKey(key, digest: secret.digest)
        let made = AuditChange(.created, .workspace, record.id, after: WorkspaceRoutes.json(record))
        try pen.note(made, writer)
        let inside = AuditPen(pen.author, workspaceID: record.id, at: pen.at)
        try inside.note(made, writer)
        try inside.note(AuditChange(.created, .source, source.id, after: SourceRoutes.json(source)), writer)
        try inside.note(AuditChange(.created, .apiKey, key.id, after: key.json), writer)
    }
}
