import Journeys
import Platform

/// `tessera import`: what `tessera export` printed, into a workspace of a live gateway.
enum ImportCommand {
    static let usage = """
        usage: tessera import FILE [--workspace ID] [--dry-run] [OPTION…]

        Makes what the file has and the workspace has not, and brings what has the same name to the content of the file: all of
        it, or nothing. A second import changes nothing. Secrets are not in files: it says which are to be set. The model's
        tables must be there. `-` reads the standard input.

          --workspace ID   the workspace (or TESSERA_WORKSPACE)
          --dry-run        say what would be done and what is missing, and do nothing
          --json           print the report as the API answers it
        \(GatewayAccess.usage(.admin))
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("import", usage: usage) { () throws(Options.Misuse) in
            try Options(
                arguments, single: ["--workspace"] + GatewayAccess.options, flags: ["--dry-run", "--json"], operands: 1)
        } _: { options in
            guard let file = options.operands.first else { throw Options.Misuse(message: "a file is needed") }
            let workspace = try PluginPath.segment(GatewayAccess.workspace(options))
            let client = try GatewayAccess.client(options, need: .admin)
            let query = options.has("--dry-run") ? "?dry_run=true" : ""
            let report = try client.call(
                "POST", "/api/v1/workspaces/\(workspace)/journeys/import\(query)", read(file))
            Terminal.print(options.has("--json") ? report.text : text(report))
            if let problems = report["problems"]?.arrayValue, !problems.isEmpty {
                throw GatewayClient.Failure(description: "the file can't be imported as things are")
            }
        }
    }

    private static func read(_ file: String) throws -> JSON {
        let text = try Files.read(file == "-" ? "/dev/stdin" : file)
        do throws(JSONParseError) {
            return try JSON.parse(text, maxDepth: GatewayClient.depth)
        } catch {
            throw Options.Misuse(message: "\(file) is \(error.message)")
        }
    }

    /// A line for each object: `create  destination  Inbox  (set /config/authorization)`.
    private static func text(_ report: JSON) -> String {
        var lines: [String] = []
        for (kind, field) in [("source", "sources"), ("model", "models"), ("destination", "destinations")] {
            for step in report[field]?.arrayValue ?? [] { lines.append(line(step, kind)) }
        }
        if let journey = report["journey"], !journey.isNull { lines.append(line(journey, "journey")) }
        for problem in report["problems"]?.arrayValue ?? [] {
            lines.append(
                "missing    \(problem["pointer"]?.stringValue ?? ""): \(problem["message"]?.stringValue ?? "")")
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ step: JSON, _ kind: String) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        let users = (step["in_use_by"]?.arrayValue ?? []).map {
            "'\($0["name"]?.stringValue ?? "")' (\($0["status"]?.stringValue ?? ""))"
        }
        let secrets = (step["secrets_to_set"]?.arrayValue ?? []).compactMap(\.stringValue)
        return padded(step["action"]?.stringValue ?? "", 11) + padded(kind, 13) + (step["name"]?.stringValue ?? "")
            + (step["id"]?.stringValue.map { " (\($0))" } ?? "")
            + (users.isEmpty ? "" : ", in use by \(users.joined(separator: ", "))")
            + (secrets.isEmpty ? "" : ", set its secrets: \(secrets.joined(separator: ", "))")
    }
}
