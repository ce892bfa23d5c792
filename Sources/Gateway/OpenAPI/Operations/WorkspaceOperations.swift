import Journeys

enum WorkspaceOperations {
    private static let w = "/api/v1/workspaces"

    static let group = OperationGroup(
        name: "Workspaces", description: "For operators. Nothing inside a workspace is seen with a server key.",
        operations: [
            Operation(.get, w, "listWorkspaces", "Lists workspaces")
                .listsByName(.ref("Workspace"), statuses: []),
            Operation(.post, w, "createWorkspace", "Makes a workspace with its embedded source and its first key")
                .takes(.ref("WorkspaceCreate")).makes(w + "/{id}", .ref("WorkspaceMade")).versioned,
            Operation(.get, w + "/{id}", "getWorkspace", "Shows a workspace").answers(.ref("Workspace")).versioned,
            Operation(.put, w + "/{id}", "renameWorkspace", "Gives a workspace another name")
                .takes(.ref("WorkspaceUpdate")).answers(.ref("Workspace")).versioned,
        ])
}
