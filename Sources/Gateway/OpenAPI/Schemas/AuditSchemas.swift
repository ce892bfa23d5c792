import Journeys
import Store

enum AuditSchemas {
    static let all: [String: Schema] = [
        "AuditEntry": .object([
            "id": .integer("Grows with time.", 1...(.max)), "at": .time,
            "workspace_id": Schema.id.nullable.described("Null: of the server."),
            "actor": .object([
                "id": Schema.id.nullable.described("Of the key; null: none was needed."),
                "role": .string("Of the key, or `command_line`.", example: "editor"),
                "name": .string("Of the key.", example: "CI"),
            ]),
            "action": .words(AuditAction.allCases.map(\.rawValue)),
            "object": .object([
                "type": .words(AuditObject.allCases.map(\.rawValue)),
                "id": Schema.string("An id, a member's key, a table's name.", example: Schema.exampleID).nullable,
            ]),
            "address": Schema.string("Where the request came from.", example: "192.0.2.7").nullable,
            "request_id": Schema.string(example: "0123456789abcdef").nullable, "before": document, "after": document,
        ])
    ]

    private static let document = Schema(["type": ["object", "null"], "additionalProperties": true]).described(
        "Of a change only what differs. No secrets: a destination's are masked, and `changed_secrets` names those that are new."
    ).example(["status": "active"])
}
