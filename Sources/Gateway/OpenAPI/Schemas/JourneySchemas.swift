import Journeys

/// Journeys, their graphs, and how many stand where.
enum JourneySchemas {
    static let all: [String: Schema] = [
        "Tile": tile, "Edge": edge,
        "Journey": journey,
        "JourneyCreate": input.example([
            "name": "Thank you", "parent_model_id": .string(Schema.exampleID), "entry_criteria": criteria,
            "tiles": tiles, "edges": edges, "schedule": "0 */6 * * *",
        ]),
        "JourneyUpdate": input.partial
            .described("What is left out stays; null clears, but for `name` and `parent_model_id`.")
            .example(["description": "Who ordered twice", "schedule": nil]),
        "Validation": .object([
            "valid": .boolean, "errors": .array(of: .string(example: "Orchestration must have exactly one entry tile")),
        ]).example(["valid": true, "errors": []]),
        "UpdatePreview": .object([
            "valid": .boolean, "errors": .array(of: .string()),
            "tiles": .map(of: .ref("TileEdit"), "By the tile's id, old and new."),
            "totals": .object(["stay": .count(), "skip_forward": .count(), "leave": .count()], "In members."),
        ]).example([
            "valid": true, "errors": [],
            "tiles": ["rest": ["members": 1204, "effect": "skip_forward", "to": "thanks"]],
            "totals": ["stay": 0, "skip_forward": 1204, "leave": 0],
        ]),
        "TileEdit": .object([
            "members": .count("Who are at it."),
            "effect": .words(["stay", "config_changed", "skip_forward", "leave"], "What happens to them."),
            "to": Schema.string("Where `skip_forward` takes them.").nullable,
        ]),
        "TileStats": .object([
            "active": .count("Inside, and here now."), "completed": .count("Whose way ended here."),
            "exited": .count("Who were here when they left."),
            "failed": .count("Part of `active`: parked with an error now."), "entered": .count("Who ever came."),
            "branches": .map(of: .count(), "Who ever left, by branch."),
        ]).example(["active": 2, "completed": 0, "exited": 1, "failed": 0, "entered": 3, "branches": ["next": 1]]),
        "Stats": .object([
            "tiles": .map(
                of: .ref("TileStats"), "By the tile's id: every tile that the journey has, or where some ended."),
            "total": .object(["active": .count(), "completed": .count(), "exited": .count()], "In members."),
        ]).example([
            "tiles": ["in": ["active": 2, "completed": 0, "exited": 1, "failed": 0, "entered": 3, "branches": [:]]],
            "total": ["active": 2, "completed": 0, "exited": 1],
        ]),
    ]

    private static let tiles: JSON = [
        ["id": "in", "type": "entry", "config": [:], "position": ["x": 0, "y": 0]],
        ["id": "rest", "type": "wait", "config": ["duration": 3, "unit": "days"]],
    ]
    private static let edges: JSON = [["from": "in", "to": "rest"]]
    private static let criteria: JSON = [
        "type": "condition", "condition_type": "property", "column": "orders", "operator": "greater_than", "value": 1,
    ]

    private static let tile = Schema.object(
        [
            "id": .string("Unique in the journey.", 1...JourneyParser.maxNameLength, example: "rest"),
            "type": .string(
                "One that GET …/tile-types lists.", 1...JourneyParser.maxNameLength, example: "wait"),
            "config": Schema.open(
                "As the type's schema in GET …/tile-types has it.", example: ["duration": 3, "unit": "days"]
            ).nullable,
            "position": Schema.open("Where the editor drew it.", example: ["x": 0, "y": 0]).nullable,
        ], optional: ["config", "position"], "Other members are kept and returned: editors store labels there."
    ).with("additionalProperties", true).example([
        "id": "rest", "type": "wait", "config": ["duration": 3, "unit": "days"], "position": ["x": 0, "y": 0],
    ])

    private static let edge = Schema.object(
        [
            "from": .string("A tile's id.", 1...JourneyParser.maxNameLength, example: "in"),
            "to": .string("A tile's id.", 1...JourneyParser.maxNameLength, example: "rest"),
            "branch": Schema.string("Of `from`; left out: the next that no edge names.").nullable,
        ], optional: ["branch"], "Other members are kept and returned."
    ).with("additionalProperties", true).example(["from": "in", "to": "rest"])

    private static let journey = Schema.object([
        "id": .id, "workspace_id": .id, "parent_model_id": .id, "name": .string(example: "Thank you"),
        "description": .string(), "entry_criteria": .ref("FilterCriteria"), "exit_criteria": .ref("FilterCriteria"),
        "tiles": .array(of: .ref("Tile")), "edges": .array(of: .ref("Edge")),
        "schedule": Schema.string("A cron expression in UTC.").nullable,
        "status": .words(JourneyStatus.allCases.map(\.rawValue)),
        "status_error": .string("Why it is in error; else empty."), "created_by": .creator, "created_at": .time,
        "updated_at": .time, "last_run_id": Schema.id.nullable, "last_run_at": Schema.time.nullable,
    ]).example([
        "id": .string(Schema.exampleID), "workspace_id": .string(Schema.exampleID),
        "parent_model_id": .string(Schema.exampleID), "name": "Thank you", "description": "",
        "entry_criteria": criteria,
        "exit_criteria": nil, "tiles": tiles, "edges": edges, "schedule": "0 */6 * * *", "status": "draft",
        "status_error": "", "created_by": .string(Schema.exampleID), "created_at": "2024-01-15T09:30:00Z",
        "updated_at": "2024-01-15T09:30:00Z", "last_run_id": nil, "last_run_at": nil,
    ])

    private static let input = Schema.input(
        [
            "name": .name("Thank you"), "parent_model_id": .id, "description": Schema.string().nullable,
            "entry_criteria": .ref("FilterCriteria"), "exit_criteria": .ref("FilterCriteria"),
            "tiles": Schema.array(of: .ref("Tile"), "", 0...JourneyLimits().tiles).nullable,
            "edges": Schema.array(of: .ref("Edge"), "", 0...JourneyLimits().edges).nullable,
            "schedule": Schema.string("A cron expression of five fields, in UTC; empty or null: none.").nullable,
        ], required: ["name", "parent_model_id"],
        ignored: [
            "id", "workspace_id", "status", "status_error", "created_by", "created_at", "updated_at", "last_run_id",
            "last_run_at",
        ], "An unfinished graph can be stored: `/validate` says what is missing.")
}
