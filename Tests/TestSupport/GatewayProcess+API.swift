import Journeys

extension GatewayProcess {
    /// A caller of the API: one connection, one key. Used by one thread at a time.
    public final class Caller {
        public let workspace: Workspace
        private let client: HTTPClient
        private let key: String

        init(_ client: HTTPClient, _ workspace: Workspace, key: String) {
            self.client = client
            self.workspace = workspace
            self.key = key
        }

        /// Calls a path below the workspace: `/journeys`. The answer's body is parsed; what is no JSON is a string.
        public func call(
            _ method: String, _ path: String, _ body: JSON? = nil, headers: [(String, String)] = []
        ) throws -> (status: Int, json: JSON) {
            var headers = [("Authorization", "Bearer \(key)")] + headers
            if body != nil { headers.append(("Content-Type", "application/json")) }
            let answer = try client.request(
                method, "/api/v1/workspaces/\(workspace.id)\(path)", headers: headers, body: body?.serialized())
            return (answer.status, (try? JSON.parse(answer.body)) ?? .string(answer.text))
        }

        /// As `call`, but an answer that is an error is thrown.
        public func json(_ method: String, _ path: String, _ body: JSON? = nil) throws -> JSON {
            let answer = try call(method, path, body)
            guard answer.status < 300 else { throw Refused(status: answer.status, json: answer.json) }
            return answer.json
        }

        /// Loads a CSV into a table of the embedded source.
        public func upload(_ csv: [UInt8], table: String, query: String) throws -> JSON {
            let answer = try client.request(
                "PUT", "/api/v1/workspaces/\(workspace.id)/sources/\(workspace.sourceID)/tables/\(table)/rows?\(query)",
                headers: [("Authorization", "Bearer \(key)"), ("Content-Type", "text/csv")], body: csv)
            let json = (try? JSON.parse(answer.body)) ?? .string(answer.text)
            guard answer.status < 300 else { throw Refused(status: answer.status, json: json) }
            return json
        }
    }

    /// An answer that is an error.
    public struct Refused: Error, CustomStringConvertible {
        public let status: Int
        public let json: JSON
        public var description: String { "\(status): \(json.text)" }
    }

    /// A caller in a workspace, with its first key or another one.
    public func caller(_ workspace: Workspace, key: String? = nil) throws -> Caller {
        Caller(try client(timeout: 60), workspace, key: key ?? workspace.key)
    }
}
