import Journeys
import TestSupport
import Testing

/// Workspaces get other names from operators.
@Suite struct WorkspaceTests {
    private let gateway: TestGateway
    private let workspace: TestWorkspace

    init() throws {
        gateway = try TestGateway(plugins: [])
        workspace = try gateway.makeWorkspace("One")
    }

    private func call(
        _ method: String, _ path: String, _ body: String? = nil, key: String? = nil, headers: [(String, String)] = []
    ) throws -> HTTPClient.Answer {
        var headers = headers + [("Authorization", "Bearer \(key ?? gateway.operatorKey)")]
        if body != nil { headers.append(("Content-Type", "application/json")) }
        let answer = try gateway.client().request(method, path, headers: headers, body: body.map { Array($0.utf8) })
        DescribedAnswer.check(method, path, answer)
        return answer
    }

    @Test func oneIsRenamed() throws {
        gateway.clock.advance(2_000_000)
        let before = try call("GET", workspace.base)
        #expect(before[header: "ETag"] == "\"1.0\"")
        let answer = try call("PUT", workspace.base, #"{"name": "Zwei ü"}"#, headers: [("If-Match", "\"1.0\"")])
        #expect(answer.status == 200 && answer[header: "ETag"] == "\"2.0\"", "\(answer.text)")
        let renamed = try JSON.parse(answer.body)
        #expect(renamed["name"] == "Zwei ü" && renamed["id"]?.stringValue == workspace.id)
        #expect(renamed["created_at"] == (try JSON.parse(before.body))["created_at"])
        #expect(renamed["updated_at"] != renamed["created_at"])
        #expect(try call("GET", workspace.base).text == answer.text)
        #expect(try call("GET", "/api/v1/workspaces?search=zwei").text == "[\(answer.text)]")
        // What GET gave can be PUT back, and is no change.
        for body in [answer.text, "{}", #"{"name": "Zwei ü"}"#] {
            let again = try call("PUT", workspace.base, body)
            #expect(again.text == answer.text && again[header: "ETag"] == "\"2.0\"")
        }
        // Keys and what is inside go on as they are.
        #expect(try workspace.call("GET", "/journeys").status == 200)
        for path in [
            "/api/v1/audit?object=workspace&action=updated", workspace.base + "/audit?object=workspace&action=updated",
        ] {
            let key = path.hasPrefix(workspace.base) ? workspace.key : gateway.operatorKey
            let told = try JSON.parse(call("GET", path, key: key).body)["data"]?.arrayValue ?? []
            #expect(told.count == 1, "\(path)")
            #expect(told.first?["before"]?["name"] == "One" && told.first?["after"]?["name"] == "Zwei ü")
            #expect(told.first?["actor"]?["role"] == "operator")
        }
    }

    @Test func whatCantBeIsRefused() throws {
        let unknown = "/api/v1/workspaces/11111111-2222-4333-8444-555555555555"
        for (path, body, key, headers, status) in [
            (workspace.base, #"{"name": "X"}"#, nil, [("If-Match", "\"9.0\"")], 412),
            (workspace.base, #"{"name": "X"}"#, workspace.key, [], 403), (unknown, #"{"name": "X"}"#, nil, [], 404),
            ("/api/v1/workspaces/x", #"{"name": "X"}"#, nil, [], 404),
            (workspace.base, #"{"name": null}"#, nil, [], 400),
            (workspace.base, #"{"nam": "X"}"#, nil, [], 400), (workspace.base, #"{"name": ""}"#, nil, [], 422),
            (workspace.base, #"{"name": 5}"#, nil, [], 400),
        ] as [(String, String, String?, [(String, String)], Int)] {
            let answer = try call("PUT", path, body, key: key, headers: headers)
            #expect(answer.status == status, "\(body): \(answer.text)")
        }
        #expect(try call("DELETE", workspace.base).status == 405)
        #expect(try JSON.parse(call("GET", workspace.base).body)["name"] == "One")
        #expect(try call("GET", workspace.base)[header: "ETag"] == "\"1.0\"")
    }
}
