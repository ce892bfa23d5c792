import Journeys

/// `tessera plugin list`: what a live gateway has loaded and refused.
enum PluginListCommand {
    static let usage = """
        usage: tessera plugin list [ID] [--json] [--url URL] [--key-file FILE]

        Shows the plugins of a gateway with what they did since they were loaded; with ID the generations of one.

          --json           print what the API answered
        \(GatewayAccess.usage)
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("plugin list", usage: usage) { () throws(Options.Misuse) in
            try Options(arguments, single: GatewayAccess.options, flags: ["--json"], operands: 1)
        } _: { options in
            let client = try GatewayAccess.client(options)
            let path = try options.operands.first.map { "/\(try PluginPath.segment($0))" } ?? ""
            let answer = try client.call("GET", "/api/v1/plugins\(path)")
            if options.has("--json") { return Terminal.print(answer.text) }
            if path.isEmpty {
                Terminal.print(PluginTable.plugins(answer.arrayValue ?? []))
            } else {
                Terminal.print(PluginTable.plugins([answer]))
                Terminal.print("\n" + PluginTable.generations(answer))
            }
        }
    }
}
