import HTTPServer
import Journeys

/// An answer that is an error: `{"error", "code", "problems"?, "errors"?, "request_id"}`.
struct APIError: Error, Sendable {
    var status: Int
    /// Stable, snake_case, for programs.
    var code: String
    /// A sentence for people that names the remedy.
    var message: String
    /// The fields at fault.
    var problems: [Problem]
    /// The lines of `/validate`, where an invalid journey is refused.
    var errors: [String]?
    var headers: [(String, String)]

    init(
        _ status: Int, _ code: String, _ message: String, problems: [Problem] = [], errors: [String]? = nil,
        headers: [(String, String)] = []
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.problems = problems
        self.errors = errors
        self.headers = headers
    }

    func response(requestID: String) -> Response {
        Response(
            status: status, contentType: "application/json", headers: headers,
            body: .bytes(json(requestID: requestID).serialized()))
    }

    func json(requestID: String) -> JSON {
        var members: [String: JSON] = [
            "error": .string(message), "code": .string(code), "request_id": .string(requestID),
        ]
        if !problems.isEmpty { members["problems"] = .array(problems.map(\.json)) }
        if let errors { members["errors"] = .array(errors.map { .string($0) }) }
        return .object(members)
    }
}

extension APIError {
    /// 404; `what` such as "journey".
    static func notFound(_ what: String) -> APIError {
        APIError(404, "not_found", "There is no such \(what) in this workspace")
    }

    /// 422 about one field of the body.
    static func invalid(_ pointer: String, _ message: String, code: String = "invalid_value") -> APIError {
        APIError(
            422, code, pointer.isEmpty ? message : "\(pointer): \(message)",
            problems: [Problem(pointer: pointer, message: message)])
    }

    /// 422 about several fields of the body.
    static func invalid(_ problems: [Problem], code: String = "invalid_value") -> APIError {
        APIError(422, code, summary(problems), problems: problems)
    }

    /// 400 about a query parameter that does not exist, 422 about one whose value is wrong.
    static func query(_ name: String, _ message: String, status: Int = 422) -> APIError {
        APIError(status, status == 400 ? "invalid_request" : "invalid_value", "Query parameter '\(name)' \(message)")
    }

    /// The first fault and how many more there are.
    static func summary(_ problems: [Problem]) -> String {
        let first = problems.first?.description ?? "The request is invalid"
        let more = problems.count - 1
        return more > 0 ? "\(first) (and \(more) more problem\(more == 1 ? "" : "s"))" : first
    }

    static let stopping = APIError(
        503, "stopping", "The gateway is stopping: try again in a moment", headers: [("Retry-After", "2")])

    static let busy = APIError(
        503, "overloaded", "The gateway has more to do than it can keep: try again in a second",
        headers: [("Retry-After", "1")])
}
