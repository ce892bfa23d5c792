/// Versions of a journey: listed, shown, compared, restored. The order counts.
enum VersionCases {
    static let all: [RestCase] = [
        RestCase(
            "GET", "/journeys/{j}/versions", is: 200,
            has: ["[{\"created_at\":", "\"is_current\":true", "\"summary\":\"created\",\"version\":1}]"]),
        RestCase(
            "PUT", "/journeys/{j}",
            """
            {"name": "Renamed", "tiles": [{"id": "tile-1", "type": "entry"},
               {"id": "tile-2", "type": "wait", "config": {"duration": 5, "unit": "days"}}, {"id": "out", "type": "exit"}],
             "edges": [{"from": "tile-1", "to": "tile-2"}, {"from": "tile-2", "to": "out", "label": "end"}]}
            """, is: 200, answers: ["ETag": "\"2.0\""]),
        RestCase(
            "GET", "/journeys/{j}/versions", is: 200,
            has: [
                "\"summary\":\"name; tiles: 1 added, 1 changed; edges: 1 added\",\"version\":2}",
                "\"is_current\":false",
            ]),
        RestCase(
            "GET", "/journeys/{j}/versions?page=2&page_size=1", is: 200,
            has: ["{\"data\":[{", "\"version\":1}", "\"total\":2"], hasNot: ["\"version\":2"]),
        RestCase("GET", "/journeys/{j}/versions?page=3&page_size=1", is: 200, has: ["{\"data\":[],"]),
        RestCase("GET", "/journeys/{j}/versions?page=2147483647&page_size=100", is: 200, has: ["{\"data\":[],"]),
        RestCase(
            "GET", "/journeys/{j}/versions/1", is: 200,
            has: ["\"definition\":{", "\"name\":\"Onboarding\"", "\"duration\":3", "\"is_current\":false"]),
        RestCase(
            "GET", "/journeys/{j}/versions/1/compare/2", is: 200,
            has: [
                "\"fields\":[{\"after\":\"Renamed\",\"before\":\"Onboarding\",\"pointer\":\"/name\"}]",
                "{\"after\":5,\"before\":3,\"pointer\":\"/config/duration\"}",
                "\"added\":[{\"id\":\"out\",\"type\":\"exit\"}]",
                "\"added\":[{\"from\":\"tile-2\",\"label\":\"end\",\"to\":\"out\"}]", "\"reordered\":false",
            ]),
        RestCase(
            "GET", "/journeys/{j}/versions/2/compare/1", is: 200,
            has: ["\"removed\":[{\"id\":\"out\",\"type\":\"exit\"}]", "\"from\":2"]),
        RestCase(
            "GET", "/journeys/{j}/versions/2/compare/2", is: 200, has: ["\"summary\":\"\"", "\"fields\":[]"]),
        RestCase("GET", "/journeys/{j}/versions/1", key: "{viewer}", is: 200),
        RestCase("GET", "/journeys/{j}/versions/3", is: 404, has: ["no such version"]),
        RestCase("GET", "/journeys/{j}/versions/0", is: 404),
        RestCase("GET", "/journeys/{j}/versions/one", is: 404),
        RestCase("GET", "/journeys/{j}/versions/9223372036854775807", is: 404),
        RestCase("GET", "/journeys/{j}/versions/1/compare/3", is: 404),
        RestCase("GET", "/journeys/{j}/versions?status=x", is: 400, has: ["unknown"]),
        RestCase("GET", "/journeys/{unknown}/versions", is: 404, has: ["no such journey"]),
        RestCase("GET", "/journeys/{otherJourney}/versions/1", is: 404, has: ["no such journey"]),
        RestCase("POST", "/journeys/{otherJourney}/versions/1/restore", is: 404),
        // Restored by the rules of PUT.
        RestCase("POST", "/journeys/{j}/versions/1/restore", key: "{viewer}", is: 403),
        RestCase(
            "POST", "/journeys/{j}/versions/1/restore", headers: [("If-Match", "\"1.0\"")], is: 412,
            has: ["precondition_failed"]),
        RestCase("POST", "/journeys/{j}/versions/1/restore", #"{"why": 1}"#, is: 400, has: ["/why"]),
        RestCase(
            "POST", "/journeys/{j}/versions/1/restore",
            headers: [("If-Match", "\"2.0\""), ("Idempotency-Key", "back")], is: 200,
            has: ["\"name\":\"Onboarding\"", "\"duration\":3"], hasNot: ["\"out\""], answers: ["ETag": "\"3.0\""]),
        RestCase(
            "POST", "/journeys/{j}/versions/1/restore",
            headers: [("If-Match", "\"2.0\""), ("Idempotency-Key", "back")], is: 200,
            answers: ["ETag": "\"3.0\"", "Idempotent-Replayed": "true"]),
        RestCase("GET", "/journeys/{j}/versions/1/compare/3", is: 200, has: ["\"summary\":\"\""]),
        RestCase("POST", "/journeys/{j}/versions/4/restore", is: 404, has: ["no such version"]),
        // A journey at work must stay valid.
        RestCase("POST", "/journeys", #"{"name": "Bare", "parent_model_id": "{m}"}"#, is: 201),
        RestCase("PUT", "/journeys/{j}", #"{"tiles": [], "edges": []}"#, is: 200, answers: ["ETag": "\"4.0\""]),
        RestCase("POST", "/journeys/{j}/versions/3/restore", is: 200, answers: ["ETag": "\"5.0\""]),
        RestCase("POST", "/journeys/{j}/activate", is: 200),
        RestCase(
            "POST", "/journeys/{j}/versions/4/restore", is: 422,
            has: ["\"errors\":[\"Orchestration must have exactly one entry tile\"]"]),
        RestCase("GET", "/journeys/{j}", is: 200, has: ["\"duration\":3"], answers: ["ETag": "\"5.1\""]),
        RestCase("POST", "/journeys/{j}/pause", is: 200),
        RestCase("POST", "/journeys/{j}/archive", is: 200),
        RestCase("POST", "/journeys/{j}/versions/1/restore", is: 409, has: ["archived"]),
    ]
}
