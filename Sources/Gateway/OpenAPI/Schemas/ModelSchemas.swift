import Journeys

/// Models, previews, estimates.
enum ModelSchemas {
    static let all: [String: Schema] = [
        "Model": .resource([
            "source_id": .id, "name": .string(example: "Customers"), "description": .string(),
            "sql_query": .string(example: sql), "columns": .array(of: .ref("Column")),
            "entity_type": .string("Journeys are about models of `parent`.", example: "parent"),
            "primary_key_column": Schema.string(example: "customer_id").nullable,
            "timestamp_column": Schema.string().nullable, "model_type": .words(["sql"]),
        ]),
        "ModelCreate": input.example([
            "source_id": .string(Schema.exampleID), "name": "Customers", "sql_query": .string(sql),
            "entity_type": "parent", "primary_key_column": "customer_id",
        ]),
        "ModelUpdate": input.partial.described("What is left out stays.").example([
            "description": "All who ever ordered"
        ]),
        "ModelQuery": .input(
            ["source_id": .id, "sql_query": query], required: ["source_id", "sql_query"]
        ).example(["source_id": .string(Schema.exampleID), "sql_query": .string(sql)]),
        "ModelRows": .object([
            "columns": .array(of: .ref("Column")), "rows": .array(of: .map(of: .any), "By column.", 0...100),
        ]).example([
            "columns": [["name": "orders", "type": "integer", "nullable": true]], "rows": [["orders": 3]],
        ]),
        "FilterQuestion": .input(["filter_tree": .ref("FilterCriteria")]),
        "Estimate": .object(["count": .count("How many members the filter takes.", example: 42)]),
    ]

    private static let sql = "SELECT * FROM customers"
    private static let query = Schema.string("One SELECT over the source's tables.", 1...100_000, example: sql)
    private static let column = Schema.string("A column that the SQL gives.", 0...255).nullable
    private static let statedColumn = Schema.object(
        [
            "name": .string(), "type": .words(ColumnType.allCases.map(\.rawValue)),
            "nullable": Schema.boolean.nullable, "json": Schema.boolean.nullable,
        ], optional: ["nullable", "json"])

    private static let input = Schema.input(
        [
            "source_id": .id, "name": .name("Customers"), "description": Schema.string("", 0...10_000).nullable,
            "sql_query": query,
            "columns": Schema.array(
                of: statedColumn, "Types where the found ones are not meant; what GET gave states nothing."
            ).nullable,
            "entity_type": Schema.string("`parent` when left out.", 1...255).nullable, "primary_key_column": column,
            "timestamp_column": column, "model_type": Schema.words(["sql"]).nullable,
        ], required: ["source_id", "name", "sql_query"],
        ignored: ["id", "workspace_id", "status", "status_error", "created_by", "created_at", "updated_at"])
}
