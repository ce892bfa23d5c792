import SQLite

extension ControlReader {
    private static let workspaceColumns = "id, name, created_at, updated_at, version"

    /// The workspaces that a query asks for, for an operator. They have no status.
    public func workspaces(_ query: ListQuery = ListQuery()) throws -> Listing<WorkspaceRecord> {
        try list(Self.workspaceColumns, from: "workspaces", .all, query, Self.workspace)
    }

    public func workspace(id: String) throws -> WorkspaceRecord? {
        try connection.first(
            "SELECT \(Self.workspaceColumns) FROM workspaces WHERE id = ?1", { $0.bind(1, id) }, Self.workspace)
    }

    private static func workspace(_ row: Statement) -> WorkspaceRecord {
        WorkspaceRecord(
            id: row.string(0), name: row.string(1), createdAt: row.int64(2), updatedAt: row.int64(3),
            version: row.int(4))
    }
}
