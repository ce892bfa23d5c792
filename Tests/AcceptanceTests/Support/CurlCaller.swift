import Journeys
import Testing

/// Calls the API with the curl program, in the words of the seed page.
struct CurlCaller {
    struct Answer {
        var status: Int
        var json: JSON
    }

    /// What stands on the page, and what is meant.
    var replacements: [(String, String)]

    init(_ gateway: InstalledGateway, model: String, destination: String, mapping: JSON) {
        replacements = [
            ("https://composable.zeotap.com", "http://127.0.0.1:\(gateway.port)"), ("<token>", gateway.key),
            ("<workspace-id>", gateway.workspace), ("workspaces/{id}", "workspaces/\(gateway.workspace)"),
            ("770e8400-e29b-41d4-a716-446655440000", model),
            ("880e8400-e29b-41d4-a716-446655440000", destination), ("[...]", mapping.text),
        ]
    }

    /// Runs one of the page's commands, the placeholders replaced.
    func run(
        _ command: String, journey: String = "", run: String = "", at place: SourceLocation = #_sourceLocation
    ) throws -> Answer {
        let all = replacements + [("{journeyId}", journey), ("{runId}", run)]
        let shell = all.reduce(command) { $0.replacing($1.0, with: $1.1) } + #" -sS -w '\n%{http_code}'"#
        let output = try Command.succeed("bash", ["-c", shell], at: place)
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        let status = try #require(lines.last.flatMap { Int($0) }, "\(output)", sourceLocation: place)
        let body = lines.dropLast().joined(separator: "\n")
        return Answer(status: status, json: try JSON.parse(body))
    }

    /// A line of the page's table of endpoints as a command with the headers of its examples.
    func call(
        _ method: String, _ path: String, journey: String = "", run id: String = "", body: String? = nil,
        at place: SourceLocation = #_sourceLocation
    ) throws -> Answer {
        var command = """
            curl -X \(method) https://composable.zeotap.com\(path) \\
            -H "Authorization: Bearer <token>" \\
            -H "X-Workspace-ID: <workspace-id>"
            """
        if let body { command += " \\\n-H \"Content-Type: application/json\" \\\n-d '\(body)'" }
        return try run(command, journey: journey, run: id, at: place)
    }
}
