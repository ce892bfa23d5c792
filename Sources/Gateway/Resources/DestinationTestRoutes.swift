import Delivery
import HTTPServer
import Journeys
import PluginHost
import Store
import Synchronization

/// Tests of destinations, told step by step as server-sent events, and the fields that a destination has.
///
/// `event: step` with `{"step","ok","message","elapsed_ms","http_status"?,"request"?,"response"?}` for each of build, resolve, connect, tls,
/// request and classify; the first one that fails is the last. Then `event: done` with `{"ok"}`. Faults of the config are
/// an ordinary 422, before any event. Few run at once: one more is a 429.
enum DestinationTestRoutes {
    /// Of a config that is not stored.
    static func testConfig(_ call: Call, _ responder: Responder) throws {
        let input = try DestinationInput.create(call.json(), call, needsName: false)
        try run(
            DestinationSnapshot(
                id: try call.newID(), workspaceID: call.workspaceID, name: input.name, type: input.type.id,
                config: input.config, version: 0), call, responder)
    }

    /// Of a stored one, or of what a PUT of the same body would make of it.
    static func test(_ call: Call, _ responder: Responder) throws {
        let (destination, secrets) = try DestinationSecrets.find(call)
        let input = try DestinationInput.update(destination, secrets, call.body.isEmpty ? [:] : call.json(), call)
        try run(
            DestinationSnapshot(
                id: destination.id, workspaceID: destination.workspaceID, name: input.name, type: input.type.id,
                config: input.config, version: 0), call, responder)
    }

    /// An empty list: the destination takes any field.
    static func fields(_ call: Call) throws -> Reply {
        try fieldListing.reply(call, { ["name": .string($0)] }) {
            let (destination, secrets) = try DestinationSecrets.find(call)
            let opened = call.rooms.plugins.openConnector(
                type: destination.destinationType,
                config: DestinationSecrets.joined(destination.config, secrets), workspaceID: call.workspaceID,
                destinationID: destination.id)
            switch opened {
            case .success(let instance): return instance.columns
            case .failure(let failure): throw DestinationInput.refusal(failure)
            }
        }
    }

    static let fieldListing = ListAtHand<String>(searched: "the name", { [$0] }, orders: [.init("name") { .text($0) }])

    private static func run(_ snapshot: DestinationSnapshot, _ call: Call, _ responder: Responder) throws {
        let places = call.rooms.testPlaces
        guard places.take(call.workspaceID) else {
            throw APIError(
                429, "too_many_tests",
                "At most \(places.limitPerWorkspace) tests of destinations run at once in a workspace, and "
                    + "\(places.limit) in all: try again when one has ended", headers: [("Retry-After", "5")])
        }
        defer { places.leave(call.workspaceID) }
        let now = call.now
        var stream: ResponseStream?
        func begun() -> ResponseStream {
            if let stream { return stream }
            let begun = responder.startStreaming(headers: ServerSentEvent.headers)
            stream = begun
            return begun
        }
        do throws(DestinationTestError) {
            let isOk = try call.rooms.destinations.test(
                snapshot, nowUs: now, deadlineUs: now + call.rooms.limits.testSpan
            ) { step in
                begun().write(ServerSentEvent(name: "step", data: json(step)).bytes)
            }
            begun().write(ServerSentEvent(name: "done", data: ["ok": .bool(isOk)]).bytes)
            begun().finish()
        } catch {
            switch error {
            case .noTransport:
                throw APIError(
                    503, "no_transport",
                    "No loaded plugin offers tessera.transport/1, which sends requests: load the sync plugin "
                        + "(GET /api/v1/plugins says which files were refused, and why)")
            case .invalid(let failure): throw DestinationInput.refusal(failure)
            }
        }
    }

    private static func json(_ step: DestinationTestStep) -> JSON {
        var members: [String: JSON] = [
            "step": .string(step.step), "ok": .bool(step.isOk), "message": .string(step.message),
            "elapsed_ms": .number(Double(step.elapsedUs) / 1000),
        ]
        if step.httpStatus != 0 { members["http_status"] = .integer(Int64(step.httpStatus)) }
        if !step.sent.isEmpty { members["request"] = .string(step.sent) }
        if !step.received.isEmpty { members["response"] = .string(step.received) }
        return .object(members)
    }
}
