import HTTPServer
import Testing
import TestSupport

/// One call of the API as data: what is asked, and what the answer must and must not hold.
struct RestCase: Sendable, CustomTestStringConvertible {
    var method: String
    /// `{w}` and the other names of `RestFixture.names` are put in.
    var path: String
    var body: String?
    var headers: [(String, String)] = []
    /// Nil: the workspace's own; "": none.
    var key: String?
    var status: Int
    var contains: [String] = []
    var lacks: [String] = []
    /// Headers of the answer, by name, and what they must contain.
    var answerHeaders: [String: String] = [:]

    init(
        _ method: String, _ path: String, _ body: String? = nil, headers: [(String, String)] = [], key: String? = nil,
        is status: Int, has contains: [String] = [], hasNot lacks: [String] = [], answers: [String: String] = [:]
    ) {
        self.method = method
        self.path = path
        self.body = body
        self.headers = headers
        self.key = key
        self.status = status
        self.contains = contains
        self.lacks = lacks
        answerHeaders = answers
    }

    var testDescription: String { "\(method) \(path) \(body?.prefix(60) ?? "") is \(status)" }

    func check(_ fixture: RestFixture) throws {
        var headers = headers.map { ($0.0, fixture.fill($0.1)) }
        let key = self.key.map(fixture.fill) ?? fixture.workspace.key
        if !key.isEmpty { headers.append(("Authorization", "Bearer \(key)")) }
        if body != nil, !headers.contains(where: { $0.0 == "Content-Type" }) {
            headers.append(("Content-Type", "application/json"))
        }
        let path = path.hasPrefix("/api/") || path.hasPrefix("/healthz") ? path : "/api/v1/workspaces/{w}" + path
        let answer = try fixture.gateway.client().request(
            method, fixture.fill(path), headers: headers, body: body.map { Array(fixture.fill($0).utf8) })
        #expect(answer.status == status, "\(answer.text)")
        DescribedAnswer.check(method, fixture.fill(path), answer)
        for text in contains {
            #expect(answer.text.contains(fixture.fill(text)), "'\(fixture.fill(text))' is not in: \(answer.text)")
        }
        for text in lacks { #expect(!answer.text.contains(fixture.fill(text)), "\(text) is in: \(answer.text)") }
        for (name, value) in answerHeaders {
            #expect(
                answer[header: name]?.contains(fixture.fill(value)) == true, "\(name): \(answer[header: name] ?? "-")")
        }
        if answer.status >= 400 {
            // Every error names itself and its request.
            #expect(answer.text.contains("\"error\":\"") && answer.text.contains("\"code\":\""))
            #expect(answer.text.contains("\"request_id\":\""))
        }
    }
}

/// What the cases work on: one gateway with two workspaces, and things in the first.
final class RestFixture: @unchecked Sendable {
    let gateway: TestGateway
    let workspace: TestWorkspace
    let names: [String: String]

    /// Made once. The cases are run one after the other.
    static let shared = Result { try RestFixture() }
    /// The same again, for cases that want things as they are made.
    static let ofSimulations = Result { try RestFixture() }
    static let ofLists = Result { try RestFixture() }
    static let ofEveryList = Result { try RestFixture() }

    private init() throws {
        let gateway = try TestGateway()
        let workspace = try gateway.makeWorkspace("One")
        let other = try gateway.makeWorkspace("Two")
        let model = try workspace.makeModel()
        let destination = try workspace.makeDestination()
        let draft = try workspace.makeJourney(model: model)
        let active = try workspace.makeJourney(model: model, name: "Active")
        try workspace.json("POST", "/journeys/\(active)/activate")
        let sending = try workspace.make(
            "/journeys",
            """
            {"name": "Sending", "parent_model_id": "\(model)",
             "tiles": [{"id": "a", "type": "entry"}, {"id": "b", "type": "sync", "config": {
                "destination_id": "\(destination)",
                "field_mapping": [{"source_column": "name", "destination_field": "Name"}]}}],
             "edges": [{"from": "a", "to": "b"}]}
            """)
        try workspace.json("POST", "/journeys/\(sending)/activate")
        let run = try workspace.json("POST", "/journeys/\(active)/trigger")["id"]?.stringValue ?? ""
        func key(_ role: String) throws -> String {
            try workspace.json("POST", "/api-keys", #"{"name": "\#(role)", "role": "\#(role)"}"#)["key"]?.stringValue
                ?? ""
        }
        self.gateway = gateway
        self.workspace = workspace
        names = [
            "w": workspace.id, "s": workspace.sourceID, "m": model, "d": destination, "j": draft, "active": active,
            "sending": sending, "run": run, "other": other.id, "otherKey": other.key, "operator": gateway.operatorKey,
            "otherJourney": try other.makeJourney(model: other.makeModel()), "editor": try key("editor"),
            "viewer": try key("viewer"), "unknown": "11111111-2222-4333-8444-555555555555",
        ]
    }

    /// Puts names in for their places.
    func fill(_ text: String) -> String {
        // The one huge body has none.
        if text.utf8.count > 1 << 20 { return text }
        return names.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }
}
