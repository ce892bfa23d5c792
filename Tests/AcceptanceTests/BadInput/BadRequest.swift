import Journeys
import Testing

/// A request that must be refused, and how. In `path` and `body` the words `{model}`, `{journey}`, `{destination}`,
/// `{source}`, `{other}` (the other workspace), `{other-model}` … stand for ids of the fixture.
struct BadRequest: Sendable {
    var name: String
    var method = "POST"
    var path: String
    var body: String? = nil
    /// Instead of the key and the workspace of the fixture.
    var headers: [(String, String)]? = nil
    var status: Int
    /// A pointer that `problems` must have, or begin with when it ends in `*`.
    var pointer: String? = nil
    /// What the message must have in it.
    var says: [String] = []

    init(
        _ name: String, _ method: String, _ path: String, _ body: String?,
        headers: [(String, String)]? = nil, _ status: Int, at pointer: String? = nil, says: String...
    ) {
        self.name = name
        self.method = method
        self.path = path
        self.body = body
        self.headers = headers
        self.status = status
        self.pointer = pointer
        self.says = says
    }

    /// Without a body.
    init(
        _ name: String, _ method: String, _ path: String, headers: [(String, String)]? = nil, _ status: Int,
        says: String...
    ) {
        self.name = name
        self.method = method
        self.path = path
        self.headers = headers
        self.status = status
        self.says = says
    }

    /// A POST of a journey with good name and model, and `more` members.
    static func journey(_ name: String, _ more: String, _ status: Int, at pointer: String, says: String...)
        -> BadRequest
    {
        var request = BadRequest(
            name, "POST", "journeys", #"{"name": "J", "parent_model_id": "{model}", \#(more)}"#, status, at: pointer)
        request.says = says
        return request
    }
}

extension BadRequest {
    private static let unknown = "12345678-1234-4234-8234-123456789012"

    /// JSON that is none, or of the wrong shape.
    static let shapes: [BadRequest] = [
        BadRequest("cut JSON", "POST", "journeys", #"{"name": "J""#, 400, says: "JSON"),
        BadRequest("no body", "POST", "journeys", "", 400, says: "JSON"),
        BadRequest("two values", "POST", "journeys", "{} {}", 400),
        BadRequest("single quotes", "POST", "models", "{'name': 'M'}", 400),
        BadRequest("a comma too many", "POST", "destinations", #"{"name": "D",}"#, 400),
        BadRequest("not UTF-8", "POST", "journeys", "{\"name\": \"\u{FFFD}\"}", 400),
        BadRequest("an array", "POST", "journeys", "[]", 400, says: "object"),
        BadRequest("a number", "POST", "destinations", "5", 400, says: "object"),
        BadRequest(
            "65 levels", "POST", "journeys",
            #"{"name": "J", "parent_model_id": "{model}", "tiles": [{"id": "t", "type": "entry", "config": "#
                + String(repeating: #"{"a": "#, count: 62) + "1" + String(repeating: "}", count: 62) + "}]}",
            400, says: "64"),
        BadRequest(
            "65 arrays", "POST", "models", String(repeating: "[", count: 65) + String(repeating: "]", count: 65), 400),
        BadRequest(
            "no name", "POST", "journeys", #"{"parent_model_id": "{model}"}"#, 400, at: "/name", says: "name",
            "required"),
        BadRequest(
            "no model", "POST", "journeys", #"{"name": "J"}"#, 400, at: "/parent_model_id", says: "parent_model_id"),
        BadRequest(
            "an unknown field", "POST", "journeys", #"{"name": "J", "parent_model_id": "{model}", "tile": []}"#, 400,
            at: "/tile", says: "tile"),
        BadRequest(
            "an unknown field of a model", "POST", "models",
            #"{"source_id": "{source}", "name": "M", "sql_query": "SELECT 1", "sql": ""}"#, 400, at: "/sql"),
        BadRequest(
            "an unknown field of a destination", "POST", "destinations",
            #"{"name": "D", "destination_type": "webhook", "url": "http://127.0.0.1/"}"#, 400, at: "/url"),
        BadRequest(
            "an unknown field of a key", "POST", "api-keys", #"{"name": "K", "rights": "all"}"#, 400, at: "/rights"),
        BadRequest("a name that is a number", "POST", "api-keys", #"{"name": 5}"#, 400, at: "/name", says: "string"),
        .journey("tiles as an object", #""tiles": {}"#, 400, at: "/tiles", says: "array"),
        .journey("a tile as text", #""tiles": ["entry"]"#, 400, at: "/tiles/0", says: "object"),
        .journey("a tile without type", #""tiles": [{"id": "t"}]"#, 400, at: "/tiles/0/type", says: "type"),
        .journey("a tile's id as number", #""tiles": [{"id": 1, "type": "entry"}]"#, 400, at: "/tiles/0/id"),
        .journey(
            "a config as array", #""tiles": [{"id": "t", "type": "entry", "config": []}]"#, 400, at: "/tiles/0/config"),
        .journey("an edge without end", #""edges": [{"from": "a"}]"#, 400, at: "/edges/0/to"),
        .journey(
            "a branch as number", #""edges": [{"from": "a", "to": "b", "branch": 1}]"#, 400, at: "/edges/0/branch"),
        .journey("a schedule as number", #""schedule": 5"#, 400, at: "/schedule"),
        .journey("criteria as text", #""entry_criteria": "all""#, 400, at: "/entry_criteria"),
        BadRequest("name cleared", "PUT", "journeys/{journey}", #"{"name": null}"#, 400, at: "/name"),
        BadRequest("an unknown field in a PUT", "PUT", "journeys/{journey}", #"{"nmae": "x"}"#, 400, at: "/nmae"),
    ]

    /// Sizes, grammar, references.
    static let values: [BadRequest] = [
        BadRequest(
            "an empty name", "POST", "journeys", #"{"name": "", "parent_model_id": "{model}"}"#, 422, at: "/name"),
        .journey("501 tiles", #""tiles": [\#(tiles(501))]"#, 422, at: "/tiles", says: "500"),
        .journey("cron: four fields", #""schedule": "* * * *""#, 422, at: "/schedule", says: "schedule"),
        .journey("cron: minute 61", #""schedule": "61 * * * *""#, 422, at: "/schedule", says: "61"),
        .journey("cron: a word", #""schedule": "every tuesday""#, 422, at: "/schedule"),
        .journey("cron: an unknown zone", #""schedule": "CRON_TZ=Mars/Base 0 0 * * *""#, 422, at: "/schedule"),
        .journey(
            "an unknown operator", #""entry_criteria": \#(condition("age", "like", "1"))"#, 422,
            at: "/entry_criteria/operator", says: "like"),
        .journey(
            "an empty group inside", #""exit_criteria": {"type": "and", "children": [{"type": "or", "children": []}]}"#,
            422, at: "/exit_criteria/children/0*"),
        .journey(
            "between with one value", #""entry_criteria": \#(condition("age", "between", "[1]"))"#, 422,
            at: "/entry_criteria/value*"),
        .journey(
            "between the wrong way round", #""entry_criteria": \#(condition("age", "between", "[5, 1]"))"#, 422,
            at: "/entry_criteria/value*"),
        .journey(
            "in nothing", #""entry_criteria": \#(condition("age", "in", "[]"))"#, 422, at: "/entry_criteria/value*"),
        .journey(
            "in with a null", #""entry_criteria": \#(condition("age", "in", "[1, null]"))"#, 422,
            at: "/entry_criteria/value*"),
        .journey(
            "no value",
            #""entry_criteria": {"type": "condition", "condition_type": "property", "column": "age", "operator": "equals"}"#,
            422, at: "/entry_criteria/value"),
        BadRequest(
            "a model id that is none", "POST", "journeys", #"{"name": "J", "parent_model_id": "customers"}"#, 422,
            at: "/parent_model_id", says: "UUID"),
        BadRequest(
            "an unknown model", "POST", "journeys", #"{"name": "J", "parent_model_id": "\#(unknown)"}"#, 422,
            at: "/parent_model_id"),
        BadRequest(
            "another workspace's model", "POST", "journeys", #"{"name": "J", "parent_model_id": "{other-model}"}"#, 422,
            at: "/parent_model_id"),
        BadRequest(
            "another workspace's source", "POST", "models",
            #"{"source_id": "{other-source}", "name": "M", "sql_query": "SELECT 1 AS id"}"#, 422, at: "/source_id"),
        BadRequest(
            "a key that the model lacks", "POST", "models",
            #"{"source_id": "{source}", "name": "M", "sql_query": "SELECT id FROM people", "primary_key_column": "idd"}"#,
            422, at: "/primary_key_column", says: "idd"),
        BadRequest(
            "an unknown connector", "POST", "destinations",
            #"{"name": "D", "destination_type": "pigeon", "config": {}}"#,
            422, at: "/destination_type", says: "no loaded plugin provides", "pigeon"),
        BadRequest("a webhook without url", "POST", "destinations", webhook("{}"), 422, at: "/config*", says: "url"),
        BadRequest(
            "a webhook over ftp", "POST", "destinations", webhook(#"{"url": "ftp://127.0.0.1/"}"#), 422,
            at: "/config/url"),
        BadRequest(
            "a batch of none", "POST", "destinations", webhook(#"{"url": "http://127.0.0.1/", "batch_size": 0}"#), 422,
            at: "/config/batch_size"),
        BadRequest(
            "an unknown setting", "POST", "destinations", webhook(#"{"url": "http://127.0.0.1/", "retries": 5}"#), 422,
            at: "/config/retries"),
        BadRequest("an unknown role", "POST", "api-keys", #"{"name": "K", "role": "king"}"#, 422, at: "/role"),
        BadRequest(
            "a key that has expired", "POST", "api-keys", #"{"name": "K", "expires_at": "2001-01-01T00:00:00Z"}"#, 422,
            at: "/expires_at"),
        BadRequest("a page of 101", "GET", "journeys?page_size=101", nil, 422, says: "page_size"),
        BadRequest(
            "an unknown column in an estimate", "POST", "models/{model}/estimate-filter",
            #"{"filter_tree": \#(condition("agee", "equals", "1"))}"#, 422, at: "/filter_tree*", says: "agee"),
        BadRequest(
            "text where a number stands in an estimate", "POST", "models/{model}/estimate-filter",
            #"{"filter_tree": \#(condition("age", "greater_than", #""old""#))}"#, 422, at: "/filter_tree*", says: "age"),
        BadRequest(
            "a date of nonsense in an estimate", "POST", "models/{model}/estimate-filter",
            #"{"filter_tree": \#(condition("joined", "less_than", #""2024-13-01""#))}"#, 422, at: "/filter_tree*"),
        BadRequest(
            "contains on a number", "POST", "models/{model}/estimate-filter",
            #"{"filter_tree": \#(condition("age", "contains", #""1""#))}"#, 422, at: "/filter_tree*"),
        BadRequest(
            "is_true on text", "POST", "models/{model}/estimate-filter",
            #"{"filter_tree": {"type": "condition", "condition_type": "property", "column": "name", "operator": "is_true"}}"#,
            422, at: "/filter_tree*"),
    ]

    /// Model SQL that is not one SELECT, or reaches beyond its source: in a model and in a preview alike.
    static let statements: [BadRequest] = [
        "", "   ", "-- nothing", "SELECT", "SELEKT * FROM people", "DELETE FROM people", "UPDATE people SET age = 1",
        "INSERT INTO people(id) VALUES ('x')", "DROP TABLE people", "CREATE TABLE t(a)", "CREATE TEMP TABLE t(a)",
        "SELECT 1; SELECT 2", "SELECT id FROM people; DROP TABLE people", "WITH a AS (SELECT 1) DELETE FROM people",
        "PRAGMA user_version", "PRAGMA writable_schema = 1", "ATTACH '/etc/passwd' AS p", "DETACH main", "VACUUM",
        "VACUUM INTO '/tmp/tessera-vacuum.db'", "BEGIN", "EXPLAIN SELECT id FROM people", "REINDEX", "ANALYZE",
        "SELECT * FROM sqlite_master", "SELECT * FROM sqlite_schema", "SELECT * FROM pragma_table_info('people')",
        "SELECT * FROM pragma_database_list", "SELECT load_extension('/tmp/x.so')", "SELECT readfile('/etc/passwd')",
        "SELECT writefile('/tmp/tessera-x', 'y')", "SELECT * FROM nowhere", "SELECT nothing FROM people",
        "SELECT * FROM dbstat", "SELECT * FROM journeys", "SELECT ? AS id", "SELECT :key AS id", "VALUES (1)",
    ].flatMap { sql -> [BadRequest] in
        let text = JSON.string(sql).text
        return [
            BadRequest(
                "model: \(sql)", "POST", "models",
                #"{"source_id": "{source}", "name": "M", "sql_query": \#(text), "primary_key_column": "id"}"#, 422,
                at: "/sql_query"),
            BadRequest(
                "preview: \(sql)", "POST", "models/preview", #"{"source_id": "{source}", "sql_query": \#(text)}"#, 422,
                at: "/sql_query"),
        ]
    }

    /// Who may not, what is not there, and what is not possible now.
    static let access: [BadRequest] = [
        BadRequest("no key", "GET", "journeys", headers: [], 401, says: "Bearer"),
        BadRequest("a wrong key", "GET", "journeys", headers: [("Authorization", "Bearer sk_live_wrong")], 401),
        BadRequest("another scheme", "GET", "journeys", headers: [("Authorization", "Basic {key}")], 401),
        BadRequest("a revoked key", "GET", "journeys", headers: [("Authorization", "Bearer {revoked}")], 401),
        BadRequest(
            "a key of another workspace", "GET", "journeys", headers: [("Authorization", "Bearer {other-key}")], 403),
        BadRequest("another workspace's path", "GET", "/api/v1/workspaces/{other}/journeys", 403),
        BadRequest(
            "another workspace's header", "GET", "journeys",
            headers: [("Authorization", "Bearer {key}"), ("X-Workspace-ID", "{other}")], 403, says: "X-Workspace-ID"),
        BadRequest(
            "a viewer who writes", "DELETE", "journeys/{journey}", headers: [("Authorization", "Bearer {viewer}")], 403),
        BadRequest(
            "an editor of destinations", "POST", "destinations", webhook(#"{"url": "http://127.0.0.1/"}"#),
            headers: [("Authorization", "Bearer {editor}")], 403, says: "admin"),
        BadRequest(
            "an operator in a workspace", "GET", "journeys", headers: [("Authorization", "Bearer {operator}")], 403),
        BadRequest("an admin as operator", "GET", "/api/v1/plugins", 403, says: "operator"),
        BadRequest("an unknown journey", "GET", "journeys/\(unknown)", 404),
        BadRequest("an id that is none", "GET", "journeys/first", 404),
        BadRequest("another workspace's journey", "GET", "journeys/{other-journey}", 404),
        BadRequest("another's journey to validate", "POST", "journeys/{other-journey}/validate", 404),
        BadRequest("another's journey to delete", "DELETE", "journeys/{other-journey}", 404),
        BadRequest("another's destination", "GET", "destinations/{other-destination}", 404),
        BadRequest("another's model", "DELETE", "models/{other-model}", 404),
        BadRequest("an unknown run", "GET", "journeys/{journey}/runs/\(unknown)", 404),
        BadRequest("an unknown member", "GET", "journeys/{journey}/members/nobody", 404),
        BadRequest("an unknown path", "GET", "journey", 404),
        BadRequest("a broken escape", "GET", "journeys/%zz", 400),
        BadRequest("a method that is not there", "PATCH", "journeys/{journey}", "{}", 405, says: "PATCH"),
        BadRequest(
            "not JSON by its type", "POST", "journeys", #"{"name": "J", "parent_model_id": "{model}"}"#,
            headers: [("Authorization", "Bearer {key}"), ("Content-Type", "text/plain")], 415),
        BadRequest(
            "an old version", "PUT", "journeys/{journey}", #"{"name": "K"}"#,
            headers: [("Authorization", "Bearer {key}"), ("If-Match", "\"old\"")], 412),
        BadRequest("a draft that is triggered", "POST", "journeys/{journey}/trigger", 409, says: "draft"),
        BadRequest("a draft that is paused", "POST", "journeys/{journey}/pause", 409, says: "draft"),
        BadRequest("a draft that is resumed", "POST", "journeys/{journey}/resume", 409, says: "draft"),
        BadRequest("an active one that is activated", "POST", "journeys/{active}/activate", 409, says: "active"),
        BadRequest("an active one that is archived", "POST", "journeys/{active}/archive", 409, says: "active"),
        BadRequest("an active one that is deleted", "DELETE", "journeys/{active}", 409, says: "active"),
        BadRequest("a destination in use", "DELETE", "destinations/{destination}", 409, says: "Active"),
        BadRequest("a model in use", "DELETE", "models/{model}", 409, says: "Active"),
        BadRequest("a source in use", "DELETE", "sources/{source}", 409),
    ]

    private static func tiles(_ count: Int) -> String {
        (0..<count).map { #"{"id": "t\#($0)", "type": "\#($0 == 0 ? "entry" : "exit")"}"# }.joined(separator: ", ")
    }

    static func condition(_ column: String, _ op: String, _ value: String) -> String {
        #"{"type": "condition", "condition_type": "property", "column": "\#(column)", "operator": "\#(op)", "value": \#(value)}"#
    }

    private static func webhook(_ config: String) -> String {
        #"{"name": "D", "destination_type": "webhook", "config": \#(config)}"#
    }
}
