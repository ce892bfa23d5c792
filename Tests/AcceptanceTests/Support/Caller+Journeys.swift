import Journeys
import Platform
import TestSupport
import Testing

/// What most journeys need.
extension Caller {
    /// Uploads a CSV with the curl program, as a caller with a file would.
    @discardableResult
    func upload(
        _ file: String, to table: String, key: String, of gateway: InstalledGateway,
        at place: SourceLocation = #_sourceLocation
    ) throws -> JSON {
        let url =
            "http://127.0.0.1:\(gateway.port)/api/v1/workspaces/\(workspace)/sources/\(gateway.sourceID)"
            + "/tables/\(table)/rows?key=\(key)"
        let text = try Command.succeed(
            "curl",
            [
                "-sS", "--fail-with-body", "-T", file, url, "-H", "Authorization: Bearer \(self.key)", "-H",
                "Content-Type: text/csv",
            ], at: place)
        return try JSON.parse(text)
    }

    func makeModel(_ sql: String, key: String, source: String, at place: SourceLocation = #_sourceLocation) throws
        -> String
    {
        try create(
            "models",
            [
                "source_id": .string(source), "name": "Customers", "sql_query": .string(sql), "entity_type": "parent",
                "primary_key_column": .string(key),
            ], at: place)
    }

    func makeDestination(
        _ url: String, batchSize: Int64 = 100, config: [String: JSON] = [:], limits: JSON = [:],
        at place: SourceLocation = #_sourceLocation
    ) throws -> String {
        let config = config.merging(["url": .string(url), "batch_size": .integer(batchSize)]) { given, _ in given }
        return try create(
            "destinations",
            ["name": "Inbox", "destination_type": "webhook", "config": .object(config), "limits": limits], at: place)
    }

    /// Creates a journey, requires it to be valid, and activates it.
    func launch(_ journey: JSON, at place: SourceLocation = #_sourceLocation) throws -> String {
        let id = try create("journeys", journey, at: place)
        let check = try call("POST", "journeys/\(id)/validate", at: place)
        try #require(check.json == ["valid": true, "errors": []], "\(check.text)", sourceLocation: place)
        let active = try call("POST", "journeys/\(id)/activate", at: place)
        #expect(active["status"] == "active", sourceLocation: place)
        return id
    }

    /// Starts a run and gives its id.
    func trigger(_ journey: String, at place: SourceLocation = #_sourceLocation) throws -> String {
        let run = try call("POST", "journeys/\(journey)/trigger", at: place)
        #expect(run.status == 201, sourceLocation: place)
        return try #require(run["id"]?.stringValue, sourceLocation: place)
    }

    /// The run as it is now.
    func look(at run: String, of journey: String, at place: SourceLocation = #_sourceLocation) throws -> JSON {
        try call("GET", "journeys/\(journey)/runs/\(run)", at: place).json
    }

    /// Waits for the end of a run, requires it to be `completed`, and gives it.
    func finish(
        _ id: String, of journey: String, at place: SourceLocation = #_sourceLocation
    ) throws -> JSON {
        let run = try eventually(within: 600) { () -> JSON? in
            let run = try look(at: id, of: journey, at: place)
            return run["status"] == "queued" || run["status"] == "running" ? JSON?.none : run
        }
        try #require(run["status"] == "completed", "\(run.text)", sourceLocation: place)
        return run
    }

    func stats(_ journey: String, at place: SourceLocation = #_sourceLocation) throws -> JSON {
        try call("GET", "journeys/\(journey)/stats", at: place).json
    }
}

/// The parts that journeys are written with.
enum Build {
    static func condition(_ column: String, _ op: String, _ value: JSON? = nil) -> JSON {
        var members: [String: JSON] = [
            "type": "condition", "condition_type": "property", "column": .string(column), "operator": .string(op),
        ]
        members["value"] = value
        return .object(members)
    }

    static func tile(_ id: String, _ type: String, _ config: JSON? = nil) -> JSON {
        var members: [String: JSON] = ["id": .string(id), "type": .string(type), "position": ["x": 0, "y": 0]]
        members["config"] = config
        return .object(members)
    }

    static func edge(_ from: String, _ to: String, _ branch: String? = nil) -> JSON {
        var members: [String: JSON] = ["from": .string(from), "to": .string(to)]
        members["branch"] = branch.map { .string($0) }
        return .object(members)
    }

    static func wait(_ id: String, _ duration: Int64, _ unit: String) -> JSON {
        tile(id, "wait", ["duration": .integer(duration), "unit": .string(unit)])
    }

    static func sync(_ id: String, to destination: String, _ columns: [String]) -> JSON {
        tile(
            id, "sync",
            [
                "destination_id": .string(destination),
                "field_mapping": .array(
                    columns.map { ["source_column": .string($0), "destination_field": .string($0)] }),
            ])
    }

    static func split(_ id: String, _ variants: [(String, Int64)]) -> JSON {
        tile(id, "split", ["variants": .array(variants.map { ["name": .string($0), "weight": .integer($1)] })])
    }

    static func journey(
        _ name: String, model: String, entry: JSON? = nil, tiles: [JSON], edges: [JSON], more: [String: JSON] = [:]
    ) -> JSON {
        var members: [String: JSON] = [
            "name": .string(name), "parent_model_id": .string(model), "tiles": .array(tiles), "edges": .array(edges),
        ]
        members["entry_criteria"] = entry
        return .object(members.merging(more) { $1 })
    }
}
