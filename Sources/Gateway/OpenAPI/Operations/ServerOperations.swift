import Journeys

enum ServerOperations {
    static let group = OperationGroup(
        name: "Server", description: "For the machinery around.",
        operations: [
            Operation(.get, "/healthz", "getHealth", "Tells that the process answers").answers(status: "ok"),
            Operation(.get, "/readyz", "getReadiness", "Tells whether it can do its work").answers(status: "ready")
                .refuses(503, "It can't: `error` says why."),
            Operation(
                .get, "/metrics", "getMetrics", "Figures in Prometheus' text format",
                "For programs on the gateway's machine, but for proxies there, and with a server key."
            )
            .refuses(401, "It comes from elsewhere, without a key.").refuses(403, "With a key that is no server key.")
            .answers(.string(example: "tessera_http_connections 1\n"), as: "text/plain"),
            Operation(.get, "/api/v1/openapi.json", "getOpenAPI", "This description").answers(
                .open(example: ["openapi": "3.1.0"])),
            Operation(.get, "/docs", "getDocs", "This description as a page for a browser")
                .answers(.string(example: "<!doctype html>"), as: "text/html"),
        ])
}
