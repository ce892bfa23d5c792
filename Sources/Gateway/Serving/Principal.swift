import Platform
import Store
import Synchronization

/// Who calls: a valid key.
final class Principal: Sendable {
    /// Of the key: `created_by` of what it makes.
    let id: String
    /// Nil for a server key.
    let workspaceID: String?
    let role: KeyRole
    let name: String
    /// Of the key or, after a rotation, of its old secret.
    let expiresAt: Int64?
    private let usedAt: Atomic<Int64>
    /// A token for each request.
    let requests = TokenBucket()

    /// - Parameter expiresAt: of the secret, where it ends before the key does.
    init(_ key: APIKeyRecord, expiresAt: Int64? = nil) {
        id = key.id
        workspaceID = key.workspaceID
        role = key.role
        name = key.name
        self.expiresAt = [key.expiresAt, expiresAt].compactMap(\.self).min()
        usedAt = Atomic(key.lastUsedAt ?? .min)
    }

    /// Whether the role may take a route of this access. The workspace is looked at elsewhere.
    func may(_ access: Access) -> Bool {
        switch (access, role) {
        case (.everyone, _), (.anyKey, _): true
        case (.server, let role): role == .operator
        case (.anyAdmin, let role): role == .admin || role == .operator
        case (_, .operator): false
        case (.viewer, _): true
        case (.editor, let role): role != .viewer
        case (.admin, let role): role == .admin
        }
    }

    /// Whether a use at this moment is to be noted, which it is by one caller only: seldom, since each note is a write.
    func mustNoteUse(at now: Int64) -> Bool {
        let last = usedAt.load(ordering: .relaxed)
        guard last == .min || now - last >= APIKeyRecord.useInterval else { return false }
        return usedAt.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
    }
}
