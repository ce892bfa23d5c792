import Journeys

/// Versions of journeys and what is different between two.
enum VersionSchemas {
    static let all: [String: Schema] = [
        "Version": version,
        "VersionWhole": version.adding(["definition": definition]).example(whole),
        "Change": .object(
            [
                "pointer": .string("A JSON pointer into what changed; empty: the whole.", example: "/config/duration"),
                "before": Schema.any.described("Missing where there was nothing."),
                "after": Schema.any.described("Missing where nothing is any more."),
            ], optional: ["before", "after"]
        ).example(["pointer": "/config/duration", "before": 3, "after": 5]),
        "Comparison": .object([
            "from": number, "to": number, "summary": summary,
            "fields": .array(of: .ref("Change"), "Of name, model, description, criteria and schedule."),
            "tiles": items(.ref("Tile"), "Told apart by their ids."),
            "edges": items(.ref("Edge"), "Told apart by `from`, `to` and `branch`."),
        ]).example([
            "from": 1, "to": 2, "summary": "tiles: 1 changed", "fields": [],
            "tiles": [
                "added": [], "removed": [], "reordered": false,
                "changed": [
                    [
                        "item": ["id": "rest", "type": "wait", "config": ["duration": 5, "unit": "days"]],
                        "changes": [["pointer": "/config/duration", "before": 3, "after": 5]],
                    ]
                ],
            ],
            "edges": ["added": [], "removed": [], "changed": [], "reordered": false],
        ]),
    ]

    private static let number = Schema.integer("Counts from 1.", 1...(.max), example: 2)
    private static let summary = Schema.string(
        "What changed, in a line for people; empty: nothing.", example: "name; tiles: 1 added, 2 changed")

    private static let version = Schema.object([
        "version": number, "is_current": .boolean, "summary": summary, "created_at": .time,
        "created_by": .creator, "created_by_name": Schema.string("The key's name.", example: "CI").nullable,
    ]).example([
        "version": 2, "is_current": true, "summary": "name", "created_at": "2024-01-15T09:30:00Z",
        "created_by": .string(Schema.exampleID), "created_by_name": "CI",
    ])

    private static let definition = Schema.object([
        "name": .string(), "description": .string(), "parent_model_id": .id, "entry_criteria": .ref("FilterCriteria"),
        "exit_criteria": .ref("FilterCriteria"), "tiles": .array(of: .ref("Tile")), "edges": .array(of: .ref("Edge")),
        "schedule": Schema.string().nullable,
    ])

    private static let whole: JSON = [
        "version": 2, "is_current": true, "summary": "name", "created_at": "2024-01-15T09:30:00Z",
        "created_by": .string(Schema.exampleID), "created_by_name": "CI",
        "definition": [
            "name": "Thank you", "description": "", "parent_model_id": .string(Schema.exampleID), "entry_criteria": nil,
            "exit_criteria": nil, "tiles": [["id": "in", "type": "entry"]], "edges": [], "schedule": nil,
        ],
    ]

    private static func items(_ item: Schema, _ description: String) -> Schema {
        .object(
            [
                "added": .array(of: item), "removed": .array(of: item),
                "changed": .array(of: .object(["item": item, "changes": .array(of: .ref("Change"))])),
                "reordered": Schema.boolean.described("Whether those in both come in another order."),
            ], description)
    }
}
