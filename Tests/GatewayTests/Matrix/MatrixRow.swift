import HTTPServer

/// What the matrix must be told of one route; the rest it knows from the router.
struct MatrixRow: Sendable {
    let route: String
    /// The answer to whom the route is for, about an object of theirs.
    let status: Int
    var body: String?
    var contentType = "application/json"
    /// The audit entry of a call that does something, such as `journey updated`. Without it the call must leave none.
    var notes: String?
    /// Makes what a call uses up: path parameters for it.
    var fresh: @Sendable (MatrixWorld) throws -> [String: String] = { _ in [:] }
    /// Path parameters that may name what is not there, or anybody's: the call succeeds all the same.
    var free: Set<String> = []

    init(
        _ route: String, _ status: Int = 200, body: String? = nil, contentType: String = "application/json",
        notes: String? = nil, free: Set<String> = [],
        fresh: @escaping @Sendable (MatrixWorld) throws -> [String: String] = { _ in [:] }
    ) {
        self.route = route
        self.status = status
        self.body = body
        self.contentType = contentType
        self.notes = notes
        self.free = free
        self.fresh = fresh
    }
}

/// Every route of `Routes.all` has its row here.
enum MatrixRows {
    private static let w = "/api/v1/workspaces/{workspace}"
    private static let j = w + "/journeys/{journey}"
    private static let s = w + "/sources/{source}"
    private static let m = w + "/models/{model}"
    private static let d = w + "/destinations/{destination}"
    private static let p = "/api/v1/plugins/{plugin}"

    static let all = journeys + versions + members + keys + sources + models + destinations + server

    private static let journeys = [
        MatrixRow("GET \(w)/journeys"),
        MatrixRow(
            "POST \(w)/journeys", 201, body: #"{"name": "canary-{tag}", "parent_model_id": "{model}"}"#,
            notes: "journey created"),
        MatrixRow("GET \(j)"),
        MatrixRow("PUT \(j)", body: #"{"description": "canary-{tag}"}"#, notes: "journey updated"),
        MatrixRow("DELETE \(j)", notes: "journey deleted") { try $0.makeJourney() },
        MatrixRow("POST \(j)/preview-update", body: "{}"),
        MatrixRow("POST \(j)/validate"),
        MatrixRow("POST \(j)/activate", notes: "journey activated") { try $0.makeJourney() },
        MatrixRow("POST \(j)/pause", notes: "journey paused") { try $0.makeJourney(["activate"]) },
        MatrixRow("POST \(j)/resume", notes: "journey resumed") { try $0.makeJourney(["activate", "pause"]) },
        MatrixRow("POST \(j)/drain", notes: "journey drained") { try $0.makeJourney(["activate"]) },
        MatrixRow("POST \(j)/archive", notes: "journey archived") { try $0.makeJourney() },
        MatrixRow("POST \(j)/trigger", 201, notes: "run triggered") { try $0.makeJourney(["activate"]) },
        MatrixRow("POST \(j)/simulate", body: #"{"days": 1}"#),
        MatrixRow("GET \(j)/runs"),
        MatrixRow("GET \(j)/runs/{run}"),
        // It has ended.
        MatrixRow("POST \(j)/runs/{run}/cancel", 409),
        // So that the stream ends too.
        MatrixRow("GET \(j)/runs/{run}/events"),
        MatrixRow("GET \(j)/events") { try $0.makeJourney(["archive"]) },
        MatrixRow("GET \(j)/stats"),
    ]

    /// `{unique}` is another text at each call: a file that is known already changes nothing.
    private static let file = """
        {"format": "tessera.journey/1",
         "journey": {"name": "canary-{tag}-{unique}", "model": "canary-{tag}-model"},
         "models": {"canary-{tag}-model": {"source": "embedded", "description": "", "sql_query": "SELECT * FROM canary_{tag}",
                                           "entity_type": "parent", "primary_key_column": "id", "timestamp_column": null}},
         "sources": {"embedded": {"source_type": "embedded"}}, "destinations": {}}
        """

    private static let versions = [
        MatrixRow("POST \(w)/journeys/import", body: file, notes: "journey created"),
        MatrixRow("GET \(j)/export"),
        MatrixRow("GET \(j)/versions"),
        MatrixRow("GET \(j)/versions/{version}"),
        MatrixRow("GET \(j)/versions/{version}/compare/{other}"),
        MatrixRow("POST \(j)/versions/{version}/restore", notes: "journey updated"),
    ]

    private static let members = [
        MatrixRow("GET \(j)/members"),
        MatrixRow("GET \(j)/members/{member}"),
        MatrixRow("DELETE \(j)/members/{member}", notes: "member removed") { $0.nextMember() },
        // It has not failed.
        MatrixRow("POST \(j)/members/{member}/retry", 409),
        MatrixRow("POST \(j)/members/{member}/skip", 409),
        MatrixRow("GET \(w)/dead-letters"),
        MatrixRow("POST \(w)/dead-letters/retry", body: #"{"all": true}"#, notes: "dead_letters retried"),
        MatrixRow("POST \(w)/dead-letters/skip", body: #"{"all": true}"#, notes: "dead_letters skipped"),
        MatrixRow("POST \(w)/dead-letters/remove", body: #"{"all": true}"#, notes: "dead_letters removed"),
    ]

    private static let keys = [
        MatrixRow("GET \(w)/api-keys"),
        MatrixRow("POST \(w)/api-keys", 201, body: #"{"name": "canary-{tag}"}"#, notes: "api_key created"),
        MatrixRow("GET \(w)/api-keys/{key}"),
        MatrixRow("DELETE \(w)/api-keys/{key}", notes: "api_key revoked") { ["key": try $0.makeKey().id] },
        MatrixRow("POST \(w)/api-keys/{key}/rotate", notes: "api_key rotated") { ["key": try $0.makeKey().id] },
        MatrixRow("GET \(w)/audit"),
        MatrixRow("GET /api/v1/audit"),
    ]

    private static let sources = [
        MatrixRow("GET \(w)/sources"),
        // There is one already.
        MatrixRow("POST \(w)/sources", 409, body: #"{"name": "canary-{tag}", "source_type": "embedded"}"#),
        MatrixRow("POST \(w)/sources/test", body: #"{"source_type": "embedded"}"#),
        MatrixRow("GET \(s)"),
        MatrixRow("PUT \(s)", body: #"{"name": "canary-{tag}-source"}"#, notes: "source updated"),
        // A journey at work uses it.
        MatrixRow("DELETE \(s)", 409),
        MatrixRow("POST \(s)/test"),
        MatrixRow("GET \(s)/schemas"),
        MatrixRow("GET \(s)/schemas/{schema}/tables"),
        MatrixRow("GET \(s)/schemas/{schema}/tables/{table}/columns"),
        MatrixRow(
            "PUT \(s)/tables/{table}/rows", body: "id,name,orders\ncanary-{tag}-1,canary-{tag},1\n",
            contentType: "text/csv",
            notes: "table uploaded", free: ["table"]),
    ]

    private static let models = [
        MatrixRow("GET \(w)/models"),
        MatrixRow(
            "POST \(w)/models", 201, body: MatrixWorld.model("{tag}", source: "{source}"), notes: "model created"),
        MatrixRow(
            "POST \(w)/models/preview", body: #"{"source_id": "{source}", "sql_query": "SELECT * FROM canary_{tag}"}"#),
        MatrixRow("GET \(m)"),
        MatrixRow("PUT \(m)", body: #"{"description": "canary-{tag}"}"#, notes: "model updated"),
        MatrixRow("DELETE \(m)", notes: "model deleted") { try $0.makeModel() },
        MatrixRow("POST \(m)/estimate-filter", body: "{}"),
    ]

    private static let destination =
        #"{"name": "canary-{tag}", "destination_type": "webhook", "config": {"url": "http://127.0.0.1:9/canary-{tag}"}}"#

    private static let destinations = [
        MatrixRow("GET \(w)/destinations"),
        MatrixRow("POST \(w)/destinations", 201, body: destination, notes: "destination created"),
        MatrixRow("POST \(w)/destinations/test", body: destination),
        MatrixRow("GET \(d)"),
        MatrixRow("PUT \(d)", body: #"{"name": "canary-{tag}-destination"}"#, notes: "destination updated"),
        MatrixRow("DELETE \(d)", notes: "destination deleted") { try $0.makeDestination() },
        MatrixRow("POST \(d)/test"),
        MatrixRow("GET \(d)/delivery"),
        MatrixRow("POST \(d)/enable", notes: "destination enabled"),
        MatrixRow("GET \(d)/fields"),
    ]

    private static let server = [
        MatrixRow("GET /api/v1/tile-types"),
        MatrixRow("GET \(w)/tile-types"),
        MatrixRow("GET /api/v1/connector-types"),
        MatrixRow("GET \(w)/connector-types"),
        MatrixRow("GET /api/v1/workspaces"),
        MatrixRow("POST /api/v1/workspaces", 201, body: #"{"name": "Third"}"#, notes: "workspace created"),
        // For whoever sees all workspaces none is another one's.
        MatrixRow("GET /api/v1/workspaces/{id}"),
        MatrixRow(
            "PUT /api/v1/workspaces/{id}", body: #"{"name": "Renamed {unique}"}"#, notes: "workspace updated"),
        MatrixRow("GET /api/v1/plugins"),
        MatrixRow("POST /api/v1/plugins/load", body: #"{"file": "libWaitPlugin.so"}"#, notes: "plugin loaded"),
        MatrixRow("GET \(p)"),
        MatrixRow("POST \(p)/reload", notes: "plugin reloaded"),
        // There is no other generation; it is in use.
        MatrixRow("POST \(p)/rollback", 409),
        MatrixRow("POST \(p)/retire", 409),
        MatrixRow("GET /healthz"), MatrixRow("GET /readyz"), MatrixRow("GET /metrics"),
        MatrixRow("GET /api/v1/openapi.json"), MatrixRow("GET /docs"),
    ]
}
