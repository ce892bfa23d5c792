import Gateway
import HTTPServer
import Journeys
import Platform
import Store
import TestSupport
import Testing

/// Who changed what, when and from where.
@Suite struct AuditTests {
    private let gateway: TestGateway
    private let workspace: TestWorkspace

    init() throws {
        gateway = try TestGateway()
        workspace = try gateway.makeWorkspace("One")
    }

    private func log(_ query: String = "", key: String? = nil) throws -> [JSON] {
        let answer = try workspace.call("GET", "/audit" + query, key: key)
        guard answer.status == 200 else { throw Unexpected(answer: answer.text) }
        return try JSON.parse(answer.body)["data"]?.arrayValue ?? []
    }

    private func actions(_ query: String = "") throws -> [String] {
        try log(query).map {
            "\($0["object"]?["type"]?.stringValue ?? "") \($0["action"]?.stringValue ?? "")"
        }
    }

    @Test func theLifeOfAJourneyIsTold() throws {
        let model = try workspace.makeModel()
        let id = try workspace.makeJourney(model: model)
        try workspace.json("PUT", "/journeys/\(id)", #"{"name": "Renamed"}"#)
        for call in ["activate", "trigger", "pause", "resume", "drain", "archive"] {
            try workspace.json("POST", "/journeys/\(id)/\(call)")
        }
        let before = try workspace.call("GET", "/journeys/\(id)").text
        try workspace.json("DELETE", "/journeys/\(id)")
        let told = try log("?object=journey&object_id=\(id)")
        let names = told.compactMap { $0["action"]?.stringValue }
        #expect(
            names.filter { $0 != "archived" } == [
                "deleted", "drained", "resumed", "paused", "activated", "updated", "created",
            ])
        let byName = Dictionary(zip(names, told)) { first, _ in first }
        #expect(byName["updated"]?["before"] == ["name": "Onboarding"])
        #expect(byName["updated"]?["after"] == ["name": "Renamed"])
        #expect(byName["activated"]?["before"] == ["status": "draft"])
        #expect(byName["activated"]?["after"] == ["status": "active"])
        #expect(byName["created"]?["before"]?.isNull == true && byName["created"]?["after"]?["id"] == .string(id))
        #expect(byName["deleted"]?["before"] == (try JSON.parse(Array(before.utf8))))
        #expect(byName["deleted"]?["after"]?.isNull == true)
        let first = try #require(told.last)
        #expect(first["at"] == "2024-01-15T09:29:59Z" && first["address"] == "127.0.0.1")
        #expect(first["actor"]?["role"] == "admin" && first["actor"]?["name"] == "First key")
        #expect(first["workspace_id"] == .string(workspace.id) && first["request_id"]?.stringValue?.isEmpty == false)
        #expect(try log("?object=run").first?["after"]?["journey_id"] == .string(id))
    }

    @Test func everyKindOfResourceIsTold() throws {
        let model = try workspace.makeModel()
        try workspace.json("PUT", "/models/\(model)", #"{"name": "Other"}"#)
        try workspace.json("DELETE", "/models/\(model)")
        try workspace.json("PUT", "/sources/\(workspace.sourceID)", #"{"name": "Other"}"#)
        let destination = try workspace.makeDestination()
        try workspace.json("POST", "/destinations/\(destination)/enable")
        try workspace.json("DELETE", "/destinations/\(destination)")
        try workspace.json("DELETE", "/sources/\(workspace.sourceID)")
        try workspace.json("POST", "/sources", #"{"name": "Again", "source_type": "embedded"}"#)
        #expect(
            try actions() == [
                "source created", "source deleted", "destination deleted", "destination enabled", "destination created",
                "source updated", "model deleted", "model updated", "model created", "table uploaded",
                "api_key created",
                "source created", "workspace created",
            ])
        let upload = try #require(try log("?action=uploaded").first)
        #expect(upload["object"]?["id"] == "customers" && upload["after"]?["rows"] == 3)
    }

    /// What people do to a run and to plugins while the gateway serves.
    @Test func aCancelledRunAndChangesOfPluginsAreTold() throws {
        let gate = try TemporaryDirectory()
        try gateway.buildGate("1")
        try #require(try gateway.plugins("POST", "/load", #"{"file": "gate.so"}"#).status == 200)
        let journey = try workspace.makeLiveJourney(through: "gate", #"{"path": "\#(gate.path)", "wait": true}"#)
        let run = try #require(try workspace.json("POST", "/journeys/\(journey)/trigger")["id"]?.stringValue)
        try eventually { Files.exists(gate.path + "/entered.1") }
        try workspace.json("POST", "/journeys/\(journey)/runs/\(run)/cancel")
        try Files.write([], to: gate.path + "/go")
        let cancelled = try #require(try log("?object=run&action=cancelled").first)
        #expect(cancelled["object"]?["id"]?.stringValue == run && cancelled["actor"]?["name"] == "First key")
        #expect(cancelled["before"]?["status"] == "running", "\(cancelled.text)")
        #expect(cancelled["after"]?["status"] == "cancelled", "\(cancelled.text)")
        #expect(try workspace.call("POST", "/journeys/\(journey)/runs/\(run)/cancel").status == 409)
        #expect(try log("?object=run&action=cancelled").count == 1)

        try gateway.buildGate("2")
        try #require(try gateway.plugins("POST", "/test.gate/reload").status == 200)
        try #require(try gateway.plugins("POST", "/test.gate/rollback").status == 200)
        try workspace.json("POST", "/journeys/\(journey)/pause")
        try workspace.json("POST", "/journeys/\(journey)/archive")
        let retired = try eventually { () -> JSON? in
            let answer = try gateway.plugins("POST", "/test.gate/retire")
            return answer.status == 200 ? answer.json : nil
        }
        #expect(retired["state"] == "retired")
        let answer = try gateway.client().request(
            "GET", "/api/v1/audit?object=plugin&object_id=test.gate",
            headers: [("Authorization", "Bearer \(gateway.operatorKey)")])
        let told = try JSON.parse(answer.body)["data"]?.arrayValue ?? []
        #expect(told.compactMap { $0["action"]?.stringValue } == ["retired", "rolled_back", "reloaded", "loaded"])
        #expect(told.first?["before"]?["state"] == "active" && told.first?["after"]?["state"] == "retired")
        #expect(
            told.dropFirst().first?["before"]?["version"] == "2" && told.dropFirst().first?["after"]?["version"] == "1")
        // What is refused changes nothing.
        #expect(try gateway.plugins("POST", "/test.gate/retire").status == 404)
        #expect(try log("?object=plugin").isEmpty, "the server's, not the workspace's")
    }

    @Test func whatIsRefusedOrRepeatedIsNotToldTwice() throws {
        let model = try workspace.makeModel()
        let body = TestWorkspace.journey(model: model)
        let count = try log().count
        for _ in 0..<3 {
            #expect(try workspace.call("POST", "/journeys", body, headers: [("Idempotency-Key", "k")]).status == 201)
        }
        #expect(try log().count == count + 1)
        let id = try #require(try log().first?["object"]?["id"]?.stringValue)
        #expect(try workspace.call("DELETE", "/journeys/\(id)", headers: [("If-Match", "\"9.9\"")]).status == 412)
        #expect(try workspace.call("POST", "/journeys/\(id)/pause").status == 409)
        #expect(try workspace.call("PUT", "/journeys/\(id)", #"{"nam": 1}"#).status == 400)
        #expect(try workspace.call("PUT", "/models/\(model)", #"{"sql_query": "x"}"#).status == 422)
        #expect(try workspace.call("POST", "/journeys", "{}").status == 400)
        #expect(try log().count == count + 1)
    }

    /// Neither in an answer nor in the file.
    @Test func noSecretIsInTheLog() throws {
        let made = try workspace.json(
            "POST", "/destinations",
            """
            {"name": "Inbox", "destination_type": "webhook",
             "config": {"url": "http://127.0.0.1:9/inbox", "authorization": "Bearer hush-first"}}
            """)
        let id = try #require(made["id"]?.stringValue)
        try workspace.json(
            "PUT", "/destinations/\(id)",
            #"{"config": {"url": "http://127.0.0.1:9/inbox", "authorization": "Bearer hush-next"}}"#)
        try workspace.json("PUT", "/destinations/\(id)", #"{"name": "Renamed"}"#)
        let key = try workspace.json("POST", "/api-keys", #"{"name": "CI", "role": "viewer"}"#)
        let keyID = try #require(key["id"]?.stringValue)
        let rotated = try workspace.json("POST", "/api-keys/\(keyID)/rotate")
        try workspace.json("DELETE", "/api-keys/\(keyID)")
        let told = try log()
        #expect(
            told.prefix(6).compactMap { $0["action"]?.stringValue } == [
                "revoked", "rotated", "created", "updated", "updated", "created",
            ])
        #expect(told[3]["after"] == ["name": "Renamed"])
        #expect(told[4]["after"] == ["changed_secrets": ["/authorization"]])
        #expect(told[1]["before"]?["key_prefix"] != told[1]["after"]?["key_prefix"])
        let secrets =
            [key, rotated].compactMap { $0["key"]?.stringValue } + [workspace.key, gateway.operatorKey, "hush-"]
        let store = try ControlStore(
            dataDirectory: gateway.directory.path + "/data", clock: SystemClock(), log: .silent)
        defer { store.close() }
        let entries = try store.read { reader in
            try [nil, workspace.id].flatMap { try reader.audit(workspaceID: $0, limit: 1000).entries }
        }
        #expect(entries.count > 8)
        for entry in entries {
            let text = [entry.change.before, entry.change.after].compactMap(\.self).map {
                String(decoding: $0, as: UTF8.self)
            }
            for secret in secrets { #expect(!text.joined().contains(secret) && !"\(entry)".contains(secret)) }
        }
    }

    @Test func itIsForAdminsAndShowsOneWorkspace() throws {
        let other = try gateway.makeWorkspace("Two")
        for role in ["viewer", "editor"] {
            let key = try workspace.json("POST", "/api-keys", #"{"name": "x", "role": "\#(role)"}"#)["key"]?.stringValue
            for path in ["/api/v1/audit", workspace.base + "/audit"] {
                let answer = try gateway.client().request(
                    "GET", path, headers: [("Authorization", "Bearer \(key ?? "")")])
                #expect(answer.status == 403, "\(answer.text)")
            }
        }
        func server(_ key: String) throws -> [JSON] {
            let answer = try gateway.client().request(
                "GET", "/api/v1/audit", headers: [("Authorization", "Bearer \(key)")])
            DescribedAnswer.check("GET", "/api/v1/audit", answer)
            return try JSON.parse(answer.body)["data"]?.arrayValue ?? []
        }
        #expect(try server(workspace.key) == log())
        #expect(try server(other.key).allSatisfy { $0["workspace_id"] == .string(other.id) })
        let ofServer = try server(gateway.operatorKey)
        #expect(ofServer.count == 2 && ofServer.allSatisfy { $0["object"]?["type"] == "workspace" })
        #expect(ofServer.allSatisfy { $0["workspace_id"]?.isNull == true && $0["actor"]?["role"] == "operator" })
        #expect(try workspace.call("GET", "/audit", key: other.key).status == 403)
    }

    @Test func pagesAndFaultsOfTheQuery() throws {
        _ = try workspace.makeModel()
        let all = try log()
        var found: [JSON] = []
        var cursor: String? = ""
        while let at = cursor {
            let page = try workspace.json("GET", "/audit?limit=2" + (at.isEmpty ? "" : "&cursor=\(at)"))
            found += page["data"]?.arrayValue ?? []
            cursor = page["next_cursor"]?.stringValue
        }
        #expect(found == all && all.count >= 5)
        for (query, status) in [
            ("cursor=x", 422), ("cursor=a-1", 422), ("object=cow", 422), ("action=eaten", 422), ("since=now", 422),
            ("limit=0", 422), ("limit=1001", 422), ("actor=null", 422), ("actor=", 422), ("colour=red", 400),
            ("object=model&object=run", 400),
        ] { #expect(try workspace.call("GET", "/audit?" + query).status == status, "\(query)") }
        #expect(try log("?until=2024-01-15T09:29:59Z").isEmpty)
        #expect(try log("?since=2024-01-15T09:29:59Z&object=model").count == 1)
        #expect(try log("?actor=11111111-2222-4333-8444-555555555555").isEmpty)
    }

    @Test func theCommandLineIsToldToo() throws {
        let data = gateway.directory.path + "/data"
        let made = try GatewayProcess.run(
            ["key", "create", "--data", data, "--role", "viewer", "--workspace", workspace.id, "--name", "Desk"])
        #expect(made.status == 0)
        let entry = try #require(try log().first)
        #expect(entry["actor"] == ["id": nil, "role": "command_line", "name": "tessera"])
        #expect(entry["action"] == "created" && entry["after"]?["name"] == "Desk" && entry["address"]?.isNull == true)
    }

    @Test func whatIsOldGoes() throws {
        let gateway = try TestGateway(plugins: []) { $0.auditRetention = AuditRetention(age: 7_200_000_000) }
        let workspace = try gateway.makeWorkspace()
        func count() throws -> Int { try workspace.json("GET", "/audit")["data"]?.arrayValue?.count ?? 0 }
        #expect(try count() == 3)
        gateway.clock.advance(3_600_000_001)
        _ = try workspace.json("POST", "/api-keys", #"{"name": "x"}"#)
        #expect(try count() == 4)
        gateway.clock.advance(3_600_000_001)
        // The keeper works on a thread of its own.
        try eventually { try count() == 1 }
    }
}
