import Journeys
import Store

enum KeyOperations {
    private static let k = "/api/v1/workspaces/{workspace}/api-keys"

    static let group = OperationGroup(
        name: "API keys", description: "Keys of the workspace. A key is shown once, when it is made or rotated.",
        operations: [
            Operation(.get, k, "listAPIKeys", "Lists keys")
                .listsByName(.ref("APIKey"), statuses: KeyStatus.allCases.map(\.rawValue)),
            Operation(.post, k, "createAPIKey", "Makes a key").takes(.ref("APIKeyCreate"))
                .makes(k + "/{key}", .ref("APIKeyMade")).versioned,
            Operation(.get, k + "/{key}", "getAPIKey", "Shows a key, without its text").answers(.ref("APIKey"))
                .versioned,
            Operation(.delete, k + "/{key}", "revokeAPIKey", "Revokes a key at once").answers(status: "revoked")
                .versioned,
            Operation(
                .post, k + "/{key}/rotate", "rotateAPIKey", "Gives a key another text",
                "The one before stays good for `grace_seconds`. Those from before that keep their time, or get this one if it is shorter."
            ).takes(.ref("APIKeyRotation"), optional: true).answers(.ref("APIKeyMade")).versioned
                .refuses(
                    409,
                    "The key was revoked or has expired, or five older texts are still good; or a request with this "
                        + "Idempotency-Key is still at work."
                ).refuses(412, "If-Match names another version."),
        ])
}
