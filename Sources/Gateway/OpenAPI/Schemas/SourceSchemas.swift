import Journeys

/// Sources, their tables, uploads.
enum SourceSchemas {
    static let all: [String: Schema] = [
        "Source": .resource([
            "name": .string(example: "Embedded"), "source_type": .words(["embedded"]), "config": .open(),
            "connection_id": Schema.string().nullable,
        ]),
        "SourceCreate": input.example(["name": "Embedded", "source_type": "embedded"]),
        "SourceUpdate": input.partial.example(["name": "Customers"]),
        "SourceTest": .input(
            ["name": .any, "source_type": type, "config": config], required: ["source_type"], ignored: ignored
        ).example(["source_type": "embedded"]),
        "SourceStatus": .object([
            "status": .words(["connected", "error"]), "status_error": .string("Why it is in error; else empty."),
        ]),
        "SourceSchema": .object(["name": .string(example: "main")]),
        "Table": .object([
            "name": .string(example: "customers"), "key": Schema.string("What tells rows apart.").nullable,
            "rows": .count(), "columns": .array(of: .ref("Column")),
        ]),
        "UploadResult": .object([
            "rows": .count("Loaded."), "inserted": .count(), "updated": .count(), "bad": .count("Not loaded."),
            "problems": .array(
                of: .object(["line": .integer("", 0...(.max)), "message": .string()]), "Of the first 20 bad ones.",
                0...20),
        ]).example(["rows": 3, "inserted": 3, "updated": 0, "bad": 0, "problems": []]),
    ]

    private static let ignored: Set<String> = [
        "id", "workspace_id", "connection_id", "status", "status_error", "created_by", "created_at", "updated_at",
    ]
    private static let type = Schema.words(["embedded"])
    private static let config = Schema.input([:], "An embedded source has no settings.").example([:])
    private static let input = Schema.input(
        ["name": .name("Embedded"), "source_type": type, "config": config], required: ["name", "source_type"],
        ignored: ignored)
}
