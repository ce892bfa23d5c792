import Journeys

enum KeyOperations {
    private static let k = "/api/v1/workspaces/{workspace}/api-keys"

    static let group = OperationGroup(
        name: "API keys", description: "Keys of the workspace. A key is shown once, when it is made.",
        operations: [
            Operation(.get, k, "listAPIKeys", "Lists keys").lists(.ref("APIKey")),
            Operation(.post, k, "createAPIKey", "Makes a key").takes(.ref("APIKeyCreate"))
                .makes(k + "/{key}", .ref("APIKeyMade")).versioned,
            Operation(.get, k + "/{key}", "getAPIKey", "Shows a key, without its text").answers(.ref("APIKey"))
                .versioned,
            Operation(.delete, k + "/{key}", "revokeAPIKey", "Revokes a key at once").answers(status: "revoked")
                .versioned,
        ])
}

enum WorkspaceOperations {
    private static let w = "/api/v1/workspaces"

    static let group = OperationGroup(
        name: "Workspaces", description: "For operators. Nothing inside a workspace is seen with a server key.",
        operations: [
            Operation(.get, w, "listWorkspaces", "Lists workspaces").lists(.ref("Workspace")),
            Operation(.post, w, "createWorkspace", "Makes a workspace with its embedded source and its first key")
                .takes(.ref("WorkspaceCreate")).makes(w + "/{id}", .ref("WorkspaceMade")).versioned,
            Operation(.get, w + "/{id}", "getWorkspace", "Shows a workspace").answers(.ref("Workspace")).versioned,
        ])
}
