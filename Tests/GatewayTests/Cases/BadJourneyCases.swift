/// What bad input gets on journeys: a clear error that names the field, and nothing half-written.
enum BadJourneyCases {
    static let all: [RestCase] = bodies + states + criteria

    private static let bodies: [RestCase] = [
        RestCase("POST", "/journeys", "{\"name\":", is: 400, has: ["\"code\":\"invalid_json\""]),
        RestCase("POST", "/journeys", "[]", is: 400, has: ["must be a JSON object"]),
        RestCase("POST", "/journeys", "", is: 400, has: ["needs a JSON object"]),
        RestCase("POST", "/journeys", "{}", is: 400, has: ["name is required", "\"pointer\":\"/parent_model_id\""]),
        RestCase(
            "POST", "/journeys", #"{"name": 7, "parent_model_id": "{m}"}"#, is: 400,
            has: ["\"pointer\":\"/name\"", "must be a string"]),
        RestCase(
            "POST", "/journeys", #"{"name": "N", "parent_model_id": "{m}", "colour": 1}"#, is: 400,
            has: ["\"pointer\":\"/colour\"", "unknown field 'colour': remove it"]),
        RestCase(
            "POST", "/journeys", #"{"nmae": "N", "parent_model_id": "{m}"}"#, is: 400,
            has: ["unknown field 'nmae': did you mean 'name'? Else remove it"]),
        RestCase(
            "POST", "/journeys",
            #"{"name": "N", "parent_model_id": "{m}", "entry_criteria": {"type": "and", "childen": []}}"#,
            is: 422, has: ["unknown field 'childen': did you mean 'children'?"]),
        RestCase("POST", "/models", #"{"sql": "SELECT 1"}"#, is: 400, has: ["unknown field 'sql'"]),
        RestCase(
            "POST", "/journeys", #"{"name": "N", "parent_model_id": "seven"}"#, is: 422,
            has: ["\"pointer\":\"/parent_model_id\"", "must be a UUID"]),
        RestCase(
            "POST", "/journeys", #"{"name": "N", "parent_model_id": "{unknown}"}"#, is: 422,
            has: ["\"pointer\":\"/parent_model_id\"", "names no model of this workspace"]),
        RestCase(
            "POST", "/journeys", #"{"name": "N", "parent_model_id": "{m}", "schedule": "61 * * * *"}"#, is: 422,
            has: ["\"pointer\":\"/schedule\""]),
        RestCase(
            "POST", "/journeys", #"{"name": "N", "parent_model_id": "{m}", "tiles": \#(tiles(501))}"#, is: 422,
            has: ["\"pointer\":\"/tiles\"", "500"]),
        RestCase(
            "POST", "/journeys",
            #"{"name": "N", "parent_model_id": "{m}", "entry_criteria": \#(nested(65))}"#, is: 400,
            has: ["\"code\":\"too_deep\"", "64"]),
        RestCase(
            "POST", "/journeys", #"{"name": "N", "parent_model_id": "{m}", "tiles": [{"id": "a", "id": "b"}]}"#,
            is: 400,
            has: ["\"code\":\"invalid_json\"", "'id' more than once"]),
        RestCase(
            "POST", "/journeys", #"{"name": "N", "tiles": [\#(String(repeating: "[],", count: 30_000))1]}"#, is: 400,
            has: ["\"code\":\"too_many_values\"", "25000"]),
        RestCase(
            "POST", "/journeys", #"{"name": "N", "description": "\#(String(repeating: "x", count: 2 << 20))"}"#,
            is: 413),
        RestCase(
            "POST", "/journeys", "name=N", headers: [("Content-Type", "application/x-www-form-urlencoded")], is: 415,
            has: ["application/json", "x-www-form-urlencoded"]),
        RestCase(
            "POST", "/journeys/{active}/preview-update", #"{"tiles": 1, "colour": 2}"#, is: 400,
            has: ["\"pointer\":\"/tiles\"", "\"pointer\":\"/colour\""]),
        RestCase(
            "POST", "/journeys/{active}/preview-update", #"{"parent_model_id": "{unknown}"}"#, is: 422,
            has: ["\"pointer\":\"/parent_model_id\""]),
        RestCase("POST", "/journeys/{active}/preview-update", is: 400, has: ["needs a JSON object"]),
        RestCase("POST", "/journeys/{unknown}/preview-update", "{}", is: 404),
        RestCase(
            "POST", "/journeys/{active}/preview-update", "{}", headers: [("If-Match", "\"0.0\"")], is: 412,
            has: ["\"code\":\"precondition_failed\""]),
        RestCase(
            "PUT", "/journeys/{active}", #"{"name": null}"#, is: 400,
            has: ["\"pointer\":\"/name\"", "can't be cleared"]),
        RestCase(
            "PUT", "/journeys/{active}", #"{"parent_model_id": "{unknown}"}"#, is: 422,
            has: ["\"pointer\":\"/parent_model_id\""]),
        RestCase("PUT", "/journeys/{unknown}", #"{"name": "N"}"#, is: 404),
        RestCase("PUT", "/journeys/{active}", #"{"name": "N"}"#, headers: [("If-Match", "\"9.9\"")], is: 412),
        RestCase("DELETE", "/journeys/{sending}", headers: [("If-Match", "W/\"1.1\"")], is: 412),
        RestCase("POST", "/journeys/{active}/pause", #"{"why": 1}"#, is: 400, has: ["\"pointer\":\"/why\""]),
        // Nothing of all that was stored.
        RestCase("GET", "/journeys", is: 200, hasNot: ["\"name\":\"N\""]),
    ]

    private static let states: [RestCase] = [
        RestCase("GET", "/journeys/{unknown}", is: 404),
        RestCase("GET", "/journeys/not-a-uuid", is: 404),
        RestCase("GET", "/journeys/{otherJourney}", is: 404),
        RestCase("POST", "/journeys/{otherJourney}/trigger", is: 404),
        RestCase("DELETE", "/journeys/{active}", is: 409, has: ["\"code\":\"wrong_state\"", "active"]),
        RestCase("POST", "/journeys/{active}/activate", is: 409, has: ["that is active"]),
        RestCase("POST", "/journeys/{active}/resume", is: 409, has: ["that is active"]),
        RestCase("GET", "/journeys/{active}/runs/{unknown}", is: 404, has: ["no such run"]),
        RestCase("GET", "/journeys/{sending}/runs/{run}", is: 404, has: ["no such run"]),
        RestCase("POST", "/journeys/{active}/runs/{unknown}/cancel", is: 404),
        // A live journey must stay valid, and stays as it was when it would not.
        RestCase(
            "PUT", "/journeys/{active}", #"{"tiles": [], "edges": []}"#, is: 422,
            has: [
                "\"code\":\"invalid_journey\"", "\"errors\":[\"Orchestration must have exactly one entry tile\"",
            ]),
        RestCase("GET", "/journeys/{active}", is: 200, has: ["tile-2"]),
        RestCase("GET", "/journeys/{active}/members/nobody", is: 404, has: ["no such member"]),
        RestCase("GET", "/journeys/{active}/members?status=lost", is: 422, has: ["'status'"]),
        RestCase("GET", "/journeys/{active}/members?colour=red", is: 400, has: ["'colour'"]),
        RestCase("GET", "/journeys?page=0", is: 422, has: ["'page'"]),
        RestCase("GET", "/journeys?page_size=101", is: 422, has: ["'page_size'", "100"]),
        RestCase("GET", "/journeys?page=one", is: 422, has: ["'page'"]),
    ]

    private static let criteria: [RestCase] = [
        RestCase(
            "POST", "/journeys",
            #"{"name": "N", "parent_model_id": "{m}", "entry_criteria": {"type": "condition", "condition_type": "property", "column": "orders", "operator": "is_about", "value": 2}}"#,
            is: 422, has: ["\"pointer\":\"/entry_criteria/operator\""]),
        RestCase(
            "POST", "/journeys", #"{"name": "N", "parent_model_id": "{m}", "exit_criteria": []}"#, is: 400,
            has: ["\"pointer\":\"/exit_criteria\""]),
    ]

    private static func tiles(_ count: Int) -> String {
        "[" + (0..<count).map { "{\"id\":\"t\($0)\",\"type\":\"wait\"}" }.joined(separator: ",") + "]"
    }

    private static func nested(_ depth: Int) -> String {
        String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
    }
}
