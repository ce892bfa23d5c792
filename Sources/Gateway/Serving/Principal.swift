import Store

/// Who calls: a valid key.
final class Principal: Sendable {
    /// Of the key: `created_by` of what it makes.
    let id: String
    /// Nil for a server key.
    let workspaceID: String?
    let role: KeyRole
    let expiresAt: Int64?

    init(_ key: APIKeyRecord) {
        id = key.id
        workspaceID = key.workspaceID
        role = key.role
        expiresAt = key.expiresAt
    }

    /// Whether the role may take a route of this access. The workspace is looked at elsewhere.
    func may(_ access: Access) -> Bool {
        switch (access, role) {
        case (.everyone, _), (.anyKey, _): true
        case (.server, let role): role == .operator
        case (_, .operator): false
        case (.viewer, _): true
        case (.editor, let role): role != .viewer
        case (.admin, let role): role == .admin
        }
    }
}
