import Journeys

/// Journeys as files.
enum ExchangeSchemas {
    static let all: [String: Schema] = [
        "JourneyFile": Schema.input(
            [
                "format": .constant(JourneyFile.format),
                "journey": .open(
                    "As POST takes it, with the name of a model as `model` in place of `parent_model_id`, and names of "
                        + "destinations in place of their ids.", example: journey),
                "models": .map(
                    of: .open("As POST takes it, with `source` in place of `source_id`."), "One, by its name."),
                "sources": .map(of: .object(["source_type": .constant("embedded")]), "One, by its type."),
                "destinations": .map(
                    of: .open("As POST takes it; null stands for a secret."), "By local names, which tiles have."),
            ], required: ["format", "journey", "models", "sources", "destinations"]
        ).example([
            "format": JourneyFile.format, "journey": journey,
            "models": ["Customers": ["source": "embedded", "sql_query": "SELECT * FROM customers"]],
            "sources": ["embedded": ["source_type": "embedded"]], "destinations": [:],
        ]),
        "ImportReport": .object([
            "dry_run": .boolean,
            "journey": Schema.any(of: [.object(step), Schema(["type": "null"])])
                .described("Null where a problem lies in its way."),
            "models": .array(of: .object(step.merging(["in_use_by": users]) { $1 })),
            "sources": .array(of: .object(step)),
            "destinations": .array(
                of: .object(
                    step.merging([
                        "in_use_by": users,
                        "secrets_to_set": .array(
                            of: .string(example: "/config/authorization"),
                            "Fields for a PUT of the destination: until then it is in status `error`."),
                    ]) { $1 })),
            "problems": .array(
                of: .ref("Problem"), "Of a dry run: what must be mended first, with its place in the file."),
        ]).example([
            "dry_run": true, "journey": ["name": "Thank you", "action": "create", "id": nil],
            "models": [["name": "Customers", "action": "unchanged", "id": .string(Schema.exampleID), "in_use_by": []]],
            "sources": [["name": "embedded", "action": "unchanged", "id": .string(Schema.exampleID)]],
            "destinations": [
                [
                    "name": "Inbox", "action": "create", "id": nil, "secrets_to_set": ["/config/authorization"],
                    "in_use_by": [],
                ]
            ],
            "problems": [],
        ]),
    ]

    private static let step: [String: Schema] = [
        "name": .string("In the file."), "action": .words(["create", "update", "unchanged"]),
        "id": Schema.id.nullable.described("In the workspace; null where it would be made."),
    ]

    private static let users = Schema.array(
        of: .object([
            "id": .id, "name": .string(example: "Welcome"),
            "status": .words(InUse.statuses.map(\.rawValue).sorted()),
        ]), "Journeys at work that use what would become another: they will work with it from their next run on.")

    private static let journey: JSON = [
        "name": "Thank you", "description": "", "model": "Customers", "entry_criteria": nil, "exit_criteria": nil,
        "tiles": [["id": "in", "type": "entry"]], "edges": [], "schedule": nil,
    ]
}
