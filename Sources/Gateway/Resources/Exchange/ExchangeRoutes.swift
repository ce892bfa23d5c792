import Delivery
import Engine
import HTTPServer
import Journeys
import Store

/// Journeys as files: `GET /journeys/{id}/export` and `POST /journeys/import`.
enum ExchangeRoutes {
    /// How much deeper things lie in a file than in a request of their own.
    private static let depth = 2

    static func export(_ call: Call) throws -> Reply {
        Reply(body: try JourneyFile.make(call.id("journey"), call).indented())
    }

    static func `import`(_ call: Call) throws -> Reply {
        let query = try QueryItems(call.head)
        try query.expectOnly(["dry_run"])
        let isRehearsal = try query.bool("dry_run") ?? false
        var plan = try ImportPlan(call.json(deeper: depth), call)
        try call.rooms.engine.whilePluginsStay {
            try plan.planRest()
            if isRehearsal { return }
            if !plan.problems.isEmpty { throw APIError.invalid(plan.problems, code: "import_refused") }
            if plan.destinations.contains(where: \.isWritten), call.principal?.may(.admin) != true {
                throw APIError(
                    403, "forbidden",
                    "The import makes or changes destinations: use a key with role admin, or make them first")
            }
            try plan.write()
        }
        if !isRehearsal { try tell(plan, call) }
        return .json(json(plan, isRehearsal))
    }

    /// As a PUT of each destination does.
    private static func tell(_ plan: ImportPlan, _ call: Call) throws {
        let changed = plan.destinations.filter { $0.action == .update }
        for step in changed {
            let (workspaceID, id) = (step.record.workspaceID, step.record.id)
            call.rooms.delivery.set(
                DeliveryLimits(step.record.limits), workspaceID: workspaceID, destinationID: id)
            if step.lacking.isEmpty { call.rooms.delivery.enable(workspaceID: workspaceID, destinationID: id) }
        }
        if !changed.isEmpty { call.rooms.engine.destinationWasChanged(workspaceID: call.workspaceID) }
    }

    private static func json(_ plan: ImportPlan, _ isRehearsal: Bool) -> JSON {
        func id<Record>(_ step: ImportPlan.Step<Record>, _ id: String) -> JSON {
            isRehearsal && step.action == .create ? .null : .string(id)
        }
        func json<Record>(_ step: ImportPlan.Step<Record>, _ record: String) -> [String: JSON] {
            [
                "name": .string(step.name), "action": .string(step.action.rawValue), "id": id(step, record),
            ]
        }
        return [
            "dry_run": .bool(isRehearsal),
            "journey": plan.journey.map { .object(json($0, $0.record.id)) } ?? .null,
            "models": .array(plan.model.map { [.object(json($0, $0.record.id))] } ?? []),
            "sources": .array(
                plan.source.map {
                    [["name": .string($0.sourceType), "action": "unchanged", "id": .string($0.id)]]
                } ?? []),
            "destinations": .array(
                plan.destinations.map { step in
                    var members = json(step, step.record.id)
                    members["secrets_to_set"] = .array(step.lacking.map { .string("/config" + $0) })
                    return .object(members)
                }),
            "problems": .array(plan.problems.map(\.json)),
        ]
    }
}
