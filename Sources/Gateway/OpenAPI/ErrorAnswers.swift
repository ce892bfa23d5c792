import Journeys

/// The answers that any route may give instead of its own.
enum ErrorAnswers {
    static let common: [Int: (description: String, code: String, example: String)] = [
        400: (
            "Not JSON, too deep, a field that is missing, unknown or of the wrong JSON type, or a path or query that is not "
                + "percent-encoded UTF-8.", "invalid_request", "/name: name is required"
        ),
        401: (
            "No key, or one that is unknown, revoked or expired.", "unauthorized",
            "Send the API key as 'Authorization: Bearer <key>'"
        ),
        403: (
            "The key belongs to another workspace, or its role does not suffice.", "forbidden",
            "A key with role viewer may not do this: use a key with role editor or admin"
        ),
        404: (
            "There is no such thing here; what exists in another workspace does not exist in this one.", "not_found",
            "There is no such journey in this workspace"
        ),
        408: ("The body did not come in time.", "request_timeout", "the request's body did not arrive in time"),
        409: (
            "A request with this Idempotency-Key is still at work.", "idempotency_key_in_use",
            "A request with this Idempotency-Key is still at work: repeat it later"
        ),
        412: (
            "If-Match names another version.", "precondition_failed",
            "The resource is not at the version that If-Match names: read it again and repeat the change on that"
        ),
        413: (
            "The body is larger than the gateway takes: 1 MiB, unless it is configured otherwise.", "body_too_large",
            "the request body is larger than the 1048576 bytes that this resource takes"
        ),
        415: (
            "A Content-Type that is not taken.", "unsupported_media_type",
            "Content-Type must be application/json, not 'text/html'"
        ),
        422: (
            "A value that is not possible, in the body or the query; `problems` names each field.", "invalid_value",
            "/name: name must not be empty"
        ),
        429: (
            "More than may be asked for: try again after `Retry-After` seconds.", "too_many_requests",
            "This API key may make 10000 requests a second: try again in 1 second"
        ),
        500: (
            "A fault of the gateway: its log tells more under the `request_id`.", "internal",
            "Something went wrong inside the gateway: its log tells more under the request_id"
        ),
        503: (
            "Not possible at the moment: too much to do, stopping, or the disk does not take it.", "overloaded",
            "The gateway has more to do than it can keep: try again in a second"
        ),
    ]

    /// Those under `components/responses`.
    static var components: JSON {
        var answers = Dictionary(
            uniqueKeysWithValues: common.map { (String($0.key), answer($0.key, $0.value.description)) })
        answers["304"] = [
            "description": "The version that If-None-Match names is the present one.",
            "headers": [
                "ETag": ["$ref": "#/components/headers/ETag"],
                "X-Request-Id": ["$ref": "#/components/headers/X-Request-Id"],
            ],
        ]
        return .object(answers)
    }

    static func answer(_ status: Int, _ description: String) -> JSON {
        let known = common[status]
        var headers: [String: JSON] = ["X-Request-Id": ["$ref": "#/components/headers/X-Request-Id"]]
        if status == 401 { headers["WWW-Authenticate"] = ["$ref": "#/components/headers/WWW-Authenticate"] }
        if [409, 429, 503].contains(status) { headers["Retry-After"] = ["$ref": "#/components/headers/Retry-After"] }
        if status == 429 {
            for name in ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"] {
                headers[name] = ["$ref": .string("#/components/headers/\(name)")]
            }
        }
        let example: JSON = [
            "error": .string(known?.example ?? description), "code": .string(known?.code ?? "error"),
            "request_id": "0123456789abcdef",
        ]
        return [
            "description": .string(description), "headers": .object(headers),
            "content": ["application/json": ["schema": Schema.ref("Error").json, "example": example]],
        ]
    }
}
