import Journeys
import TestSupport
import Testing

/// An API caller: JSON in, JSON out, one connection.
final class Caller {
    struct Answer {
        var status: Int
        var headers: [(name: String, value: String)]
        /// Null when the body is empty.
        var json: JSON
        var text: String

        subscript(key: String) -> JSON? { json[key] }
        subscript(header name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
        var error: String { json["error"]?.stringValue ?? "" }
        var id: String { json["id"]?.stringValue ?? "" }
    }

    let workspace: String
    let key: String
    private let client: HTTPClient

    init(port: UInt16, workspace: String, key: String) throws {
        self.workspace = workspace
        self.key = key
        client = try HTTPClient(port: port, timeout: 60)
    }

    /// - Parameter path: from `/`, or below the workspace when it has no slash in front.
    func send(
        _ method: String, _ path: String, headers: [(String, String)]? = nil, bytes: [UInt8]? = nil
    ) throws -> Answer {
        let path = path.hasPrefix("/") ? path : "/api/v1/workspaces/\(workspace)/\(path)"
        var headers = headers ?? [("Authorization", "Bearer \(key)"), ("X-Workspace-ID", workspace)]
        let hasType = headers.contains { $0.0.lowercased() == "content-type" }
        if bytes != nil, !hasType { headers.append(("Content-Type", "application/json")) }
        let answer = try client.request(method, path, headers: headers, body: bytes)
        return Answer(
            status: answer.status, headers: answer.headers,
            json: answer.body.isEmpty ? .null : (try? JSON.parse(answer.body, maxDepth: 256)) ?? .null,
            text: answer.text)
    }

    func send(_ method: String, _ path: String, headers: [(String, String)]? = nil, _ json: JSON?) throws -> Answer {
        try send(method, path, headers: headers, bytes: json?.serialized())
    }

    /// Sends and requires one of the two statuses of success.
    @discardableResult
    func call(
        _ method: String, _ path: String, _ json: JSON? = nil, at place: SourceLocation = #_sourceLocation
    ) throws -> Answer {
        let answer = try send(method, path, json)
        try #require(
            answer.status == 200 || answer.status == 201, "\(method) \(path): \(answer.status) \(answer.text)",
            sourceLocation: place)
        return answer
    }

    /// Creates what `json` says and gives its id.
    func create(_ path: String, _ json: JSON, at place: SourceLocation = #_sourceLocation) throws -> String {
        let answer = try call("POST", path, json, at: place)
        #expect(answer.status == 201, sourceLocation: place)
        return try #require(answer["id"]?.stringValue, sourceLocation: place)
    }
}
