import Journeys
import Store

/// Parameters and headers that many routes have, under `components`.
enum CommonParameters {
    static let all: JSON = .object(
        Dictionary(uniqueKeysWithValues: path + query + headerParameters))

    private static func parameter(_ name: String, _ place: String, _ description: String, _ schema: Schema) -> (
        String, JSON
    ) {
        var members: [String: JSON] = [
            "name": .string(name), "in": .string(place), "description": .string(description), "schema": schema.json,
        ]
        if place == "path" { members["required"] = true }
        return (name, .object(members))
    }

    private static let path: [(String, JSON)] =
        [
            ("workspace", "The workspace that the key belongs to."), ("journey", "A journey."),
            ("run", "A run of the journey."), ("key", "An API key, by its id."), ("source", "A source."),
            ("model", "A model."), ("destination", "A destination."), ("id", "A workspace."),
        ].map { parameter($0.0, "path", $0.1, .id) } + [
            parameter("member", "path", "A member's key, percent-encoded.", .string(example: "00001")),
            parameter("table", "path", "A table of the source.", .string(example: "customers")),
            parameter(
                "schema", "path", "A schema of the source: the embedded one has `main`.", .string(example: "main")),
            parameter("version", "path", "A version of the journey.", .integer("", 1...(.max), example: 1)),
            parameter("other", "path", "Another version of the journey.", .integer("", 1...(.max), example: 2)),
            parameter("plugin", "path", "A plugin's id.", .string(example: "dev.tessera.wait")),
        ]

    private static let query: [(String, JSON)] = [
        parameter(
            "page", "query", "With it, or with `page_size`, the answer is an object with `data` and `pagination`.",
            .integer("", 1...Int(Int32.max))),
        parameter(
            "page_size", "query", "How many on a page.",
            .integer("", 1...Page.maxSize).with("default", .integer(Int64(Page.defaultSize)))),
        parameter(
            "cursor", "query",
            "The `next_cursor` of the answer before, with the same `sort`: nothing comes twice and nothing is left out, "
                + "whatever is made or deleted meanwhile.", .cursor),
        parameter(
            "limit", "query", "How many at most: with it, or with `cursor`, the answer has `data` and `next_cursor`.",
            .integer("", 1...QueryItems.mostPlaces).with("default", .integer(Int64(QueryItems.defaultLimit)))),
    ]

    private static let headerParameters: [(String, JSON)] = [
        parameter(
            "X-Workspace-ID", "header",
            "May be left out; if it is there it must be the workspace of the path (else 403).",
            .id),
        parameter(
            "Idempotency-Key", "header",
            "The same key and body get the first answer again for 24 hours. Answers that are errors are not kept.",
            .string("", 1...255, pattern: "^[!-~]+$", example: "order-4711")),
        parameter(
            "If-Match", "header", "The ETag that the resource must have, else 412.", .string(example: "\"1.0\"")),
        parameter(
            "If-None-Match", "header", "The ETag that the caller has: while it is the present one the answer is 304.",
            .string(example: "\"1.0\"")),
        parameter(
            "Last-Event-ID", "header", "The id of the last event that the caller has: what it has is not told again.",
            .string(example: "\(Schema.exampleID).1f0a")),
        parameter(
            "X-Request-Id", "header",
            "What the request is to be called in the gateway's log and in the answer: at most 64 letters, digits and `-._:`. "
                + "Else the gateway makes a name.", .string(example: "k3vq20001")),
        parameter(
            "traceparent", "header",
            "Where the request stands in a trace (W3C Trace Context). What is not well-formed counts as not there.",
            .string(example: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")),
    ]

    static let headers: JSON = [
        "ETag": [
            "description": "The version, for `If-Match` and `If-None-Match`.", "required": true,
            "schema": Schema.string(example: "\"1.0\"").json,
        ],
        "Location": [
            "description": "Where what was made is found.", "required": true,
            "schema": Schema.string(example: "/api/v1/workspaces/\(Schema.exampleID)").json,
        ],
        "Idempotent-Replayed": [
            "description": "`true` on an answer that was given before.", "schema": Schema.string(example: "true").json,
        ],
        "Retry-After": [
            "description": "Seconds to wait.", "schema": Schema.integer("", 0...(.max), example: 1).json,
        ],
        "RateLimit-Limit": [
            "description": "Requests a second that are allowed, where a rate was passed.",
            "schema": Schema.integer("", 1...(.max), example: 10_000).json,
        ],
        "RateLimit-Remaining": [
            "description": "Requests that are left: 0.", "schema": Schema.integer("", 0...(.max), example: 0).json,
        ],
        "RateLimit-Reset": [
            "description": "Seconds until there is one.", "schema": Schema.integer("", 1...(.max), example: 1).json,
        ],
        "X-Request-Id": [
            "description": "By which the gateway's log tells of the request: the client's own if it was well-formed.",
            "required": true, "schema": Schema.string("", 1...64, example: "k3vq20001").json,
        ],
        "WWW-Authenticate": ["description": "`Bearer`.", "schema": Schema.string(example: "Bearer").json],
    ]
}
