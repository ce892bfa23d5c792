import Journeys
import Platform
import Testing

/// The page that named the API: its own curl examples get the answers that it shows, and each of its endpoints is called
/// the same way.
@Suite struct SeedPageTests {
    private let page: SeedPage
    private let gateway: InstalledGateway
    private let receiver: InstalledReceiver
    private let curl: CurlCaller
    private let model: String
    private static let members: Int64 = 40
    private static let mapping: JSON = [["source_column": "email", "destination_field": "Email"]]

    init() throws {
        page = try SeedPage()
        receiver = try InstalledReceiver()
        gateway = try InstalledGateway()
        let caller = try gateway.caller()
        let csv = gateway.folder.path + "/customers.csv"
        let lines = (1...Self.members).map { "c\($0),c\($0)@example.com\n" }.joined()
        try Files.write(Array("id,email\n\(lines)".utf8), to: csv)
        try caller.upload(csv, to: "customers", key: "id", of: gateway)
        model = try caller.makeModel("SELECT * FROM customers", key: "id", source: gateway.sourceID)
        let destination = try caller.makeDestination(receiver.url)
        curl = CurlCaller(gateway, model: model, destination: destination, mapping: Self.mapping)
    }

    @Test func thePageIsTakenApartWhole() {
        #expect(page.examples.count == 3)
        #expect(page.endpoints.count == 14)
        #expect(page.fields.count == 17)
        #expect(page.tileTypes == ["entry", "wait", "filter", "sync", "split", "exit"])
        #expect(page.answers.count == 6)
    }

    @Test func theExamplesGetTheAnswersThatThePageShows() throws {
        try #require(page.examples.count == 3 && page.answers.count == 6)
        let (list, create, trigger) = (page.examples[0], page.examples[1], page.examples[2])

        let created = try curl.run(create)
        #expect(created.status == 201)
        expectOrchestration(created.json, status: "draft")
        #expect(created.json["name"] == "Onboarding Flow")
        #expect(created.json["description"] == "Welcome series for new customers")
        #expect(created.json["schedule"] == "0 */6 * * *")
        #expect(created.json["parent_model_id"]?.stringValue == model)
        #expect(created.json["tiles"]?.arrayValue?.map { $0["id"] } == ["tile-1", "tile-2", "tile-3"])
        #expect(created.json["tiles"]?[0] == ["id": "tile-1", "type": "entry", "position": ["x": 0, "y": 0]])
        #expect(created.json["edges"]?[1] == ["from": "tile-2", "to": "tile-3"])
        #expect(created.json["last_run_id"] == .null && created.json["last_run_at"] == .null)
        let journey = try #require(created.json["id"]?.stringValue)

        let listed = try curl.run(list)
        #expect(listed.status == 200)
        #expect(listed.json == [created.json])

        // It ends on a wait tile, without an exit.
        let check = try curl.call("POST", endpoint("validate"), journey: journey)
        #expect(check.status == 200)
        #expect(check.json == page.answers[2])
        let active = try curl.call("POST", endpoint("activate"), journey: journey)
        #expect(active.status == 200)
        expectOrchestration(active.json, status: "active")

        let run = try curl.run(trigger, journey: journey)
        #expect(run.status == 201)
        expectRun(run.json, journey: journey)
        let caller = try gateway.caller()
        let ended = try caller.finish(run.json["id"]?.stringValue ?? "", of: journey)
        expectRun(ended, journey: journey)
        let members = Self.members
        expectCounts(
            ended["counts"], ["entered": members, "moved": members, "delivered": members, "waiting": members])
        #expect(try receiver.rows().count == Int(members))
        let after = try curl.run(list)
        #expect(after.json[0]?["last_run_id"] == run.json["id"])
        #expect(after.json[0]?["last_run_at"] == run.json["created_at"])
        expectOrchestration(after.json[0] ?? .null, status: "active")
    }

    @Test func everyEndpointOfThePageAnswersAsItSays() throws {
        let caller = try gateway.caller()
        try #require(page.examples.count == 3 && page.answers.count == 6)
        // It answers so late that the run is there to be cancelled.
        let receiver = try InstalledReceiver(["--delay-ms", "600000"])
        let curl = CurlCaller(
            gateway, model: model, destination: try caller.makeDestination(receiver.url), mapping: Self.mapping)
        let created = try curl.run(page.examples[1])
        let journey = try #require(created.json["id"]?.stringValue)
        func call(_ what: String, run: String = "", body: String? = nil) throws -> CurlCaller.Answer {
            let line = try #require(page.endpoints.first { "\($0.method) \($0.path)".hasSuffix(what) }, "\(what)")
            return try curl.call(line.method, line.path, journey: journey, run: run, body: body)
        }

        let one = try call("GET /api/v1/workspaces/{id}/journeys/{journeyId}")
        #expect(one.status == 200 && one.json == created.json)
        let empty = try call("/stats")
        #expect(empty.json["total"] == page.answers[5]["total"])
        #expect(Set(empty.json["tiles"]?.objectValue?.keys.map { $0 } ?? []) == ["tile-1", "tile-2", "tile-3"])

        let changed = try call(
            "PUT /api/v1/workspaces/{id}/journeys/{journeyId}", body: #"{"description": "Changed", "schedule": null}"#)
        #expect(changed.status == 200)
        expectOrchestration(changed.json, status: "draft")
        let wanted = (created.json.objectValue ?? [:])
            .merging(["description": "Changed", "schedule": .null]) { $1 }
            .merging(["updated_at": changed.json["updated_at"] ?? .null]) { $1 }
        #expect(changed.json == .object(wanted))

        #expect(try call("/activate").json["status"] == "active")
        let run = try call("/trigger")
        #expect(run.status == 201)
        let id = run.json["id"]?.stringValue ?? ""
        let cancelled = try call("/cancel", run: id)
        #expect(cancelled.status == 200)
        #expect(cancelled.json == page.answers[4])
        let ended = try caller.look(at: id, of: journey)
        #expect(ended["status"] == "cancelled")
        // What was in flight is still counted after that, so the counts may differ from look to look.
        expectRun(ended, journey: journey)
        let again = try call("/runs/{runId}", run: id)
        #expect(again.status == 200 && again.json["id"]?.stringValue == id && again.json["status"] == "cancelled")
        // Those whose delivery was broken off are due again soon: the timer may have begun a run for them.
        let runs = (try call("/runs").json.arrayValue ?? []).filter { $0["trigger"] != "timer" }
        #expect(runs.count == 1 && runs.first?["id"]?.stringValue == id && runs.first?["status"] == "cancelled")
        #expect(try call("/cancel", run: id).status == 409)

        #expect(try call("DELETE /api/v1/workspaces/{id}/journeys/{journeyId}").status == 409)
        let paused = try call("/pause")
        #expect(paused.status == 200)
        expectOrchestration(paused.json, status: "paused")
        let resumed = try call("/resume")
        #expect(resumed.status == 200)
        expectOrchestration(resumed.json, status: "active")
        #expect(try call("/pause").status == 200)
        let deleted = try call("DELETE /api/v1/workspaces/{id}/journeys/{journeyId}")
        #expect(deleted.status == 200)
        #expect(deleted.json == page.answers[1])
        #expect(try call("GET /api/v1/workspaces/{id}/journeys/{journeyId}").status == 404)
        #expect(try call("GET /api/v1/workspaces/{id}/journeys").json == [])
    }

    @Test func anInvalidGraphGetsTheTwoMessagesOfThePage() throws {
        let body = """
            {"name": "Invalid", "parent_model_id": "770e8400-e29b-41d4-a716-446655440000",
             "tiles": [{"id": "tile-5", "type": "wait", "config": {"duration": 3, "unit": "days"}}]}
            """
        let created = try curl.call("POST", "/api/v1/workspaces/{id}/journeys", body: body)
        #expect(created.status == 201, "an unfinished journey is accepted")
        let journey = created.json["id"]?.stringValue ?? ""
        let check = try curl.call("POST", endpoint("validate"), journey: journey)
        #expect(check.status == 200)
        #expect(check.json == page.answers[3])
        let refused = try curl.call("POST", endpoint("activate"), journey: journey)
        #expect(refused.status == 422)
        #expect(refused.json["errors"] == page.answers[3]["errors"])

        // Without tiles the page's stats are met to the letter.
        let bare = try curl.call(
            "POST", "/api/v1/workspaces/{id}/journeys",
            body: #"{"name": "Bare", "parent_model_id": "770e8400-e29b-41d4-a716-446655440000"}"#)
        let stats = try curl.call("GET", endpoint("stats"), journey: bare.json["id"]?.stringValue ?? "")
        #expect(stats.status == 200)
        #expect(stats.json == page.answers[5])
    }

    // MARK: Shapes

    private func endpoint(_ name: String) -> String {
        page.endpoints.first { $0.path.hasSuffix("/" + name) }?.path ?? "/no-such-endpoint"
    }

    /// The fields of the page's table, all of them and no others, each of its type.
    private func expectOrchestration(_ json: JSON, status: String, at place: SourceLocation = #_sourceLocation) {
        #expect(
            Set(json.objectValue?.keys.map { $0 } ?? []) == Set(page.fields.map(\.name)), sourceLocation: place)
        for (name, type) in page.fields {
            let value = json[name] ?? .null
            // What a request may leave out is null until it is set.
            let isUnset = ["entry_criteria", "exit_criteria", "schedule"].contains(name) && value == .null
            #expect(isUnset || Self.matches(value, type), "\(name): \(value.text), not \(type)", sourceLocation: place)
        }
        #expect(json["status"]?.stringValue == status, sourceLocation: place)
        #expect(json["status_error"] == "", sourceLocation: place)
        #expect(json["workspace_id"]?.stringValue == gateway.workspace, sourceLocation: place)
    }

    private func expectRun(_ json: JSON, journey: String, at place: SourceLocation = #_sourceLocation) {
        let names: Set<String> = [
            "id", "workspace_id", "journey_id", "status", "trigger", "error", "counts", "tiles", "started_at",
            "finished_at", "created_at", "created_by",
        ]
        #expect(Set(json.objectValue?.keys.map { $0 } ?? []) == names, sourceLocation: place)
        #expect(Self.matches(json["id"] ?? .null, "string (UUID)"), sourceLocation: place)
        #expect(json["workspace_id"]?.stringValue == gateway.workspace, sourceLocation: place)
        #expect(json["journey_id"]?.stringValue == journey, sourceLocation: place)
        #expect(json["trigger"] == "manual", sourceLocation: place)
        #expect(Self.matches(json["created_at"] ?? .null, "string (ISO 8601)"), sourceLocation: place)
    }

    private static func matches(_ value: JSON, _ type: String) -> Bool {
        switch type {
        case "string", "array", "object":
            switch value {
            case .string: return type == "string"
            case .array: return type == "array"
            case .object: return type == "object"
            default: return false
            }
        case "string (UUID)": return value.stringValue.map { $0.wholeMatch(of: uuid) != nil } ?? false
        case "string (ISO 8601)": return value.stringValue.map { $0.wholeMatch(of: time) != nil } ?? false
        default:
            guard type.hasSuffix(" or null") else { return false }
            return value == .null || matches(value, String(type.dropLast(" or null".count)))
        }
    }

    private static var uuid: Regex<Substring> { /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/ }
    private static var time: Regex<Substring> { /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/ }
}
