/// Paths, methods and headers.
enum ProtocolCases {
    static let all: [RestCase] = [
        RestCase("GET", "/api/v1/nothing", is: 404, has: ["no such path"]),
        RestCase("GET", "/journeys/", is: 404),
        RestCase("GET", "/api/v1/workspaces/{w}//journeys", is: 404),
        RestCase("GET", "/journeys/%zz", is: 400, has: ["two hexadecimal digits"]),
        RestCase("GET", "/journe%79s", is: 200),
        RestCase("PATCH", "/journeys", "{}", is: 405, answers: ["Allow": "GET, POST, HEAD, OPTIONS"]),
        RestCase("DELETE", "/journeys/{active}/stats", is: 405, answers: ["Allow": "GET, HEAD, OPTIONS"]),
        RestCase("GET", "/destinations/test", is: 405, answers: ["Allow": "POST"]),
        RestCase("OPTIONS", "/journeys/{active}", key: "", is: 204, answers: ["Allow": "GET, PUT, DELETE"]),
        RestCase("GET", "/journeys?page=%zz", is: 400, has: ["two hexadecimal digits"]),
        RestCase("GET", "/journeys", is: 200, answers: ["Content-Type": "application/json"]),
        RestCase(
            "POST", "/journeys", "{}", headers: [("Content-Encoding", "gzip")], is: 415,
            has: ["Content-Encoding 'gzip'", "send the body plain"]),
        RestCase("POST", "/journeys", "{}", headers: [("Content-Encoding", "identity")], is: 400, has: ["/name"]),
        RestCase("POST", "/journeys/{active}/members/1/retry", #"{"force": true}"#, is: 400, has: ["/force"]),
        RestCase("POST", "/journeys/{active}/members/1/skip", "[]", is: 400, has: ["must be a JSON object"]),
        RestCase(
            "POST", "/journeys", "{}", headers: [("Idempotency-Key", "two words")], is: 400, has: ["Idempotency-Key"]),
    ]
}
