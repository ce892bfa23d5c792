/// The server itself, what plugins offer, and keys.
enum ServerCases {
    static let all: [RestCase] = [
        RestCase("GET", "/healthz", key: "", is: 200, has: ["{\"status\":\"ok\"}"]),
        RestCase(
            "GET", "/api/v1/tile-types", is: 200,
            has: ["\"id\":\"entry\"", "\"id\":\"sync\"", "\"branches\":[\"next\",\"failed\"]", "\"schema\":{"]),
        RestCase("GET", "/tile-types", is: 200, has: ["\"id\":\"wait\""]),
        RestCase("GET", "/api/v1/tile-types", key: "{operator}", is: 200),
        RestCase("GET", "/connector-types", is: 200, has: ["\"id\":\"webhook\"", "\"writeOnly\":true"]),
        RestCase("GET", "/api/v1/connector-types", key: "", is: 401),
        RestCase(
            "POST", "/api/v1/workspaces", #"{"name": "Three"}"#, key: "{operator}", is: 201,
            has: ["\"embedded_source_id\":\"", "\"api_key\":\"sk_live_"], answers: ["Location": "/api/v1/workspaces/"]),
        RestCase("POST", "/api/v1/workspaces", "{}", key: "{operator}", is: 400, has: ["name is required"]),
        RestCase("GET", "/api/v1/workspaces?page=1&page_size=2", key: "{operator}", is: 200, has: ["\"page_size\":2"]),
        RestCase(
            "GET", "/api-keys", is: 200,
            has: ["\"name\":\"First key\"", "\"key_prefix\":\"sk_live_", "\"role\":\"admin\""], hasNot: ["\"key\":"]),
        RestCase(
            "POST", "/api-keys", #"{"name": "CI"}"#, is: 201,
            has: ["\"key\":\"sk_live_", "\"role\":\"admin\"", "\"status\":\"active\"", "\"expires_at\":null"],
            answers: ["Location": "/api-keys/"]),
        RestCase("POST", "/api-keys", #"{"name": "CI", "role": "operator"}"#, is: 422, has: ["/role"]),
        RestCase(
            "POST", "/api-keys", #"{"name": "CI", "expires_at": "2020-01-01T00:00:00Z"}"#, is: 422,
            has: ["/expires_at", "future"]),
        RestCase("POST", "/api-keys", #"{"name": "CI", "expires_at": "tomorrow"}"#, is: 422, has: ["/expires_at"]),
        RestCase("DELETE", "/api-keys/{unknown}", is: 404),
    ]
}
