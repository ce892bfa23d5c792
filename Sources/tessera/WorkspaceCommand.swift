import Gateway
import Journeys
import Platform
import Store
import Warehouse

/// `tessera workspace create`: works beside a live gateway, which knows the workspace at once.
enum WorkspaceCommand {
    static let usage = """
        usage: tessera workspace create --data DIR --name NAME

        Makes a workspace with its embedded source and a key of role admin, and prints
        {"workspace_id","embedded_source_id","api_key"}. The key is shown this once.
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("workspace", usage: usage) { () throws(Options.Misuse) in
            try Options(arguments, single: ["--data", "--name"], operands: 1)
        } _: { options in
            guard options.operands.first == "create" else {
                throw Options.Misuse(message: "say what to do: create")
            }
            let data = try options.required("--data")
            let name = try options.required("--name")
            let clock = SystemClock()
            let log = Log(level: .warning, clock: clock)
            let workspace = try NewWorkspace(name: name, now: clock.now())
            let control = try ControlStore(dataDirectory: data, clock: clock, log: log)
            defer { control.close() }
            let warehouse = Warehouse(dataDirectory: data, clock: clock, log: log)
            try warehouse.createEmbedded(workspaceID: workspace.record.id)
            warehouse.close()
            let pen = AuditPen(.commandLine, workspaceID: nil, at: clock.now())
            try control.write { try workspace.insert($0, signed: pen) }
            let answer: JSON = [
                "workspace_id": .string(workspace.record.id), "embedded_source_id": .string(workspace.source.id),
                "api_key": .string(workspace.secret.text),
            ]
            Terminal.print(answer.text)
        }
    }
}
