import HTTPServer
import Journeys
import Warehouse

/// What a source holds. The embedded one has a single schema, `main`.
enum SourceTableRoutes {
    private static let schema = "main"

    static func schemas(_ call: Call) throws -> Reply {
        _ = try SourceRoutes.find(call)
        return .list([["name": .string(schema)]], try QueryItems(call.head).page())
    }

    static func tables(_ call: Call) throws -> Reply {
        let source = try find(call)
        let tables = try call.rooms.warehouse.tables(workspaceID: source)
        return .list(
            tables.map { table in
                [
                    "name": .string(table.name), "key": table.key.map { .string($0) } ?? .null,
                    "rows": .integer(Int64(table.rows)), "columns": .array(table.columns.map(\.json)),
                ]
            }, try QueryItems(call.head).page())
    }

    static func columns(_ call: Call) throws -> Reply {
        let source = try find(call)
        guard let table = call.text("table") else { throw APIError.notFound("table") }
        let columns = try call.rooms.warehouse.columns(workspaceID: source, table: table)
        return .list(columns.map(\.json), try QueryItems(call.head).page())
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
