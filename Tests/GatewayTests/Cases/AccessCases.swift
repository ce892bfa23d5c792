/// Who may do what, and that nobody sees another workspace.
enum AccessCases {
    static let all: [RestCase] = [
        // No key, a wrong one, a broken header.
        RestCase(
            "GET", "/journeys", key: "", is: 401, has: ["\"code\":\"unauthorized\""],
            answers: ["WWW-Authenticate": "Bearer"]),
        RestCase(
            "GET", "/journeys", key: "sk_live_nobody", is: 401, has: ["no such API key"], hasNot: ["sk_live_nobody"]),
        RestCase(
            "GET", "/journeys", headers: [("Authorization", "Basic YTpi")], key: "", is: 401, has: ["Bearer <key>"]),
        RestCase("POST", "/journeys", "{", key: "", is: 401),
        // Another workspace: of the key, of the header, and one that does not exist.
        RestCase("GET", "/journeys", key: "{otherKey}", is: 403, has: ["\"code\":\"other_workspace\""]),
        RestCase("GET", "/api/v1/workspaces/{other}/journeys", is: 403),
        RestCase("GET", "/api/v1/workspaces/{unknown}/journeys", is: 403),
        RestCase("GET", "/journeys", headers: [("X-Workspace-ID", "{other}")], is: 403, has: ["X-Workspace-ID"]),
        RestCase("GET", "/journeys", headers: [("X-Workspace-ID", "{w}")], is: 200),
        // Roles.
        RestCase("GET", "/journeys", key: "{viewer}", is: 200),
        RestCase("GET", "/api-keys", key: "{viewer}", is: 200, hasNot: ["\"key\":"]),
        RestCase(
            "POST", "/models/preview", #"{"source_id": "{s}", "sql_query": "SELECT 1 AS a"}"#, key: "{viewer}", is: 200),
        RestCase(
            "POST", "/journeys/{active}/preview-update", "{}", key: "{viewer}", is: 200, has: ["\"valid\":true"]),
        RestCase("POST", "/models/{m}/estimate-filter", "{}", key: "{viewer}", is: 200, has: ["{\"count\":3}"]),
        RestCase(
            "POST", "/journeys", "{}", key: "{viewer}", is: 403, has: ["\"code\":\"forbidden\"", "editor or admin"]),
        RestCase("POST", "/journeys/{active}/trigger", key: "{viewer}", is: 403),
        RestCase(
            "PUT", "/sources/{s}/tables/t/rows", "a", headers: [("Content-Type", "text/csv")], key: "{viewer}", is: 403),
        RestCase("POST", "/journeys/{active}/validate", key: "{editor}", is: 200),
        RestCase("POST", "/destinations", "{}", key: "{editor}", is: 403, has: ["role admin"]),
        RestCase("DELETE", "/sources/{s}", key: "{editor}", is: 403),
        RestCase("POST", "/api-keys", #"{"name": "x"}"#, key: "{editor}", is: 403),
        // Server keys see the server and nothing inside a workspace; the others the other way round.
        RestCase("GET", "/journeys", key: "{operator}", is: 403),
        RestCase("POST", "/api-keys", #"{"name": "x"}"#, key: "{operator}", is: 403),
        RestCase("GET", "/api/v1/plugins", is: 403),
        RestCase("GET", "/api/v1/workspaces", is: 403),
        RestCase("GET", "/api/v1/workspaces", key: "{operator}", is: 200, has: ["\"id\":\"{w}\"", "\"name\":\"Two\""]),
        // Ids of another workspace are unknown here, in paths and in bodies.
        RestCase("GET", "/api/v1/workspaces/{other}/models/{m}", key: "{otherKey}", is: 404),
        RestCase("GET", "/api/v1/workspaces/{other}/destinations/{d}", key: "{otherKey}", is: 404),
        RestCase("GET", "/api/v1/workspaces/{other}/sources/{s}", key: "{otherKey}", is: 404),
        RestCase("GET", "/api/v1/workspaces/{other}/journeys/{active}/stats", key: "{otherKey}", is: 404),
        RestCase("GET", "/api/v1/workspaces/{other}/journeys/{active}/runs", key: "{otherKey}", is: 404),
        RestCase(
            "POST", "/api/v1/workspaces/{other}/journeys/{active}/preview-update", "{}", key: "{otherKey}", is: 404),
        RestCase("GET", "/api/v1/workspaces/{other}/journeys/{active}/members", key: "{otherKey}", is: 404),
        RestCase(
            "PUT", "/api/v1/workspaces/{other}/sources/{s}/tables/t/rows", "a\n1\n",
            headers: [("Content-Type", "text/csv")], key: "{otherKey}", is: 404),
        RestCase(
            "POST", "/api/v1/workspaces/{other}/models/preview", #"{"source_id": "{s}", "sql_query": "SELECT 1 AS a"}"#,
            key: "{otherKey}", is: 422, has: ["\"pointer\":\"/source_id\""]),
        RestCase(
            "POST", "/api/v1/workspaces/{other}/journeys", #"{"name": "N", "parent_model_id": "{m}"}"#,
            key: "{otherKey}", is: 422, has: ["\"pointer\":\"/parent_model_id\""]),
    ]
}
