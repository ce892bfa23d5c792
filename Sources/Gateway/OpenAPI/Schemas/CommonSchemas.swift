import Journeys
import Store

/// What every part of the API uses, and keys and workspaces.
enum CommonSchemas {
    static let all: [String: Schema] = [
        "Error": .object(
            [
                "error": .string("For people: what is wrong and what to do.", example: "/name: name is required"),
                "code": .string("For programs: stable.", pattern: "^[a-z_]+$", example: "invalid_request"),
                "problems": .array(of: .ref("Problem"), "The fields at fault."),
                "errors": .array(of: .string(), "What `/validate` says, where an invalid journey is refused."),
                "request_id": .string("By which the gateway's log tells of the request."),
            ], optional: ["problems", "errors"]),
        "Problem": .object([
            "pointer": .string("A JSON pointer into the body.", example: "/name"),
            "message": .string(example: "name is required"),
        ]),
        "Pagination": .object([
            "page": .integer("", 1...(.max)), "page_size": .integer("", 1...Page.maxSize, example: Page.defaultSize),
            "total": .count("How many there are on all pages.", example: 1),
        ]),
        "Column": .object(
            [
                "name": .string(example: "orders"), "type": .words(ColumnType.allCases.map(\.rawValue)),
                "nullable": .boolean, "json": .constant(true).described("A text that is JSON: nested values."),
            ], optional: ["json"]
        ).example(["name": "orders", "type": "integer", "nullable": true]),
        "APIKey": key,
        "APIKeyMade": key.adding(["key": .string("The key itself: shown this once.", example: "sk_live_…")]),
        "APIKeyCreate": .input(
            [
                "name": .name("CI"),
                "role": .words(roles, "`admin` when left out.").nullable,
                "expires_at": Schema.time.nullable.described("In the future; null or left out: never."),
            ], required: ["name"],
            ignored: [
                "id", "workspace_id", "key_prefix", "status", "rotated_at", "previous_key_expires_at", "last_used_at",
                "created_by", "created_at", "updated_at",
            ]
        ).example(["name": "CI", "role": "editor"]),
        "APIKeyRotation": .input([
            "grace_seconds": .integer(
                "How long what was the key until now stays good.", 0...Int(APIKeyRecord.longestGrace)
            )
            .with("default", 0).nullable
        ]).example(["grace_seconds": 3600]),
        "Workspace": workspace,
        "WorkspaceMade": workspace.adding([
            "embedded_source_id": .id,
            "api_key": .string("The first key, of role `admin`: shown this once.", example: "sk_live_…"),
        ]),
        "WorkspaceCreate": .input(["name": .name("Shop")], required: ["name"], ignored: ofServer)
            .example(["name": "Shop"]),
        "WorkspaceUpdate": .input(["name": .name("Shop")], ignored: ofServer).example(["name": "Shop"]),
    ]

    private static let roles = KeyRole.allCases.filter { $0 != .operator }.map(\.rawValue)

    private static let key = Schema.object([
        "id": .id, "workspace_id": Schema.id.nullable, "name": .string(example: "CI"),
        "key_prefix": .string("The first characters, to know it by.", example: "sk_live_a1b2"),
        "role": .words(KeyRole.allCases.map(\.rawValue)), "status": .words(["active", "revoked"]),
        "expires_at": Schema.time.nullable, "rotated_at": Schema.time.nullable,
        "previous_key_expires_at": Schema.time.nullable.described(
            "Until then what was the key before the last rotation is good; null when it is not."),
        "last_used_at": Schema.time.nullable.described("To ten minutes."), "created_by": .creator, "created_at": .time,
        "updated_at": .time,
    ])

    private static let ofServer: Set<String> = ["id", "created_at", "updated_at"]
    private static let workspace = Schema.object([
        "id": .id, "name": .string(example: "Shop"), "created_at": .time, "updated_at": .time,
    ])
}

extension Schema {
    /// A name of a request.
    static func name(_ example: String) -> Schema {
        string("Without control characters. Need not be unique.", 1...255, example: example)
    }

    static let creator = Schema.string("The id of the key that made it.", example: exampleID)

    /// What sources, models and destinations have in common, besides what is theirs.
    static func resource(_ properties: [String: Schema]) -> Schema {
        object(
            properties.merging([
                "id": .id, "workspace_id": .id, "status": .words(["connected", "error"]),
                "status_error": .string("Why it is in error; else empty."), "created_by": .creator, "created_at": .time,
                "updated_at": .time,
            ]) { own, _ in own })
    }
}
