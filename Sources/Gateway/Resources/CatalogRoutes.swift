import HTTPServer
import Journeys
import PluginHost

/// What plugins offer to builders of journeys and forms.
enum CatalogRoutes {
    static let tileListing = ListAtHand<TileTypeInfo>(
        searched: "the id or the title", { [$0.id, $0.title] },
        orders: [.init("id") { .text($0.id) }, .init("title") { .text($0.title) }])
    static let connectorListing = ListAtHand<ConnectorTypeInfo>(
        searched: "the id or the title", { [$0.id, $0.title] },
        orders: [.init("id") { .text($0.id) }, .init("title") { .text($0.title) }])

    static func tileTypes(_ call: Call) throws -> Reply {
        try tileListing.reply(call) {
            tileType($0, call)
        } _: {
            call.rooms.plugins.tileTypes()
        }
    }

    static func connectorTypes(_ call: Call) throws -> Reply {
        try connectorListing.reply(call, connectorType) { call.rooms.plugins.connectorTypes() }
    }

    private static func connectorType(_ type: ConnectorTypeInfo) -> JSON {
        [
            "id": .string(type.id), "title": .string(type.title), "plugin_id": .string(type.pluginID),
            "version": .string(type.version), "generation": .integer(Int64(type.generation)), "schema": type.schema,
        ]
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
