import Journeys
import Store
import Warehouse

/// Reads the body of a model's POST or PUT, has its SQL described, and binds its columns.
enum ModelInput {
    private static let fields: Set<String> = [
        "source_id", "name", "description", "sql_query", "columns", "entity_type", "primary_key_column",
        "timestamp_column", "model_type",
    ]
    private static let maxSQL = 100_000

    /// - Throws: 400, 422.
    static func read(_ json: JSON, over present: ModelRecord, isNew: Bool, _ call: Call) throws -> ModelRecord {
        var fields = BodyFields(json, known: fields, ignored: ModelRoutes.serverFields)
        var model = present
        model.sourceID = fields.requiredID("source_id", isNew ? nil : present.sourceID)
        model.name = fields.required("name", isNew ? nil : present.name)
        model.description = fields.optional("description", present.description, limit: 10_000) ?? ""
        model.sqlQuery = fields.required("sql_query", isNew ? nil : present.sqlQuery, limit: maxSQL)
        model.entityType = fields.optional("entity_type", present.entityType) ?? "parent"
        if model.entityType.isEmpty { fields.refuse("/entity_type", "entity_type must not be empty") }
        model.modelType = fields.optional("model_type", present.modelType) ?? "sql"
        if model.modelType != "sql" { fields.refuse("/model_type", "model_type must be 'sql'") }
        model.primaryKeyColumn = fields.optional("primary_key_column", present.primaryKeyColumn)
        model.timestampColumn = fields.optional("timestamp_column", present.timestampColumn)
        let stated = columns(&fields, present.columns)
        try fields.finish()
        try requireSource(model.sourceID, call)
        model.columns = try call.rooms.warehouse.describe(workspaceID: call.workspaceID, sql: model.sqlQuery)
        var problems: [Problem] = []
        state(stated, in: &model.columns, &problems)
        check(model.primaryKeyColumn, "primary_key_column", model.columns, &problems)
        check(model.timestampColumn, "timestamp_column", model.columns, &problems)
        if !problems.isEmpty { throw APIError.invalid(problems) }
        return model
    }

    /// Types that the caller states in place of those found. What GET gave comes back unchanged in a PUT: that states
    /// nothing, else changing the SQL alone would be refused for its old columns.
    private static func columns(_ fields: inout BodyFields, _ present: [Column]) -> [Column] {
        switch fields["columns"] {
        case nil, .null?: return []
        case .array(let elements)?:
            var columns: [Column] = []
            for (index, element) in elements.enumerated() {
                if let column = Column(json: element) {
                    columns.append(column)
                } else {
                    fields.refuseShape(
                        "/columns/\(index)",
                        "a column must be {\"name\", \"type\"} with one of the types "
                            + ColumnType.allCases.map(\.rawValue).joined(separator: ", "))
                }
            }
            return columns == present ? [] : columns
        case let other?:
            fields.refuseShape("/columns", "columns must be an array, not \(other.kindName)")
            return []
        }
    }

    private static func state(_ stated: [Column], in columns: inout [Column], _ problems: inout [Problem]) {
        for (number, column) in stated.enumerated() {
            if let index = columns.firstIndex(where: { $0.name.utf8.elementsEqual(column.name.utf8) }) {
                columns[index].type = column.type
                columns[index].isJSON = column.isJSON && column.type == .string
            } else {
                problems.append(
                    Problem(
                        pointer: "/columns/\(number)/name",
                        message: "sql_query gives no column '\(column.name)'"
                            + NearNames.phrase(for: column.name, among: columns.map(\.name))))
            }
        }
    }

    private static func check(_ name: String?, _ field: String, _ columns: [Column], _ problems: inout [Problem]) {
        guard let name, !columns.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return }
        problems.append(
            Problem(
                pointer: "/" + field,
                message: "sql_query gives no column '\(name)'"
                    + NearNames.phrase(for: name, among: columns.map(\.name))))
    }

    /// - Throws: 422 when the workspace has no such source.
    static func requireSource(_ id: String, _ call: Call) throws {
        let source = try call.rooms.control.read { try $0.source(workspaceID: call.workspaceID, id: id) }
        guard source == nil else { return }
        throw APIError.invalid("/source_id", "source_id names no source of this workspace: see GET /sources")
    }
}
