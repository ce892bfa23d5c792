import Journeys

/// `tessera run`: starts a run of a live gateway's journey, and shows how it goes.
enum RunCommand {
    static let usage = """
        usage: tessera run JOURNEY [--follow] [--workspace ID] [OPTION…]

        Starts a run of the journey of that id now. Prints the run; with --follow it shows how the run goes until it has ended: as a
        bar on a terminal, else as lines. Ctrl-C ends the showing, not the run.

          --follow         stay until the run has ended. Exit status: 0 completed, 1 failed, 3 cancelled
          --workspace ID   the journey's workspace (or TESSERA_WORKSPACE)
          --json           print the run as the API answers it, with --follow at its end
        \(GatewayAccess.usage(.editor))
        """

    /// Connections that may break, one after the other, before it gives up.
    private static let attempts = 5

    static func run(_ arguments: [String]) -> Int32 {
        var ended = "completed"
        let status = runCommand("run", usage: usage) { () throws(Options.Misuse) in
            try Options(
                arguments, single: ["--workspace"] + GatewayAccess.options, flags: ["--follow", "--json"], operands: 1)
        } _: { options in
            guard let journey = options.operands.first else {
                throw Options.Misuse(message: "the id of a journey is needed")
            }
            let workspace = try PluginPath.segment(GatewayAccess.workspace(options))
            let path = "/api/v1/workspaces/\(workspace)/journeys/\(try PluginPath.segment(journey))"
            let client = try GatewayAccess.client(options, need: .editor)
            let run = try client.call("POST", path + "/trigger")
            guard let id = run["id"]?.stringValue else {
                throw GatewayClient.Failure(description: "the gateway's answer is no run")
            }
            guard options.has("--follow") else {
                return Terminal.print(
                    options.has("--json") ? run.text : "run \(id) is \(run["status"]?.stringValue ?? "")")
            }
            var display = RunDisplay(isQuiet: options.has("--json"))
            let end = try follow(client, path + "/runs/\(try PluginPath.segment(id))/events", &display)
            if options.has("--json") { Terminal.print(end.text) }
            ended = end["status"]?.stringValue ?? ""
        }
        if status != 0 { return status }
        return ended == "completed" ? 0 : ended == "cancelled" ? 3 : 1
    }

    /// The run at its end. A connection that breaks is made again, and goes on where it left off.
    private static func follow(_ client: GatewayClient, _ path: String, _ display: inout RunDisplay) throws -> JSON {
        var last: String?
        var end: JSON?
        var left = attempts
        while end == nil {
            do {
                try client.events(path, after: last) { event in
                    left = attempts
                    last = event.id ?? last
                    if event.name == "end" { end = event.data }
                    display.show(event.data)
                }
                if end == nil {
                    throw GatewayClient.Failure(description: "the gateway ended the events before the run's end")
                }
            } catch  where end == nil && left > 1 && last != nil {
                left -= 1
                Terminal.pause(seconds: 1)
            }
        }
        display.finish()
        guard let end else { throw GatewayClient.Failure(description: "the events have no end") }
        return end
    }
}
