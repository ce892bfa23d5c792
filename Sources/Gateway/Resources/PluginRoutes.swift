import HTTPServer
import Journeys
import PluginHost
import Store

/// `/api/v1/plugins`, for operators: what is loaded, and the changes of it. Each answers with the plugin as it is then.
enum PluginRoutes {
    static let listing = ListAtHand<PluginInfo>(
        searched: "the id", { [$0.id] },
        orders: [.init("id") { .text($0.id) }, .init("loaded_at") { .number($0.loadedAt) }],
        status: .init(parameter: "state", known: GenerationState.allCases.map(\.rawValue)) { $0.state.rawValue })

    /// Plugins by id, then files that were refused, with the reason.
    static func list(_ call: Call) throws -> Reply {
        try listing.reply(call, \.json) { call.rooms.plugins.list() }
    }

    static func get(_ call: Call) throws -> Reply {
        let id = id(call)
        guard let plugin = call.rooms.plugins.plugin(id) else {
            throw APIError(PluginError.notFound("There is no plugin '\(id)'"))
        }
        return .json(plugin.json)
    }

    /// Takes up a file of a plugin directory, whatever became of its content before.
    static func load(_ call: Call) throws -> Reply {
        var fields = BodyFields(try call.json(), known: ["file"])
        let file = fields.required("file")
        if file.contains("/") || file.hasPrefix(".") || !file.hasSuffix(".so"), !file.isEmpty {
            fields.refuse(
                "/file", "file must be the name of a .so file in a plugin directory, without the directory")
        }
        try fields.finish()
        let before = call.rooms.plugins.list()
        let plugin = try call.rooms.plugins.load(file: file)
        return try noted(.loaded, from: before.first { $0.id == plugin.id }, to: plugin, call)
    }

    /// Looks again for the plugin's file and takes it up, or lifts the quarantine of the one in use.
    static func reload(_ call: Call) throws -> Reply {
        try call.expectNoBody()
        let before = call.rooms.plugins.plugin(id(call))
        return try noted(.reloaded, from: before, to: call.rooms.plugins.reload(id: id(call)), call)
    }

    /// Goes back to the generation before, or to one named by its hash.
    static func rollback(_ call: Call) throws -> Reply {
        var fields = BodyFields(call.body.isEmpty ? [:] : try call.json(), known: ["sha256"])
        let sha256 = fields.optional("sha256")
        if let sha256, sha256.utf8.count != 64 || !sha256.utf8.allSatisfy(isHexDigit) {
            fields.refuse("/sha256", "sha256 must be 64 hex digits, as GET shows them for the plugin's generations")
        }
        try fields.finish()
        let before = call.rooms.plugins.plugin(id(call))
        return try noted(.rolledBack, from: before, to: call.rooms.plugins.rollback(id: id(call), to: sha256), call)
    }

    /// Takes the plugin out of use, unless something live needs it.
    static func retire(_ call: Call) throws -> Reply {
        try call.expectNoBody()
        let before = call.rooms.plugins.plugin(id(call))
        return try noted(.retired, from: before, to: call.rooms.plugins.retire(id: id(call)), call)
    }

    /// In the audit log of the server.
    private static func noted(
        _ action: AuditAction, from before: PluginInfo?, to plugin: PluginInfo, _ call: Call
    ) throws -> Reply {
        try call.note(
            AuditChange(action, .plugin, plugin.id, from: before?.json ?? [:], to: plugin.json))
        return .json(plugin.json)
    }

    private static func id(_ call: Call) -> String { call.text("plugin") ?? "" }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
