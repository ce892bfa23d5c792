import HTTPServer
import Journeys
import Store
import Warehouse

/// What a model's SQL gives, and how many of its members a filter would take.
enum ModelQueryRoutes {
    static func preview(_ call: Call) throws -> Reply {
        var fields = BodyFields(try call.json(), known: ["source_id", "sql_query"])
        let sourceID = fields.requiredID("source_id")
        let sql = fields.required("sql_query", limit: 100_000)
        try fields.finish()
        try ModelInput.requireSource(sourceID, call)
        let (columns, rows) = try call.rooms.warehouse.preview(workspaceID: call.workspaceID, sql: sql)
        let objects = rows.map { row in
            JSON.object(Dictionary(zip(columns.map(\.name), row), uniquingKeysWith: { first, _ in first }))
        }
        return .json(["columns": .array(columns.map(\.json)), "rows": .array(objects)])
    }

    static func estimate(_ call: Call) throws -> Reply {
        let model = try ModelRoutes.find(call)
        let fields = BodyFields(try call.json(), known: ["filter_tree"])
        try fields.finish()
        let tree = try FilterTree.parse(
            fields["filter_tree"] ?? .null, at: "/filter_tree", allowEmptyRoot: true,
            maxNodes: call.rooms.limits.journey.filterNodes)
        guard let key = model.primaryKeyColumn else {
            throw APIError(
                422, "invalid_model",
                "The model has no primary_key_column, so it has no members to count: set one first")
        }
        let query = ModelQuery(
            workspaceID: call.workspaceID, sourceID: model.sourceID, sql: model.sqlQuery, columns: model.columns,
            keyColumn: key)
        let count = try call.rooms.warehouse.count(
            model: query, filter: try tree.bound(to: model.columns), runAt: call.now)
        return .json(["count": .integer(Int64(count))])
    }
}
