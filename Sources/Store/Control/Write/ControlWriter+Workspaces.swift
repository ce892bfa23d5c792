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
        try connection.run("INSERT INTO workspaces(id, name, created_at) VALUES (?1, ?2, ?3)") {
            $0.bind(1, workspace.id).bind(2, workspace.name).bind(3, workspace.createdAt)
        }
    }
}
