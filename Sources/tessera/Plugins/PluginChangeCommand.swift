import Journeys

/// `tessera plugin load|reload|rollback|retire`: one call each, and the plugin as it is afterwards.
struct PluginChangeCommand: Sendable {
    private let name: String
    private let operand: String
    private let text: String
    /// More options than those that say where the gateway is.
    private var options: [String] = []
    private let change: @Sendable (GatewayClient, String, Options) throws -> JSON

    static let load = PluginChangeCommand(
        name: "load", operand: "FILE",
        text: """
            Takes up FILE, the name of a file in a plugin directory of the gateway, though it was refused or rolled back
            before. A new or changed file is taken up without this.
            """
    ) { client, file, _ in
        guard !file.contains("/") else {
            throw Options.Misuse(
                message: "copy the file into a plugin directory of the gateway, then give its name without a path")
        }
        return try client.call("POST", "/api/v1/plugins/load", ["file": .string(file)])
    }

    static let reload = PluginChangeCommand(
        name: "reload", operand: "ID",
        text: """
            Looks again for the plugin's file and takes it up though it was refused, rolled back or retired before. When
            the plugin is in quarantine, this lifts it and the journeys in error go on.
            """
    ) { client, id, _ in try client.call("POST", "/api/v1/plugins/\(PluginPath.segment(id))/reload") }

    static let rollback = PluginChangeCommand(
        name: "rollback", operand: "ID",
        text: """
            Goes back to the generation that was in use before, or to the one whose hash begins with --to. What is rolled
            back stays out until its file changes or an operator asks for it; a restart keeps that.

              --to SHA256      the hash of a generation, or enough of its beginning
            """,
        options: ["--to"]
    ) { client, id, options in
        let path = "/api/v1/plugins/\(try PluginPath.segment(id))"
        guard let wanted = options["--to"] else { return try client.call("POST", "\(path)/rollback") }
        let hash = try whole(wanted, of: client.call("GET", path))
        return try client.call("POST", "\(path)/rollback", ["sha256": .string(hash)])
    }

    static let retire = PluginChangeCommand(
        name: "retire", operand: "ID",
        text: "Takes a plugin out of use. Refused while a journey that is live needs it."
    ) { client, id, _ in try client.call("POST", "/api/v1/plugins/\(PluginPath.segment(id))/retire") }

    private init(
        name: String, operand: String, text: String, options: [String] = [],
        change: @escaping @Sendable (GatewayClient, String, Options) throws -> JSON
    ) {
        self.name = name
        self.operand = operand
        self.text = text
        self.options = options
        self.change = change
    }

    private var usage: String {
        let more = options.map { " [\($0) SHA256]" }.joined()
        return """
            usage: tessera plugin \(name) \(operand)\(more) [--json] [--url URL] [--key-file FILE]

            \(text)

              --json           print what the API answered
            \(GatewayAccess.usage)
            """
    }

    func run(_ arguments: [String]) -> Int32 {
        runCommand("plugin \(name)", usage: usage) { () throws(Options.Misuse) in
            try Options(arguments, single: GatewayAccess.options + options, flags: ["--json"], operands: 1)
        } _: { options in
            guard let subject = options.operands.first else { throw Options.Misuse(message: "name the \(operand)") }
            let plugin = try change(try GatewayAccess.client(options), subject, options)
            Terminal.print(options.has("--json") ? plugin.text : PluginTable.plugins([plugin]))
        }
    }

    /// The full hash of the one generation that `beginning` means.
    private static func whole(_ beginning: String, of plugin: JSON) throws -> String {
        let hashes = (plugin["generations"]?.arrayValue ?? []).compactMap { $0["sha256"]?.stringValue }
        let found = hashes.filter { $0.hasPrefix(beginning.lowercased()) }
        guard found.count <= 1 else {
            throw GatewayClient.Failure(
                description: "\(found.count) generations begin with \(beginning): give more of the hash")
        }
        guard let hash = found.first else {
            throw GatewayClient.Failure(
                description: "no generation of this plugin begins with \(beginning): see tessera plugin list ID")
        }
        return hash
    }
}
