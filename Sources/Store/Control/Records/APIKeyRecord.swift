import Journeys

/// What a key may do. The raw value is what the API shows.
public enum KeyRole: String, Sendable, Hashable, CaseIterable {
    case admin, editor, viewer
    /// Server keys: plugins and workspaces, nothing inside a workspace.
    case `operator`
}

public enum KeyStatus: String, Sendable, Hashable, CaseIterable {
    case active, revoked
}

/// An API key without the key: only its digest is stored.
public struct APIKeyRecord: Sendable, Hashable {
    public var id: String
    /// Nil for a server key (role `operator`).
    public var workspaceID: String?
    public var name: String
    /// The first characters of the key, by which people recognise it.
    public var prefix: String
    public var role: KeyRole
    public var status: KeyStatus
    public var expiresAt: Int64?
    /// When it got the secret that it has.
    public var rotatedAt: Int64?
    /// Until when the newest of the secrets that it had before is good; nil when it has none.
    public var oldSecretsGoodUntil: Int64?
    /// To within `APIKeyRecord.useInterval`.
    public var lastUsedAt: Int64?
    /// Counts secrets, from 1.
    public var version = 1
    public var createdBy: String
    public var createdAt: Int64
    public var updatedAt: Int64

    public init(
        id: String, workspaceID: String?, name: String, prefix: String, role: KeyRole, status: KeyStatus = .active,
        expiresAt: Int64? = nil, createdBy: String, createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        self.workspaceID = workspaceID
        self.name = name
        self.prefix = prefix
        self.role = role
        self.status = status
        self.expiresAt = expiresAt
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// Whether a request at this moment may use it: neither revoked nor expired.
    public func isUsable(at now: Int64) -> Bool { status == .active && expiresAt.map { now < $0 } ?? true }

    public var etag: String { ETag.text(version: version, statusChange: status == .active ? 0 : 1) }

    /// Uses within this time of one that was noted are not noted: microseconds.
    public static let useInterval: Int64 = 600_000_000
    /// Of an old secret, in seconds: 30 days.
    public static let longestGrace: Int64 = 2_592_000
    /// How many secrets of before a key may have that are still good.
    public static let mostOldSecrets = 5

    /// The API's object. The key itself is not in it.
    public var json: JSON {
        func time(_ time: Int64?) -> JSON { time.map { .string(Timestamp.api($0)) } ?? .null }
        return [
            "id": .string(id), "workspace_id": workspaceID.map { .string($0) } ?? .null, "name": .string(name),
            "key_prefix": .string(prefix), "role": .string(role.rawValue), "status": .string(status.rawValue),
            "expires_at": time(expiresAt), "rotated_at": time(rotatedAt),
            "previous_key_expires_at": time(oldSecretsGoodUntil), "last_used_at": time(lastUsedAt),
            "created_by": .string(createdBy), "created_at": time(createdAt), "updated_at": time(updatedAt),
        ]
    }
}
