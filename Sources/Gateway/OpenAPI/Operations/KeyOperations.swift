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
