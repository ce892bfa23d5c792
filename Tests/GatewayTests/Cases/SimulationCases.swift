/// `POST …/simulate`, where it succeeds and where it does not.
enum SimulationCases {
    private static let path = "/journeys/{sending}/simulate"

    static let all: [RestCase] = [
        RestCase(
            "POST", path, #"{"days": 2, "from": "empty"}"#, is: 200,
            has: [
                "\"from\":\"2024-01-15T09:29:59Z\"", "\"to\":\"2024-01-17T09:29:59Z\"", "\"runs\":2", "\"assumed\":[]",
                "\"deliveries_total\":3", "\"member\":\"00001\"", "\"destination_id\":\"{d}\"",
                "\"payload\":{\"Name\":\"Ann\"}",
                "\"at\":\"2024-01-15T09:29:59Z\"",
                "\"days\":[{\"date\":\"2024-01-15\",\"delivered\":3,\"entered\":3,\"failed\":0,\"left\":3}]",
                "\"totals\":{\"active\":0,\"completed\":3,\"delivered\":3,\"entered\":3,\"exited\":0,\"failed\":0}",
            ], hasNot: ["\"request\""]),
        RestCase(
            "POST", path, #"{"days": 1, "from": "empty", "limit": 0, "start": "2025-02-03T04:05:06Z"}"#, is: 200,
            has: ["\"deliveries\":[]", "\"deliveries_total\":3", "\"from\":\"2025-02-03T04:05:06Z\""]),
        RestCase(
            "POST", path, #"{"days": 1, "from": "empty", "member": "00002"}"#, is: 200,
            has: [
                "\"member\":\"00002\"", "\"status\":\"completed\"", "\"path\":[", "\"payload\":{\"Name\":\"Bob\"}",
                "\"method\":\"POST\"", "\"deliveries_total\":1", "\"branch\":\"next\"",
            ], hasNot: ["Ann", "\"tiles\""]),
        RestCase(
            "POST", path, #"{"days": 1, "from": "empty", "every": {"duration": 6, "unit": "hours"}}"#, is: 200,
            has: ["\"runs\":4"]),
        // A draft, and one with errors: as /validate lists them.
        RestCase(
            "POST", "/journeys/{j}/simulate",
            #"{"days": 5, "journey": {"tiles": [{"id": "a", "type": "entry"}, {"id": "b", "type": "exit"}], "edges": [{"from": "a", "to": "b"}]}}"#,
            is: 200, has: ["\"b\":{", "\"completed\":3"]),
        RestCase(
            "POST", "/journeys/{j}/simulate",
            #"{"days": 5, "journey": {"tiles": [{"id": "a", "type": "entry"}, {"id": "b", "type": "wait", "config": {"duration": 0, "unit": "days"}}], "edges": [{"from": "a", "to": "b"}, {"from": "a", "to": "b"}]}}"#,
            is: 422, has: ["\"invalid_journey\"", "\"problems\":[", "/tiles/1/config/duration", "\"errors\":["]),
        RestCase(
            "POST", path, #"{"days": 5, "journey": {"tiles": 1}}"#, is: 400, has: ["\"pointer\":\"/journey/tiles\""]),
        RestCase("POST", path, #"{"days": 5, "journey": 7}"#, is: 400, has: ["\"pointer\":\"/journey\""]),
        // Faults of the body.
        RestCase("POST", path, #"{}"#, is: 400, has: ["days is required"]),
        RestCase("POST", path, #"{"days": 367}"#, is: 422, has: ["\"pointer\":\"/days\"", "from 1 to 366"]),
        RestCase("POST", path, #"{"days": "7"}"#, is: 422, has: ["\"pointer\":\"/days\""]),
        RestCase("POST", path, #"{"days": 1, "dayz": 1}"#, is: 400, has: ["unknown field 'dayz'"]),
        RestCase("POST", path, #"{"days": 1, "from": "now"}"#, is: 422, has: ["\"pointer\":\"/from\""]),
        RestCase("POST", path, #"{"days": 1, "start": "tomorrow"}"#, is: 422, has: ["\"pointer\":\"/start\""]),
        RestCase("POST", path, #"{"days": 1, "every": {"duration": 1, "unit": "seconds"}}"#, is: 422, has: ["/every"]),
        RestCase("POST", path, #"{"days": 1, "member": ""}"#, is: 422, has: ["\"pointer\":\"/member\""]),
        RestCase("POST", path, #"{"days": 1, "limit": 10001}"#, is: 422, has: ["\"pointer\":\"/limit\""]),
        // Others' journeys, and other roles.
        RestCase("POST", "/journeys/{unknown}/simulate", #"{"days": 1}"#, is: 404, has: ["no such journey"]),
        RestCase("POST", "/journeys/{otherJourney}/simulate", #"{"days": 1}"#, is: 404),
        RestCase("POST", path, #"{"days": 1}"#, key: "{otherKey}", is: 403),
        RestCase("POST", path, #"{"days": 1}"#, key: "{viewer}", is: 403),
        RestCase("POST", path, #"{"days": 1}"#, key: "{editor}", is: 200),
        RestCase("GET", path, is: 405),
        // Nothing of it has happened.
        RestCase("GET", "/journeys/{sending}/runs", is: 200, has: ["[]"]),
        RestCase("GET", "/journeys/{sending}/members", is: 200, has: ["{\"data\":[],\"next_cursor\":null}"]),
    ]
}
