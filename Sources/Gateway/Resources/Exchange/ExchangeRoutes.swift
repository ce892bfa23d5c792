import Delivery
import Engine
import HTTPServer
import Journeys
import Store

/// Journeys as files: `GET /journeys/{id}/export` and `POST /journeys/import`.
enum ExchangeRoutes {
    /// How much deeper things lie in a file than in a request of their own.
    private static let depth = 2
    /// How often an import is planned before its caller is asked to come again.
    private static let mostPlans = 3

    static func export(_ call: Call) throws -> Reply {
        Reply(body: try JourneyFile.make(call.id("journey"), call).indented())
    }

    static func `import`(_ call: Call) throws -> Reply {
        let query = try QueryItems(call.head)
        try query.expectOnly(["dry_run"])
        let isRehearsal = try query.bool("dry_run") ?? false
        let file = try call.json(deeper: depth)
        if isRehearsal { return .json(json(try plan(file, call), true)) }
        for _ in 0..<mostPlans {
            guard let plan = try carryOut(file, call) else { continue }
            try tell(plan, call)
            return .json(json(plan, false))
        }
        throw APIError(
            409, "conflict",
            "What the file speaks of, or a plugin, was changed each time while it was looked at: import it again in a moment",
            headers: [("Retry-After", "1")])
    }

    private static func plan(_ file: JSON, _ call: Call) throws -> ImportPlan {
        var plan = try ImportPlan(file, call)
        try plan.planRest()
        return plan
    }

    /// Plans while everything goes on: connectors take their time to open what they are given, and no other call is to
    /// wait for them.
    /// - Returns: nil, and nothing is written, when what was looked at has changed meanwhile.
    private static func carryOut(_ file: JSON, _ call: Call) throws -> ImportPlan? {
        // From before the first look: what a plugin took that is not the present one counts for nothing.
        let epoch = call.rooms.plugins.epoch
        let plan = try plan(file, call)
        if !plan.problems.isEmpty { throw APIError.invalid(plan.problems, code: "import_refused") }
        if plan.destinations.contains(where: \.isWritten), !plan.maySetSecrets {
            throw APIError(
                403, "forbidden",
                "The import makes or changes destinations: use a key with role admin, or make them first")
        }
        do {
            return try call.rooms.engine.whilePluginsStay {
                guard call.rooms.plugins.epoch == epoch else { return nil }
                try plan.write()
                return plan
            }
        } catch is ImportPlan.Outdated {
            return nil
        }
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
        func used<Record>(_ step: ImportPlan.Step<Record>, _ record: String) -> [String: JSON] {
            json(step, record).merging(["in_use_by": .array(step.users.map(\.json))]) { $1 }
        }
        return [
            "dry_run": .bool(isRehearsal),
            "journey": plan.journey.map { .object(json($0, $0.record.id)) } ?? .null,
            "models": .array(plan.model.map { [.object(used($0, $0.record.id))] } ?? []),
            "sources": .array(
                plan.source.map {
                    [["name": .string($0.sourceType), "action": "unchanged", "id": .string($0.id)]]
                } ?? []),
            "destinations": .array(
                plan.destinations.map { step in
                    var members = used(step, step.record.id)
                    members["secrets_to_set"] = .array(step.lacking.map { .string("/config" + $0) })
                    return .object(members)
                }),
            "problems": .array(plan.problems.map(\.json)),
        ]
    }
}
