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
        RestCase(
            "PUT", "/destinations/{d}", #"{"limits": {"requests_per_second": 2.5, "deliveries_per_day": 10}}"#, is: 200,
            has: ["\"limits\":{\"deliveries_per_day\":10,\"max_in_flight\":64,\"requests_per_second\":2.5}"]),
        RestCase(
            "PUT", "/destinations/{d}", #"{"limits": {"deliveries_per_day": null, "max_in_flight": 5}}"#, is: 200,
            has: ["\"limits\":{\"deliveries_per_day\":null,\"max_in_flight\":5,\"requests_per_second\":2.5}"]),
        RestCase(
            "GET", "/destinations/{d}/delivery", is: 200,
            has: ["\"destination_id\":\"{d}\"", "\"state\":\"closed\"", "\"max_in_flight\":5", "\"remaining\":null"]),
        RestCase("GET", "/destinations/{unknown}/delivery", is: 404),
        RestCase("POST", "/destinations/{d}/enable", is: 200, has: ["\"status\":\"connected\""]),
        RestCase("POST", "/destinations/{unknown}/enable", is: 404),
        RestCase("POST", "/destinations/{d}/enable", #"{"force": true}"#, is: 400, has: ["/force"]),
        RestCase(
            "PUT", "/destinations/{d}", #"{"limits": {"requests_per_second": 0, "max_in_flight": 257}}"#, is: 422,
            has: ["/limits/requests_per_second", "/limits/max_in_flight", "from 1 to 256"]),
        RestCase(
            "PUT", "/destinations/{d}", #"{"limits": {"deliveries_per_day": "many", "burst": 1}}"#, is: 400,
            has: ["/limits/deliveries_per_day", "unknown field 'burst'"]),
        RestCase(
            "PUT", "/destinations/{d}", #"{"limits": null}"#, is: 200,
            has: ["\"limits\":{\"deliveries_per_day\":null,\"max_in_flight\":64,\"requests_per_second\":null}"]),
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
