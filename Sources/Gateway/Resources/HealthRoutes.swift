import HTTPServer
import Journeys

/// `/healthz`: the process answers. `/readyz`: it can do its work.
enum HealthRoutes {
    static func health(_ call: Call) throws -> Reply { .json(["status": "ok"]) }

    static func ready(_ call: Call) throws -> Reply {
        do {
            _ = try call.rooms.control.read { try $0.workspace(id: "") }
        } catch {
            throw APIError(503, "not_ready", "The control database can't be read: \(error)")
        }
        if let reason = call.rooms.control.refusal {
            // Nobody else may write for a while: this look at it is the next attempt.
            call.rooms.control.proveWritable()
            throw APIError(503, "not_ready", "Nothing can be written: \(reason)")
        }
        if let reason = call.rooms.engine.stalls.first {
            throw APIError(503, "not_ready", "Runs stand still: \(reason)")
        }
        let types = call.rooms.plugins.tileTypes()
        guard types.contains(where: { $0.role == .entry }) else {
            throw APIError(
                503, "not_ready", "No loaded plugin provides an entry tile: see GET /api/v1/plugins and --plugins")
        }
        return .json(["status": "ready"])
    }
}
