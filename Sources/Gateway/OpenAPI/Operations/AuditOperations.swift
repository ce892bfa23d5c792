import Journeys
import Store

enum AuditOperations {
    static let group = OperationGroup(
        name: "Audit log",
        description: "Who changed what, when and from where. Kept for a year, and no more than is documented.",
        operations: [
            list(
                "/api/v1/audit", "listAudit", "Lists changes in the workspace of the key, newest first",
                "With a server key: changes of the server, which are workspaces, plugins and server keys."),
            list(
                "/api/v1/workspaces/{workspace}/audit", "listWorkspaceAudit",
                "Lists changes in the workspace, with a path like all others"),
        ])

    private static func list(_ pattern: String, _ id: String, _ summary: String, _ details: String = "") -> Operation {
        Operation(.get, pattern, id, summary, details)
            .asks("object", "Only of this kind.", .words(AuditObject.allCases.map(\.rawValue)))
            .asks("object_id", "Only of this object.", .string())
            .asks("action", "Only these.", .words(AuditAction.allCases.map(\.rawValue)))
            .asks("actor", "Only by this key.", .id)
            .asks("since", "At it or later.", .instant).asks("until", "Before it.", .instant)
            .asks("limit", "How many at most.", .integer("", 1...1000).with("default", 100))
            .asks("cursor", "`next_cursor` of the page before.", .string("Opaque."))
            .answers(.cursorPage(of: .ref("AuditEntry")))
    }
}
