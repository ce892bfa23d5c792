/// Lists by status, name and order, of things as the fixture makes them.
enum ListCases {
    static let all: [RestCase] = filters + orders + places + others + refusals

    private static let filters: [RestCase] = [
        RestCase(
            "GET", "/journeys?status=active", is: 200, has: ["{active}", "{sending}"],
            hasNot: ["\"status\":\"draft\""]),
        RestCase(
            "GET", "/journeys?status=draft,paused&page=1", is: 200, has: ["\"name\":\"Onboarding\"", "\"total\":1"],
            hasNot: ["\"name\":\"Active\""]),
        RestCase("GET", "/journeys?search=ONBOARD", is: 200, has: ["[{\"id\":\"{j}\""], hasNot: ["Sending"]),
        RestCase("GET", "/journeys?search=end&status=active&page_size=5", is: 200, has: ["{sending}", "\"total\":1"]),
        // What LIKE takes for any text stands for itself, and nothing leaves its quotes.
        RestCase("GET", "/journeys?search=%25", is: 200, has: ["[]"]),
        RestCase("GET", "/journeys?search=_nboarding", is: 200, has: ["[]"]),
        RestCase("GET", "/journeys?search=%5C", is: 200, has: ["[]"]),
        RestCase("GET", "/journeys?search='%20OR%201=1%20--", is: 200, has: ["[]"]),
        RestCase("GET", "/journeys?search=", is: 200, has: ["{j}", "{active}"]),
        RestCase("GET", "/models?search=cust&status=connected", is: 200, has: ["[{", "\"name\":\"Customers\""]),
        RestCase("GET", "/models?status=error", is: 200, has: ["[]"]),
        RestCase("GET", "/sources?sort=-name&search=nothing", is: 200, has: ["[]"]),
        RestCase("GET", "/destinations?search=inb&sort=updated_at", is: 200, has: ["\"name\":\"Inbox\""]),
        RestCase("GET", "/journeys/{active}/runs?trigger=manual", is: 200, has: ["{run}"]),
        RestCase("GET", "/journeys/{active}/runs?trigger=schedule,timer", is: 200, has: ["[]"]),
        RestCase("GET", "/journeys/{active}/runs?status=failed", is: 200, has: ["[]"]),
        // Another workspace has none of it.
        RestCase(
            "GET", "/api/v1/workspaces/{other}/journeys?search=Active&status=active", key: "{otherKey}", is: 200,
            has: ["[]"]),
    ]

    private static let orders: [RestCase] = [
        RestCase("GET", "/journeys?sort=name&page_size=1", is: 200, has: ["\"name\":\"Active\"", "\"total\":3"]),
        RestCase("GET", "/journeys?sort=-name&page_size=1", is: 200, has: ["\"name\":\"Sending\""]),
        RestCase("GET", "/journeys?sort=-updated_at&page=2&page_size=2", is: 200, has: ["\"page\":2", "\"total\":3"]),
        RestCase("GET", "/journeys/{active}/runs?sort=created_at&page=1", is: 200, has: ["{run}", "\"total\":1"]),
    ]

    private static let places: [RestCase] = [
        RestCase("GET", "/journeys?limit=100", is: 200, has: ["{\"data\":[{", "\"next_cursor\":null}"]),
        RestCase("GET", "/journeys?limit=1&sort=name", is: 200, has: ["\"name\":\"Active\"", "\"next_cursor\":\"k"]),
        RestCase("GET", "/journeys/{active}/runs?limit=10", is: 200, has: ["{run}", "\"next_cursor\":null}"]),
        // "name ~ A" and "created_at ~ 0", as if they had been given out.
        RestCase(
            "GET", "/journeys?sort=name&cursor=k6e616d65207e2041", is: 200,
            has: ["\"name\":\"Active\"", "\"name\":\"Sending\""]),
        RestCase("GET", "/journeys?cursor=k637265617465645f6174207e2030", is: 200, has: ["{j}"]),
        RestCase(
            "GET", "/journeys?cursor=k6e616d65207e2041", is: 400,
            has: ["was given out for sort=name and can't be used with sort=created_at"]),
        RestCase("GET", "/journeys?sort=-name&cursor=k6e616d65207e2041", is: 400, has: ["sort=-name"]),
    ]

    /// Of keys, of the server, and what is at hand.
    private static let others: [RestCase] = [
        RestCase(
            "GET", "/api-keys?search=EDIT&status=active", is: 200, has: ["\"name\":\"editor\""], hasNot: ["First key"]),
        RestCase("GET", "/api-keys?status=revoked", is: 200, has: ["[]"]),
        RestCase("GET", "/api-keys?sort=-name&page_size=1", is: 200, has: ["\"name\":\"viewer\"", "\"total\":3"]),
        RestCase("GET", "/api-keys?limit=1&sort=name", is: 200, has: ["First key", "\"next_cursor\":\"k"]),
        RestCase("GET", "/api-keys?status=expired", is: 422, has: ["active, revoked"]),
        RestCase(
            "GET", "/api/v1/workspaces?search=tw", key: "{operator}", is: 200, has: ["[{\"created_at\"", "{other}"]),
        RestCase(
            "GET", "/api/v1/workspaces?sort=-name&limit=1", key: "{operator}", is: 200,
            has: ["\"name\":\"Two\"", "\"next_cursor\":\"k"]),
        RestCase("GET", "/api/v1/workspaces?status=active", key: "{operator}", is: 400, has: ["'status' is unknown"]),
        RestCase(
            "GET", "/api/v1/workspaces?sort=updated_at&page_size=1", key: "{operator}", is: 200,
            has: ["\"page_size\":1", "\"total\":2"]),
        RestCase(
            "GET", "/api/v1/workspaces?sort=size", key: "{operator}", is: 422, has: ["created_at, updated_at, name"]),
        RestCase(
            "GET", "/api/v1/plugins?state=active&search=WAIT", key: "{operator}", is: 200,
            has: ["\"id\":\"dev.tessera.wait\""], hasNot: ["dev.tessera.entry"]),
        RestCase("GET", "/api/v1/plugins?state=retired,refused", key: "{operator}", is: 200, has: ["[]"]),
        RestCase(
            "GET", "/api/v1/plugins?status=active", key: "{operator}", is: 400,
            has: ["did you mean 'state'?; known here"]),
        RestCase("GET", "/tile-types?search=delay", is: 200, has: ["[]"]),
        RestCase("GET", "/tile-types?search=Wait&page=1", is: 200, has: ["\"id\":\"wait\"", "\"total\":1"]),
        RestCase("GET", "/connector-types?sort=-title&cursor=x", is: 400, has: ["'cursor' is unknown"]),
        RestCase(
            "GET", "/sources/{s}/schemas/main/tables?sort=-rows&search=cust", is: 200, has: ["\"name\":\"customers\""]),
        RestCase(
            "GET", "/sources/{s}/schemas/main/tables/customers/columns?sort=name&page_size=1", is: 200,
            has: ["\"name\":\"id\"", "\"total\":5"]),
    ]

    private static let refusals: [RestCase] = [
        RestCase("GET", "/journeys?colour=red", is: 400, has: ["'colour' is unknown"]),
        RestCase("GET", "/journeys?page=1&page=2", is: 400, has: ["given twice"]),
        RestCase("GET", "/journeys?page=1&cursor=k00", is: 422, has: ["does not go with page"]),
        RestCase("GET", "/journeys?page_size=2&limit=2", is: 422, has: ["'limit' does not go with page"]),
        RestCase("GET", "/journeys?status=activ", is: 422, has: ["'activ'", "did you mean 'active'"]),
        RestCase("GET", "/journeys?status=", is: 422, has: ["must be one of draft"]),
        RestCase("GET", "/journeys?status=active,", is: 422, has: ["not ''"]),
        RestCase("GET", "/journeys?sort=status", is: 422, has: ["created_at, updated_at, name"]),
        RestCase("GET", "/journeys?cursor=zzz", is: 422, has: ["not one that was given out"]),
        RestCase("GET", "/journeys?cursor=k637265617465645f6174207e2041", is: 422, has: ["not one that was given out"]),
        RestCase("GET", "/journeys?limit=0", is: 422, has: ["from 1 to 1000"]),
        RestCase("GET", "/journeys?search=\(String(repeating: "x", count: 256))", is: 422, has: ["255"]),
        RestCase("GET", "/journeys?search=%00", is: 422, has: ["'search' must not contain control characters"]),
        RestCase("GET", "/tile-types?search=a%0Ab", is: 422, has: ["control characters"]),
        RestCase("GET", "/models?status=active", is: 422, has: ["connected, error"]),
        RestCase("GET", "/sources?trigger=manual", is: 400, has: ["'trigger' is unknown"]),
        RestCase("GET", "/journeys/{active}/runs?search=x", is: 400, has: ["'search' is unknown"]),
        RestCase("GET", "/journeys/{active}/runs?sort=name", is: 422, has: ["created_at or -created_at"]),
        RestCase("GET", "/journeys/{active}/runs?trigger=hand", is: 422, has: ["manual, schedule, timer"]),
        RestCase(
            "GET", "/journeys/{active}/runs?cursor=k2d637265617465645f61742031313131", is: 422,
            has: ["not one that was given out"]),
    ]
}
