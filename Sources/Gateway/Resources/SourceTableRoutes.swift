import HTTPServer
import Journeys
import Warehouse

/// What a source holds. The embedded one has a single schema, `main`.
enum SourceTableRoutes {
    private static let schema = "main"

    static let schemaListing = ListAtHand<String>(searched: "the name", { [$0] }, orders: [.init("name") { .text($0) }])
    static let tableListing = ListAtHand<SourceTable>(
        searched: "the name", { [$0.name] },
        orders: [.init("name") { .text($0.name) }, .init("rows") { .number(Int64($0.rows)) }])
    static let columnListing = ListAtHand<Column>(
        searched: "the name", { [$0.name] }, orders: [.init("name") { .text($0.name) }])

    static func schemas(_ call: Call) throws -> Reply {
        try schemaListing.reply(call, { ["name": .string($0)] }) {
            _ = try SourceRoutes.find(call)
            return [schema]
        }
    }

    static func tables(_ call: Call) throws -> Reply {
        try tableListing.reply(call, json) { try call.rooms.warehouse.tables(workspaceID: find(call)) }
    }

    private static func json(_ table: SourceTable) -> JSON {
        [
            "name": .string(table.name), "key": table.key.map { .string($0) } ?? .null,
            "rows": .integer(Int64(table.rows)), "columns": .array(table.columns.map(\.json)),
        ]
    }

    static func columns(_ call: Call) throws -> Reply {
        try columnListing.reply(call, \.json) {
            let source = try find(call)
            guard let table = call.text("table") else { throw APIError.notFound("table") }
            return try call.rooms.warehouse.columns(workspaceID: source, table: table)
        }
    }

    /// The workspace whose embedded source the path names.
    private static func find(_ call: Call) throws -> String {
        let source = try SourceRoutes.find(call)
        guard call.text("schema") == schema else {
            throw APIError(404, "not_found", "The source has one schema, 'main'")
        }
        return source.workspaceID
    }
}
