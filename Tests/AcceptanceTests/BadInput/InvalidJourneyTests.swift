import Journeys
import Testing

/// Journeys that can be saved and not activated: each fault gets its own line, on `/validate` and on `/activate` alike.
@Suite struct InvalidJourneyTests {
    struct Case: Sendable {
        var name: String
        var tiles: String
        var edges: String
        var more = ""
        var model = "{model}"
        /// What the lines must have in them; as many lines as there are.
        var says: [[String]]

        init(
            _ name: String, _ tiles: String, _ edges: String = "", _ more: String = "", model: String = "{model}",
            says: [String]...
        ) {
            self.name = name
            self.tiles = tiles
            self.edges = edges
            self.more = more
            self.model = model
            self.says = says
        }
    }

    private static let entry = #"{"id": "in", "type": "entry"}"#
    private static let wait = #"{"duration": 1, "unit": "days"}"#

    private static func tile(_ id: String, _ type: String, _ config: String = "{}") -> String {
        #"{"id": "\#(id)", "type": "\#(type)", "config": \#(config)}"#
    }

    private static func edge(_ from: String, _ to: String, _ branch: String? = nil) -> String {
        let label = branch.map { #", "branch": "\#($0)""# } ?? ""
        return #"{"from": "\#(from)", "to": "\#(to)"\#(label)}"#
    }

    /// entry → one tile of that type and config.
    private static func config(_ name: String, _ type: String, _ config: String, says: String...) -> Case {
        var made = Case(name, entry + ", " + tile("t", type, config), edge("in", "t"))
        made.says = [["'t'"] + says]
        return made
    }

    private static let cases: [Case] = [
        Case("no entry", tile("w", "wait", wait), says: ["exactly one entry tile"], ["Tile 'w' has no incoming edges"]),
        Case(
            "two entries", entry + ", " + tile("in2", "entry"), says: ["Orchestration must have exactly one entry tile"]
        ),
        Case(
            "a cycle", [entry, tile("a", "wait", wait), tile("b", "wait", wait)].joined(separator: ", "),
            [edge("a", "b"), edge("b", "a")].joined(separator: ", "), says: ["cycle", "a", "b"]),
        Case(
            "an edge to nowhere", entry, edge("in", "ghost"), says: ["'ghost'", "unknown tile"]),
        Case(
            "an orphan", entry + ", " + tile("tile-5", "exit"),
            says: ["Tile 'tile-5' has no incoming edges and is not an entry tile"]),
        Case(
            "into the entry", [entry, tile("w", "wait", wait)].joined(separator: ", "),
            [edge("in", "w"), edge("w", "in")].joined(separator: ", "), says: ["'in'", "incoming"], ["cycle"]),
        Case(
            "one id twice", [entry, tile("w", "exit"), tile("w", "exit")].joined(separator: ", "), edge("in", "w"),
            says: ["'w'", "more than once"]),
        Case(
            "two edges for one branch", [entry, tile("a", "exit"), tile("b", "exit")].joined(separator: ", "),
            [edge("in", "a"), edge("in", "b")].joined(separator: ", "),
            says: ["Tile 'in' has 2 outgoing edges for 1 branch"]),
        Case(
            "a branch that is not there", [entry, tile("a", "exit")].joined(separator: ", "), edge("in", "a", "maybe"),
            says: ["'in'", "'maybe'"]),
        Case(
            "two edges on a label",
            [
                entry, tile("f", "filter", BadRequest.condition("age", "equals", "1")), tile("a", "exit"),
                tile("b", "exit"),
            ]
            .joined(separator: ", "),
            [edge("in", "f"), edge("f", "a", "yes"), edge("f", "b", "yes")].joined(separator: ", "),
            says: ["'f'", "'yes'"]),
        Case(
            "an unknown type", entry + ", " + tile("t", "teleport"), edge("in", "t"),
            says: ["'t'", "'teleport'", "no loaded plugin provides"]),
        config("a wait without duration", "wait", #"{"unit": "days"}"#, says: "duration"),
        config("a wait in fortnights", "wait", #"{"duration": 1, "unit": "fortnights"}"#, says: "unit"),
        config("a wait back in time", "wait", #"{"duration": -1, "unit": "days"}"#, says: "duration"),
        config("a wait without an end", "wait", "{}", says: "duration", "until", "time_of_day"),
        config("a wait until no date", "wait", #"{"until": "2026-02-30"}"#, says: "config/until", "2026-12-24"),
        config(
            "a wait until a column that the model lacks", "wait", #"{"until": {"column": "joind"}}"#, says: "joind"),
        config(
            "a wait until a number", "wait", #"{"until": {"column": "age"}}"#, says: "config/until/column", "dates"),
        config(
            "a wait until a time that no clock shows", "wait", #"{"time_of_day": "25:00"}"#, says: "config/time_of_day",
            "23:59"),
        config(
            "a wait in no time zone", "wait", #"{"time_of_day": "09:00", "time_zone": "Berlin"}"#,
            says: "config/time_zone", "Europe/Berlin"),
        config(
            "a wait on a day that no week has", "wait", #"{"time_of_day": "09:00", "weekdays": ["someday"]}"#,
            says: "config/weekdays", "mon, tue"),
        config("an empty filter", "filter", "{}", says: "empty"),
        config(
            "a filter on a column that the model lacks", "filter", BadRequest.condition("agee", "equals", "1"),
            says: "agee"),
        config(
            "a filter with a value of another type", "filter", BadRequest.condition("age", "greater_than", #""old""#),
            says: "config/value", "'old'"),
        config(
            "a filter with a date where a number stands", "filter",
            BadRequest.condition("age", "greater_than", #""2024-01-15""#), says: "age"),
        config("a split without variants", "split", "{}", says: "variants"),
        config(
            "a split of no weight", "split",
            #"{"variants": [{"name": "a", "weight": 0}, {"name": "b", "weight": 1}]}"#, says: "weight"),
        config(
            "a split with one name twice", "split",
            #"{"variants": [{"name": "a", "weight": 1}, {"name": "a", "weight": 1}]}"#, says: "a"),
        config(
            "a sync without destination", "sync",
            #"{"field_mapping": [{"source_column": "name", "destination_field": "N"}]}"#,
            says: "destination_id"),
        config(
            "a sync to an unknown destination", "sync",
            #"{"destination_id": "12345678-1234-4234-8234-123456789012", "field_mapping": [{"source_column": "name", "destination_field": "N"}]}"#,
            says: "destination"),
        config(
            "a sync to another workspace's destination", "sync",
            #"{"destination_id": "{other-destination}", "field_mapping": [{"source_column": "name", "destination_field": "N"}]}"#,
            says: "destination"),
        config(
            "a mapping of a column that the model lacks", "sync",
            #"{"destination_id": "{destination}", "field_mapping": [{"source_column": "nmae", "destination_field": "N"}]}"#,
            says: "nmae"),
        config("an entry criterion below", "exit", #"{"surprise": 1}"#, says: "surprise"),
        Case(
            "entry criteria on a column that the model lacks", entry, "",
            #", "entry_criteria": \#(BadRequest.condition("agee", "equals", "1"))"#, says: ["entry_criteria", "agee"]),
        Case(
            "a model without key", entry, model: "{keyless}", says: ["primary_key_column"]),
        Case(
            "exit criteria of another type", entry, "",
            #", "exit_criteria": \#(BadRequest.condition("joined", "less_than", "5"))"#,
            says: ["exit_criteria", "joined"]),
    ]

    @Test func eachFaultHasItsLineOnValidateAndOnActivate() throws {
        let fixture = try BadInputFixture()
        let caller = fixture.caller
        for item in Self.cases {
            let body = fixture.filled(
                #"{"name": "J", "parent_model_id": "\#(item.model)", "tiles": [\#(item.tiles)], "edges": [\#(item.edges)]\#(item.more)}"#
            )
            let created = try caller.send("POST", "journeys", bytes: Array(body.utf8))
            try #require(created.status == 201, "\(item.name): \(created.text)")
            let check = try caller.call("POST", "journeys/\(created.id)/validate")
            let lines = check["errors"]?.arrayValue?.compactMap(\.stringValue) ?? []
            #expect(check["valid"] == false, "\(item.name)")
            #expect(lines.count == item.says.count, "\(item.name): \(lines)")
            for words in item.says {
                #expect(
                    lines.contains { line in words.allSatisfy { line.contains($0) } },
                    "\(item.name): \(words) in \(lines)")
            }
            let refused = try caller.send("POST", "journeys/\(created.id)/activate", nil)
            #expect(refused.status == 422, "\(item.name): \(refused.text)")
            #expect(refused["errors"] == check["errors"], "\(item.name)")
            #expect(refused["problems"]?.arrayValue?.count == lines.count, "\(item.name)")
            #expect(!refused.error.isEmpty)
            let after = try caller.call("GET", "journeys/\(created.id)")
            #expect(after["status"] == "draft" && after["updated_at"] == created["updated_at"], "\(item.name)")
        }
    }

    @Test func anActiveJourneyCantBecomeInvalid() throws {
        let fixture = try BadInputFixture()
        let id = fixture.words["active"] ?? ""
        let before = try fixture.caller.call("GET", "journeys/\(id)")
        let answer = try fixture.caller.send("PUT", "journeys/\(id)", ["tiles": []])
        #expect(answer.status == 422)
        #expect(answer["errors"]?.arrayValue?.contains("Orchestration must have exactly one entry tile") == true)
        #expect(try fixture.caller.call("GET", "journeys/\(id)").json == before.json)
    }
}
