/// Plugins, as operators see and change them. None of these changes what is loaded.
enum PluginCases {
    private static let wait = "/api/v1/plugins/dev.tessera.wait"
    private static let unknown = "/api/v1/plugins/com.example.nowhere"
    private static let noHash = String(repeating: "0", count: 64)

    static let all: [RestCase] = [
        // Who may
        RestCase("GET", "/api/v1/plugins", key: "", is: 401),
        RestCase("GET", "/api/v1/plugins", is: 403, has: ["forbidden", "server key"]),
        RestCase("GET", wait, is: 403),
        RestCase("POST", "/api/v1/plugins/load", #"{"file": "libWaitPlugin.so"}"#, is: 403),
        RestCase("POST", wait + "/reload", is: 403),
        RestCase("POST", wait + "/rollback", is: 403),
        RestCase("POST", wait + "/retire", is: 403),
        // Looking
        RestCase(
            "GET", "/api/v1/plugins", key: "{operator}", is: 200,
            has: ["\"state\":\"active\"", "\"tile_types\":[\"wait\"]", "\"sha256\":\""]),
        RestCase(
            "GET", "/api/v1/plugins?page=1&page_size=2", key: "{operator}", is: 200,
            has: ["\"page_size\":2", "\"total\":10"]),
        RestCase(
            "GET", wait, key: "{operator}", is: 200,
            has: [
                "\"id\":\"dev.tessera.wait\"", "\"generation\":1", "\"locked\":false", "\"secrets\":false",
                "\"loaded_at\":\"2024-01-15T", "\"time_us\":", "\"restarts\":0", "\"live\":true",
                "\"isolation\":\"inproc\"", "\"reason\":\"\"",
            ]),
        RestCase("GET", unknown, key: "{operator}", is: 404, has: ["plugin_not_found", "com.example.nowhere"]),
        RestCase("PUT", wait, "{}", key: "{operator}", is: 405, answers: ["Allow": "GET"]),
        // Load
        RestCase("POST", "/api/v1/plugins/load", key: "{operator}", is: 400),
        RestCase("POST", "/api/v1/plugins/load", "{}", key: "{operator}", is: 400, has: ["file is required"]),
        RestCase(
            "POST", "/api/v1/plugins/load", #"{"file": "a.so", "path": "b"}"#, key: "{operator}", is: 400,
            has: ["unknown field 'path'"]),
        RestCase(
            "POST", "/api/v1/plugins/load", #"{"file": "../../etc/evil.so"}"#, key: "{operator}", is: 422,
            has: ["/file", "without the directory"]),
        RestCase("POST", "/api/v1/plugins/load", #"{"file": "wait"}"#, key: "{operator}", is: 422, has: ["/file"]),
        RestCase(
            "POST", "/api/v1/plugins/load", #"{"file": "nowhere.so"}"#, key: "{operator}", is: 404,
            has: ["plugin_not_found", "'nowhere.so'"]),
        RestCase(
            "POST", "/api/v1/plugins/load", #"{"file": "libWaitPlugin.so"}"#, key: "{operator}", is: 200,
            has: ["\"id\":\"dev.tessera.wait\"", "\"generation\":1"]),
        // Reload
        RestCase("POST", wait + "/reload", key: "{operator}", is: 200, has: ["\"state\":\"active\""]),
        RestCase("POST", wait + "/reload", "{}", key: "{operator}", is: 200),
        RestCase("POST", wait + "/reload", #"{"force": true}"#, key: "{operator}", is: 400),
        RestCase("POST", unknown + "/reload", key: "{operator}", is: 404, has: ["plugin_not_found"]),
        // Rollback
        RestCase(
            "POST", wait + "/rollback", key: "{operator}", is: 409,
            has: ["nothing_to_roll_back", "in use before the present one"]),
        RestCase(
            "POST", wait + "/rollback", #"{"sha256": "12ab"}"#, key: "{operator}", is: 422, has: ["64 hex digits"]),
        RestCase(
            "POST", wait + "/rollback", #"{"sha256": "\#(noHash)"}"#, key: "{operator}", is: 409,
            has: ["nothing_to_roll_back", "never had a generation"]),
        RestCase("POST", wait + "/rollback", #"{"to": "1"}"#, key: "{operator}", is: 400),
        RestCase("POST", unknown + "/rollback", key: "{operator}", is: 404, has: ["plugin_not_found"]),
        // Retire
        RestCase("POST", unknown + "/retire", key: "{operator}", is: 404, has: ["plugin_not_found"]),
        RestCase("POST", wait + "/retire", #"{"now": true}"#, key: "{operator}", is: 400),
    ]
}
