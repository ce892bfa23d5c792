import Crypto

extension ControlWriter {
    /// Makes a workspace with its embedded source.
    /// - Parameter author: the key that asked, or who else.
    public func createWorkspace(name: String, by author: String, at now: Int64) throws -> WorkspaceRecord {
        let workspace = WorkspaceRecord(id: try Crypto.uuid(), name: name, createdAt: now)
        try insertWorkspace(workspace)
        try insertSource(
            SourceRecord(
                id: try Crypto.uuid(), workspaceID: workspace.id, name: "Embedded", sourceType: "embedded",
                createdBy: author, createdAt: now, updatedAt: now))
        return workspace
    }

    /// Adds a workspace alone; `createWorkspace` adds what belongs to one.
    public func insertWorkspace(_ workspace: WorkspaceRecord) throws {
        try connection.run("INSERT INTO workspaces(id, name, created_at, updated_at) VALUES (?1, ?2, ?3, ?4)") {
            $0.bind(1, workspace.id).bind(2, workspace.name).bind(3, workspace.createdAt).bind(4, workspace.updatedAt)
        }
    }

    /// Gives a workspace another name, which is its next version.
    /// - Throws: `notFound`.
    public func renameWorkspace(id: String, to name: String, at now: Int64) throws -> WorkspaceRecord {
        try one(
            "workspace \(id)",
            connection.run("UPDATE workspaces SET name = ?2, updated_at = ?3, version = version + 1 WHERE id = ?1") {
                $0.bind(1, id).bind(2, name).bind(3, now)
            })
        guard let renamed = try workspace(id: id) else { throw StoreError.notFound("workspace \(id)") }
        return renamed
    }
}
