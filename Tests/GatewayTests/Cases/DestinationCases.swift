/// Destinations; their secrets have tests of their own.
enum DestinationCases {
    static let all: [RestCase] = [
        RestCase(
            "GET", "/destinations", is: 200,
            has: ["\"id\":\"{d}\"", "\"destination_type\":\"webhook\"", "\"status\":\"connected\""]),
        RestCase(
            "GET", "/destinations/{d}", is: 200, has: ["\"config\":{\"url\":\"http://127.0.0.1:9/inbox\"}"],
            answers: ["ETag": "\"1.0\""]),
        RestCase("GET", "/destinations/{d}/fields", is: 200, has: ["[]"]),
        RestCase(
            "PUT", "/destinations/{d}", #"{"name": "Outbox"}"#, is: 200, has: ["\"name\":\"Outbox\"", "/inbox"],
            answers: ["ETag": "\"2.0\""]),
        RestCase("PUT", "/destinations/{d}", #"{"name": "X"}"#, headers: [("If-Match", "\"1.0\"")], is: 412),
        RestCase("DELETE", "/destinations/{d}", is: 409, has: ["\"code\":\"in_use\"", "'Sending'", "{sending}"]),
        RestCase("GET", "/destinations/{unknown}", is: 404),
        RestCase(
            "POST", "/destinations", #"{"name": "N", "destination_type": "webhok", "config": {}}"#, is: 422,
            has: ["/destination_type", "did you mean 'webhook'"]),
        RestCase(
            "POST", "/destinations", #"{"name": "N", "destination_type": "webhook", "config": {}}"#, is: 422,
            has: ["\"code\":\"invalid_config\"", "/config/url"]),
        RestCase(
            "POST", "/destinations", #"{"name": "N", "destination_type": "webhook", "config": {"url": "ftp://x"}}"#,
            is: 422, has: ["/config/url"]),
        RestCase(
            "POST", "/destinations",
            #"{"name": "N", "destination_type": "webhook", "config": {"url": "http://x", "colour": 1}}"#, is: 422,
            has: ["/config/colour"]),
        RestCase(
            "POST", "/destinations", #"{"name": "N", "destination_type": "webhook", "config": 7}"#, is: 400,
            has: ["/config"]),
        RestCase(
            "POST", "/destinations", #"{"destination_type": "webhook", "config": {"url": "http://x"}}"#, is: 400,
            has: ["name is required"]),
        RestCase(
            "POST", "/destinations/test", #"{"destination_type": "webhook", "config": {}}"#, is: 422,
            has: ["/config/url"]),
        RestCase(
            "POST", "/destinations/test", #"{"destination_type": "pigeon", "config": {}}"#, is: 422,
            has: ["/destination_type"]),
        RestCase("POST", "/destinations/{unknown}/test", is: 404),
        // Nobody listens there: the steps say how far it came.
        RestCase(
            "POST", "/destinations/{d}/test", is: 200,
            has: ["event: step\ndata: {", "\"step\":\"build\"", "\"ok\":false", "event: done\ndata: {\"ok\":false}"],
            answers: ["Content-Type": "text/event-stream"]),
    ]
}
