import HTTPServer
import Store

/// Who may take a route. Each role may do what the ones before it may, but for `server`, which stands apart.
enum Access: Sendable {
    /// No key is asked for.
    case everyone
    /// Any valid key.
    case anyKey
    /// Keys of the path's workspace.
    case viewer, editor, admin
    /// Server keys: nothing inside a workspace.
    case server
    /// Keys of role admin of any workspace, and server keys.
    case anyAdmin
}

/// What a route does, and on which thread.
enum Action: Sendable {
    /// Answers at once on the reactor: a few rows of control.db, nothing that waits.
    case read(@Sendable (Call) throws -> Reply)
    /// On a worker of the gateway: waits for the disk, plugins' `open`, the engine.
    case work(@Sendable (Call) throws -> Reply)
    /// On one of the workers for what may take seconds: SQL of users, tests of destinations.
    case slow(@Sendable (Call) throws -> Reply)
    /// Prepares one write of control.db, on the reactor when the body is small; answered after the fsync.
    case write(@Sendable (Call) throws -> PreparedWrite)
    /// As `slow`, and writes its answer itself, piece by piece, unless it throws before it has begun.
    case stream(@Sendable (Call, Responder) throws -> Void)
    /// As `work`, and has others write its answer from then on, unless it throws before.
    case subscribe(@Sendable (Call, Responder) throws -> Void)
    /// Takes the body as it comes. Called on the reactor when the head is there.
    case upload(@Sendable (Call) throws -> any BodyConsumer)
}

/// A write that runs on the committer's thread and makes the answer.
typealias PreparedWrite = @Sendable (ControlWriter) throws -> Reply

/// One method on one path. A class, since every request carries one.
final class Route: Sendable {
    let method: HTTPMethod
    /// Such as `/api/v1/workspaces/{workspace}/journeys/{journey}`: a segment in braces takes any text.
    let pattern: String
    let access: Access
    let action: Action
    /// The names in braces, in order.
    let parameterNames: [String]
    /// As the log calls their values; nil for those that it does not tell.
    let loggedNames: [String?]
    /// Whether the path's first parameter is the workspace in which all of it happens.
    let isInWorkspace: Bool
    /// Its place among the router's routes; -1 outside of one.
    let number: Int

    init(_ method: HTTPMethod, _ pattern: String, _ access: Access, _ action: Action, number: Int = -1) {
        self.method = method
        self.pattern = pattern
        self.access = access
        self.action = action
        parameterNames = pattern.split(separator: "/").filter { $0.hasPrefix("{") }
            .map { String($0.dropFirst().dropLast()) }
        loggedNames = parameterNames.map { Route.loggedNames[$0] }
        isInWorkspace = parameterNames.first == "workspace"
        self.number = number
    }

    /// Ids that the gateway has given. Anything else in a path is text of callers, members' keys among it.
    private static let loggedNames = [
        "workspace": "workspace_id", "id": "workspace_id", "journey": "journey_id", "run": "run_id",
        "key": "api_key_id", "source": "source_id", "model": "model_id", "destination": "destination_id",
    ]
}
