import Journeys
import Platform

/// `tessera export`: a journey of a live gateway as a file.
enum ExportCommand {
    static let usage = """
        usage: tessera export JOURNEY [--workspace ID] [OPTION…] > FILE

        Prints the journey of that id with its model and destinations as one JSON file: sorted, a line for each value, with
        names instead of ids, without secrets and times. `tessera import` takes it, in any workspace.

          --workspace ID   the journey's workspace (or TESSERA_WORKSPACE)
        \(GatewayAccess.usage(.viewer))
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("export", usage: usage) { () throws(Options.Misuse) in
            try Options(arguments, single: ["--workspace"] + GatewayAccess.options, operands: 1)
        } _: { options in
            guard let journey = options.operands.first else {
                throw Options.Misuse(message: "the id of a journey is needed")
            }
            let workspace = try PluginPath.segment(GatewayAccess.workspace(options))
            let client = try GatewayAccess.client(options, need: .viewer)
            let file = try client.call(
                "GET", "/api/v1/workspaces/\(workspace)/journeys/\(try PluginPath.segment(journey))/export")
            // As the gateway has it: the line break at the end is the printing's.
            Terminal.print(String(decoding: file.indented().dropLast(), as: UTF8.self))
        }
    }
}
