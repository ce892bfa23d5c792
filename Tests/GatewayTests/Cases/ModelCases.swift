/// Models, preview and estimates.
enum ModelCases {
    static let all: [RestCase] =
        [
            RestCase(
                "GET", "/models", is: 200,
                has: ["\"id\":\"{m}\"", "\"model_type\":\"sql\"", "\"entity_type\":\"parent\""]),
            RestCase(
                "GET", "/models/{m}", is: 200,
                has: [
                    "\"columns\":[{\"name\":\"id\"", "\"primary_key_column\":\"id\"", "\"timestamp_column\":null",
                    "\"status\":\"connected\"", "\"sql_query\":\"SELECT * FROM customers\"",
                ], answers: ["ETag": "\""]),
            RestCase(
                "POST", "/models",
                #"{"source_id": "{s}", "name": "Second", "sql_query": "SELECT id, orders FROM customers", "columns": [{"name": "orders", "type": "number"}]}"#,
                is: 201, has: ["{\"name\":\"orders\",\"nullable\":true,\"type\":\"number\"}"],
                answers: ["Location": "/models/", "ETag": "\"1.0\""]),
            RestCase(
                "PUT", "/models/{m}", #"{"description": "D", "timestamp_column": "last_order"}"#, is: 200,
                has: ["\"timestamp_column\":\"last_order\""]),
            RestCase(
                "PUT", "/models/{m}", #"{"timestamp_column": null}"#, headers: [("If-Match", "\"2.0\"")], is: 200,
                has: ["\"timestamp_column\":null"]),
            RestCase("PUT", "/models/{m}", #"{"name": "X"}"#, headers: [("If-Match", "\"2.0\"")], is: 412),
            RestCase("DELETE", "/models/{m}", is: 409, has: ["\"code\":\"in_use\"", "'Active'"]),
            RestCase("GET", "/models/{unknown}", is: 404),
            // SQL that is not one SELECT, or reaches beyond its source.
            model(sql: "DELETE FROM customers", is: 422, has: ["\"code\":\"invalid_model_sql\"", "/sql_query"]),
            model(sql: "SELECT 1 AS a; SELECT 2 AS a", is: 422, has: ["/sql_query"]),
            model(sql: "SELEC 1", is: 422, has: ["/sql_query"]),
            model(sql: "SELECT * FROM sqlite_master", is: 422, has: ["/sql_query"]),
            model(sql: "SELECT * FROM nothing", is: 422, has: ["nothing"]),
            model(sql: "SELECT load_extension('x') AS a", is: 422, has: ["/sql_query"]),
            model(sql: "ATTACH 'x' AS y", is: 422, has: ["/sql_query"]),
            model(sql: "PRAGMA journal_mode", is: 422, has: ["/sql_query"]),
            RestCase(
                "POST", "/models",
                #"{"source_id": "{s}", "name": "N", "sql_query": "SELECT id FROM customers", "primary_key_column": "idd"}"#,
                is: 422, has: ["/primary_key_column", "did you mean 'id'"]),
            RestCase(
                "POST", "/models",
                #"{"source_id": "{s}", "name": "N", "sql_query": "SELECT id FROM customers", "columns": [{"name": "x", "type": "string"}]}"#,
                is: 422, has: ["/columns/0/name"]),
            RestCase(
                "POST", "/models",
                #"{"source_id": "{s}", "name": "N", "sql_query": "SELECT id FROM customers", "columns": [{"name": "id", "type": "text"}]}"#,
                is: 400, has: ["/columns/0"]),
            RestCase(
                "POST", "/models", #"{"source_id": "{unknown}", "name": "N", "sql_query": "SELECT 1 AS a"}"#, is: 422,
                has: ["/source_id"]),
            RestCase(
                "POST", "/models",
                #"{"source_id": "{s}", "name": "N", "sql_query": "SELECT 1 AS a", "model_type": "visual"}"#, is: 422,
                has: ["/model_type"]),
            RestCase(
                "POST", "/models", #"{"source_id": "{s}", "name": "N", "sql": "SELECT 1"}"#, is: 400,
                has: ["/sql", "sql_query is required"]),
        ] + queries

    private static let queries: [RestCase] = [
        RestCase(
            "POST", "/models/preview",
            #"{"source_id": "{s}", "sql_query": "SELECT id, total_spent, last_order FROM customers ORDER BY id LIMIT 1"}"#,
            is: 200,
            has: [
                "\"columns\":[{\"name\":\"id\"",
                "\"rows\":[{\"id\":\"00001\",\"last_order\":\"2024-01-02\",\"total_spent\":150.5}]",
            ]),
        RestCase(
            "POST", "/models/preview", #"{"source_id": "{s}", "sql_query": "DROP TABLE customers"}"#, is: 422,
            has: ["/sql_query"]),
        RestCase("POST", "/models/preview", #"{"source_id": "{s}"}"#, is: 400, has: ["sql_query is required"]),
        estimate(
            #"{"type": "condition", "condition_type": "property", "column": "orders", "operator": "greater_than_or_equal", "value": 2}"#,
            is: 200, has: ["{\"count\":2}"]),
        estimate("null", is: 200, has: ["{\"count\":3}"]),
        estimate("{}", is: 200, has: ["{\"count\":3}"]),
        estimate(
            #"{"type": "condition", "condition_type": "property", "column": "order", "operator": "equals", "value": 2}"#,
            is: 422, has: ["\"code\":\"invalid_filter\"", "/filter_tree/column", "orders"]),
        estimate(
            #"{"type": "condition", "condition_type": "property", "column": "orders", "operator": "equals", "value": "two"}"#,
            is: 422, has: ["/filter_tree/value"]),
        estimate(
            #"{"type": "condition", "condition_type": "property", "column": "name", "operator": "greater_than", "value": 2}"#,
            is: 422, has: ["/filter_tree"]),
        estimate(
            #"{"type": "and", "children": [{"type": "or", "children": []}]}"#, is: 422, has: ["/filter_tree/children/0"]
        ),
        RestCase("POST", "/models/{m}/estimate-filter", #"{"filter": {}}"#, is: 400, has: ["/filter"]),
        RestCase("POST", "/models/{unknown}/estimate-filter", "{}", is: 404),
    ]

    private static func model(sql: String, is status: Int, has contains: [String]) -> RestCase {
        RestCase(
            "POST", "/models", #"{"source_id": "{s}", "name": "N", "sql_query": "\#(sql)"}"#, is: status, has: contains)
    }

    private static func estimate(_ tree: String, is status: Int, has contains: [String]) -> RestCase {
        RestCase("POST", "/models/{m}/estimate-filter", #"{"filter_tree": \#(tree)}"#, is: status, has: contains)
    }
}
