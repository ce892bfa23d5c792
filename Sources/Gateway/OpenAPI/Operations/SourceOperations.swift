import Journeys
import Warehouse

enum SourceOperations {
    private static let w = "/api/v1/workspaces/{workspace}"
    private static let s = w + "/sources/{source}"
    private static let source = Schema.ref("Source")

    static let group = OperationGroup(
        name: "Sources", description: "Where models read from: the embedded one, made with the workspace.",
        operations: [
            Operation(.get, w + "/sources", "listSources", "Lists sources")
                .listsByName(source, statuses: ResourceStatus.all),
            Operation(.post, w + "/sources", "createSource", "Makes the embedded source anew, after it was deleted")
                .takes(.ref("SourceCreate")).makes(s, source).versioned
                .refuses(409, "The workspace has its embedded source."),
            Operation(.post, w + "/sources/test", "testSourceConfig", "Tells whether such a source could be used")
                .takes(.ref("SourceTest")).answers(.ref("SourceStatus")),
            Operation(.get, s, "getSource", "Shows a source").answers(source).versioned,
            Operation(.put, s, "updateSource", "Changes a source").takes(.ref("SourceUpdate")).answers(source)
                .versioned,
            Operation(.delete, s, "deleteSource", "Deletes a source with its rows").answers(status: "deleted").versioned
                .refuses(409, "A journey at work uses it; the message names it."),
            Operation(.post, s + "/test", "testSource", "Reads the source and notes what came of it").takesNothing
                .answers(.ref("SourceStatus")),
            Operation(.get, s + "/schemas", "listSchemas", "Lists schemas of a source").lists(
                .ref("SourceSchema"), SourceTableRoutes.schemaListing),
            Operation(.get, s + "/schemas/{schema}/tables", "listTables", "Lists tables").lists(
                .ref("Table"), SourceTableRoutes.tableListing),
            Operation(.get, s + "/schemas/{schema}/tables/{table}/columns", "listColumns", "Lists a table's columns")
                .lists(.ref("Column"), SourceTableRoutes.columnListing),
            Operation(
                .put, s + "/tables/{table}/rows", "uploadRows", "Loads rows, of any number",
                """
                One transaction: when the connection breaks the table stays as it was. Columns are typed over all rows of \
                the first upload unless `types` says it. An unquoted empty cell is null, `""` the empty text.
                """
            ).asks(
                "key", "The column that tells rows apart. A new table without it has none: each upload adds to it.",
                .string(example: "customer_id")
            )
            .asks(
                "types", "`column:type,…` with \(ColumnType.allCases.map(\.rawValue).joined(separator: ", ")).",
                .string(example: "orders:integer,last_order:date")
            ).asks("mode", "`replace` empties the table first.", .words(["upsert", "replace"]))
            .takes(.string(example: "customer_id,orders\n00001,3\n"), as: "text/csv")
            .takes(.string(example: "{\"customer_id\":\"00001\",\"orders\":3}\n"), as: "application/x-ndjson")
            .answers(.ref("UploadResult")),
        ])
}
