/// The 14 endpoints of the orchestrations and ours beside them, where they succeed. The order counts: a later case sees
/// what an earlier one did.
enum JourneyCases {
    static let all: [RestCase] = [
        RestCase("GET", "/journeys", is: 200, has: ["[{\"id\":\"{j}\"", "\"name\":\"Onboarding\""]),
        RestCase(
            "GET", "/journeys?page=1&page_size=1", is: 200,
            has: ["{\"data\":[{\"id\":\"{j}\"", "\"pagination\":{\"page\":1,\"page_size\":1,\"total\":3}"]),
        RestCase(
            "GET", "/journeys?page=9", is: 200, has: ["{\"data\":[],", "\"page\":9,\"page_size\":20,\"total\":3"]),
        RestCase(
            "POST", "/journeys", #"{"name": "New", "parent_model_id": "{m}"}"#, is: 201,
            has: [
                "\"workspace_id\":\"{w}\"", "\"parent_model_id\":\"{m}\"", "\"status\":\"draft\"",
                "\"status_error\":\"\"",
                "\"description\":\"\"", "\"entry_criteria\":null", "\"tiles\":[]", "\"schedule\":null",
                "\"last_run_id\":null", "\"last_run_at\":null", "\"created_at\":\"2024-01-15T09:29:59Z\"",
            ], answers: ["Location": "/api/v1/workspaces/{w}/journeys/", "ETag": "\"1.0\""]),
        // An unfinished DAG is accepted; unknown members of tiles and edges are kept.
        RestCase(
            "POST", "/journeys",
            """
            {"name": "Half", "parent_model_id": "{m}", "tiles": [{"id": "x", "type": "nobody-knows", "label": "L"}],
             "edges": [{"from": "x", "to": "y", "color": "red"}], "status": "active", "id": "ignored"}
            """, is: 201, has: ["\"label\":\"L\"", "\"color\":\"red\"", "\"status\":\"draft\""], hasNot: ["ignored"]),
        RestCase(
            "GET", "/journeys/{j}", is: 200, has: ["\"id\":\"{j}\"", "\"duration\":3"], answers: ["ETag": "\"1.0\""]),
        RestCase("HEAD", "/journeys/{j}", is: 200, answers: ["ETag": "\"1.0\"", "Content-Length": "6"]),
        RestCase(
            "GET", "/journeys/{j}", headers: [("If-None-Match", "\"1.0\"")], is: 304, answers: ["ETag": "\"1.0\""]),
        RestCase(
            "PUT", "/journeys/{j}", #"{"description": "Three days", "schedule": "0 */6 * * *"}"#, is: 200,
            has: ["\"description\":\"Three days\"", "\"name\":\"Onboarding\"", "\"schedule\":\"0 */6 * * *\""],
            answers: ["ETag": "\"2.0\""]),
        RestCase(
            "PUT", "/journeys/{j}", #"{"schedule": null}"#, headers: [("If-Match", "\"2.0\"")], is: 200,
            has: ["\"schedule\":null", "\"description\":\"Three days\""]),
        RestCase("POST", "/journeys/{j}/validate", is: 200, has: ["{\"errors\":[],\"valid\":true}"]),
        RestCase("POST", "/journeys/{j}/activate", "{}", is: 200, has: ["\"status\":\"active\""]),
        RestCase(
            "POST", "/journeys/{j}/preview-update", "{}", is: 200,
            has: [
                """
                {"errors":[],"tiles":{"tile-1":{"effect":"stay","members":0,"to":null},\
                "tile-2":{"effect":"stay","members":0,"to":null}},"totals":{"leave":0,"skip_forward":0,"stay":0},"valid":true}
                """
            ]),
        RestCase(
            "POST", "/journeys/{j}/preview-update", #"{"tiles": [{"id": "x", "type": "entry"}], "edges": []}"#, is: 200,
            has: [
                "\"tile-2\":{\"effect\":\"leave\",\"members\":0,\"to\":null}", "\"x\":{\"effect\":\"stay\"",
                "\"valid\":true",
            ]),
        RestCase(
            "POST", "/journeys/{j}/preview-update", #"{"tiles": [], "edges": []}"#, is: 200,
            has: ["\"errors\":[\"Orchestration must have exactly one entry tile\"]", "\"valid\":false"]),
        // None of it was done.
        RestCase("GET", "/journeys/{j}", is: 200, has: ["\"id\":\"tile-2\""]),
        RestCase("POST", "/journeys/{j}/pause", is: 200, has: ["\"status\":\"paused\""]),
        RestCase("POST", "/journeys/{j}/resume", is: 200, has: ["\"status\":\"active\""]),
        RestCase(
            "POST", "/journeys/{j}/trigger", is: 201,
            has: [
                "\"journey_id\":\"{j}\"", "\"trigger\":\"manual\"", "\"counts\":{\"completed\":", "\"tiles\":{",
                "\"created_at\":\"2024-01-15T09:29:59Z\"", "\"workspace_id\":\"{w}\"", "\"error\":\"\"",
            ], answers: ["Location": "/journeys/{j}/runs/"]),
        RestCase("GET", "/journeys/{j}/runs", is: 200, has: ["[{", "\"journey_id\":\"{j}\""]),
        RestCase("GET", "/journeys/{active}/runs/{run}", is: 200, has: ["\"id\":\"{run}\"", "\"trigger\":\"manual\""]),
        RestCase("GET", "/journeys/{active}/runs?page=1", is: 200, has: ["\"pagination\":{\"page\":1"]),
        RestCase(
            "GET", "/journeys/{sending}/stats", is: 200,
            has: [
                """
                {"tiles":{"a":{"active":0,"branches":{},"completed":0,"entered":0,"exited":0,"failed":0},\
                "b":{"active":0,"branches":{},"completed":0,"entered":0,"exited":0,"failed":0}},\
                "total":{"active":0,"completed":0,"exited":0}}
                """
            ]),
        RestCase("GET", "/journeys/{sending}/members", is: 200, has: ["{\"data\":[],\"next_cursor\":null}"]),
        RestCase("POST", "/journeys/{j}/drain", is: 200, has: ["\"status\":\"draining\""]),
        RestCase("POST", "/journeys/{j}/archive", is: 200, has: ["\"status\":\"archived\""]),
        RestCase(
            "POST", "/journeys/{j}/preview-update", "{}", is: 409, has: ["\"code\":\"wrong_state\"", "archived"]),
        RestCase("DELETE", "/journeys/{j}", is: 200, has: ["{\"status\":\"deleted\"}"]),
        RestCase("GET", "/journeys/{j}", is: 404, has: ["\"code\":\"not_found\""]),
        RestCase("GET", "/journeys", is: 200, hasNot: ["{j}"]),
    ]
}
