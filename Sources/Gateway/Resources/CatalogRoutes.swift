import HTTPServer
import Journeys
import PluginHost

/// What plugins offer to builders of journeys and forms.
enum CatalogRoutes {
    static func tileTypes(_ call: Call) throws -> Reply {
        .list(call.rooms.plugins.tileTypes().map { tileType($0, call) }, try QueryItems(call.head).page())
    }

    static func connectorTypes(_ call: Call) throws -> Reply {
        let types = call.rooms.plugins.connectorTypes().map { type -> JSON in
            [
                "id": .string(type.id), "title": .string(type.title), "plugin_id": .string(type.pluginID),
                "version": .string(type.version), "generation": .integer(Int64(type.generation)),
                "schema": type.schema,
            ]
        }
        return .list(types, try QueryItems(call.head).page())
    }

    private static func tileType(_ type: TileTypeInfo, _ call: Call) -> JSON {
        [
            "id": .string(type.id), "title": .string(type.title), "plugin_id": .string(type.pluginID),
            "version": .string(type.version), "generation": .integer(Int64(type.generation)),
            "role": .string(type.role.rawValue), "side_effects": .bool(type.sideEffects),
            "branches": branches(type, call), "schema": type.schema,
        ]
    }

    /// The branches that a tile with an empty config has; null when they come of its config.
    private static func branches(_ type: TileTypeInfo, _ call: Call) -> JSON {
        if type.role == .exit { return [] }
        let opened = call.rooms.plugins.openTile(
            type: type.id, config: [:], schema: nil, workspaceID: call.principal?.workspaceID ?? "", journeyID: "")
        guard case .success(let instance) = opened else {
            return type.sideEffects ? ["next", "failed"] : .null
        }
        return .array(instance.branches.map { .string($0) })
    }
}
