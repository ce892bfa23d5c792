import Journeys
import Testing

@Suite struct JourneyParserTests {
    static let model = "770e8400-e29b-41d4-a716-446655440000"

    static func body(_ changes: [String: JSON?] = [:]) -> JSON {
        var members: [String: JSON] = ["name": "Onboarding", "parent_model_id": .string(model)]
        for (key, value) in changes { members[key] = value }
        return .object(members)
    }

    static func refusal(_ json: JSON, over journey: Journey? = nil) -> JourneyInputError? {
        do throws(JourneyInputError) {
            _ = if let journey { try JourneyParser.update(journey, with: json) } else { try JourneyParser.create(json) }
            return nil
        } catch {
            return error
        }
    }

    @Test func createsWhatTheContractShows() throws {
        let text = """
            {"name": "Onboarding Flow", "description": "Welcome", "parent_model_id": "770E8400-E29B-41D4-A716-446655440000",
             "entry_criteria": {"type":"condition","condition_type":"property","column":"plan","operator":"equals","value":"pro"},
             "exit_criteria": {},
             "tiles": [
               {"id": "tile-1", "type": "entry", "config": {}, "position": {"x": 0, "y": 0}, "label": "Start"},
               {"id": "tile-2", "type": "wait", "config": {"duration": 3, "unit": "days"}},
               {"id": "tile-3", "type": "exit"}],
             "edges": [{"from": "tile-1", "to": "tile-2", "color": "red"}, {"from": "tile-2", "to": "tile-3", "branch": "next"},
                       {"from": "tile-2", "to": "tile-3", "branch": null}],
             "schedule": "0 */6 * * *",
             "id": "x", "workspace_id": 1, "status": "active", "status_error": "", "created_by": null, "created_at": "",
             "updated_at": "", "last_run_id": null, "last_run_at": null}
            """
        let json = try JSON.parse(text)
        let journey = try JourneyParser.create(json)
        #expect(journey.name == "Onboarding Flow")
        #expect(journey.parentModelID == Self.model)
        #expect(journey.tiles.map(\.id) == ["tile-1", "tile-2", "tile-3"])
        #expect(journey.tiles[1].config == ["duration": 3, "unit": "days"])
        #expect(journey.tiles[2].givenConfig == nil)
        #expect(journey.tiles[2].config == [:])
        #expect(journey.edges[1].branch == "next")
        let output = journey.toJSON()
        for field in ["name", "description", "entry_criteria", "exit_criteria", "tiles", "edges", "schedule"] {
            #expect(output[field] == json[field], "\(field) is returned as it was given")
        }
        #expect(Journey(stored: .object(output)) == journey)
    }

    @Test func fillsInDefaults() throws {
        let journey = try JourneyParser.create(Self.body())
        #expect(journey == Journey(name: "Onboarding", parentModelID: Self.model))
        #expect(
            journey.toJSON() == [
                "name": "Onboarding", "description": "", "parent_model_id": .string(Self.model), "entry_criteria": nil,
                "exit_criteria": nil, "tiles": [], "edges": [], "schedule": nil,
            ])
        let nulls = try JourneyParser.create(
            Self.body([
                "description": .some(nil), "tiles": .some(nil), "edges": .some(nil), "schedule": .some(nil),
                "entry_criteria": .some(nil), "exit_criteria": .some(nil),
            ]))
        #expect(nulls == journey)
        #expect(try JourneyParser.create(Self.body(["schedule": ""])).schedule == nil)
    }

    struct Case: Sendable, CustomStringConvertible {
        var changes: [String: JSON?]
        var status: Int
        var pointers: [String]
        var description: String { "\(JourneyParserTests.body(changes).text.prefix(150))" }

        init(_ changes: [String: JSON?], _ status: Int, _ pointers: String...) {
            self.changes = changes
            self.status = status
            self.pointers = pointers
        }
    }

    static let tile: JSON = ["id": "a", "type": "wait"]
    static let cases: [Case] = [
        Case(["name": .some(nil)], 400, "/name"),
        Case(["name": .none], 400, "/name"),
        Case(["name": 3], 400, "/name"),
        Case(["name": ""], 422, "/name"),
        Case(["name": "a\u{7}b"], 422, "/name"),
        Case(["name": .string(String(repeating: "é", count: 256))], 422, "/name"),
        Case(["parent_model_id": .none], 400, "/parent_model_id"),
        Case(["parent_model_id": 3], 400, "/parent_model_id"),
        Case(["parent_model_id": "770e8400"], 422, "/parent_model_id"),
        Case(["parent_model_id": "770e8400-e29b-41d4-a716-44665544000g"], 422, "/parent_model_id"),
        Case(["description": 3], 400, "/description"),
        Case(["nmae": "x"], 400, "/nmae"),
        Case(["a/b": "x"], 400, "/a~1b"),
        Case(["entry_criteria": "x"], 400, "/entry_criteria"),
        Case(["exit_criteria": []], 400, "/exit_criteria"),
        Case(["entry_criteria": ["type": "xor"]], 422, "/entry_criteria/type"),
        Case(
            ["exit_criteria": ["type": "and", "children": [["type": "or", "children": []]]]], 422,
            "/exit_criteria/children/0/children"),
        Case(["schedule": 5], 400, "/schedule"),
        Case(["schedule": "every day"], 422, "/schedule"),
        Case(["schedule": "60 * * * *"], 422, "/schedule"),
        Case(["tiles": [:]], 400, "/tiles"),
        Case(["tiles": [3]], 400, "/tiles/0"),
        Case(["tiles": [["type": "wait"]]], 400, "/tiles/0/id"),
        Case(["tiles": [["id": "a"]]], 400, "/tiles/0/type"),
        Case(["tiles": [["id": 1, "type": .null]]], 400, "/tiles/0/id", "/tiles/0/type"),
        Case(["tiles": [["id": "", "type": "wait"]]], 422, "/tiles/0/id"),
        Case(["tiles": [["id": "a\0", "type": "wait"]]], 422, "/tiles/0/id"),
        Case(["tiles": [tile, ["id": "b", "type": "wait", "config": "x"]]], 400, "/tiles/1/config"),
        Case(["tiles": [["id": "b", "type": "wait", "position": 3]]], 400, "/tiles/0/position"),
        Case(["tiles": .array(Array(repeating: tile, count: 501))], 422, "/tiles"),
        Case(["edges": "x"], 400, "/edges"),
        Case(["edges": [nil]], 400, "/edges/0"),
        Case(["edges": [["from": "a"]]], 400, "/edges/0/to"),
        Case(["edges": [["from": "a", "to": "b", "branch": 3]]], 400, "/edges/0/branch"),
        Case(["edges": .array(Array(repeating: ["from": "a", "to": "b"], count: 2001))], 422, "/edges"),
        Case(["name": "", "schedule": "x", "zzz": 1], 400, "/zzz", "/name", "/schedule"),
        Case(["name": "", "schedule": "x"], 422, "/name", "/schedule"),
    ]

    @Test(arguments: cases) func refuses(_ test: Case) throws {
        let error = try #require(Self.refusal(Self.body(test.changes)))
        #expect(error.status == test.status)
        #expect(error.problems.map(\.pointer) == test.pointers)
        #expect(!error.message.isEmpty)
    }

    @Test func takesTheLimitsThemselves() throws {
        _ = try JourneyParser.create(
            Self.body([
                "name": .string(String(repeating: "é", count: 255)),
                "tiles": .array(Array(repeating: Self.tile, count: 500)),
                "edges": .array(Array(repeating: ["from": "a", "to": "b"], count: 2000)),
            ]))
    }

    @Test(arguments: [JSON.null, [], "x", 3]) func refusesWhatIsNoObject(json: JSON) throws {
        let error = try #require(Self.refusal(json))
        #expect(error.status == 400)
        #expect(error.problems.map(\.pointer) == [""])
    }

    @Test func updatesWhatIsGiven() throws {
        let journey = try JourneyParser.create(
            Self.body([
                "description": "d", "schedule": "@daily", "tiles": [Self.tile], "edges": [["from": "a", "to": "b"]],
                "entry_criteria": [:],
            ]))
        #expect(try JourneyParser.update(journey, with: [:]) == journey)
        #expect(try JourneyParser.update(journey, with: .object(journey.toJSON())) == journey)
        let renamed = try JourneyParser.update(journey, with: ["name": "New", "tiles": []])
        #expect(renamed.name == "New")
        #expect(renamed.tiles.isEmpty)
        #expect(renamed.edges == journey.edges)
        let cleared = try JourneyParser.update(
            journey,
            with: ["description": nil, "schedule": nil, "tiles": nil, "edges": nil, "entry_criteria": nil])
        #expect(cleared == Journey(name: "Onboarding", parentModelID: Self.model))
        for field in ["name", "parent_model_id"] {
            let error = try #require(Self.refusal(.object([field: nil]), over: journey))
            #expect(error.status == 400)
            #expect(error.problems.map(\.pointer) == ["/" + field])
        }
        #expect(Self.refusal(["name": ""], over: journey)?.status == 422)
    }

    @Test func readsWhatOlderRulesLetPass() {
        var stored = Journey(name: "", parentModelID: "not-a-uuid", schedule: "odd").toJSON()
        #expect(Journey(stored: .object(stored))?.schedule == "odd")
        stored["tiles"] = 3
        #expect(Journey(stored: .object(stored)) == nil)
    }

    /// The gateway's limits may be set higher, and lower again.
    @Test func readsWhatWasLetInUnderOtherLimits() throws {
        var journey = Journey(name: "Large", parentModelID: Self.model)
        journey.tiles = (0..<JourneyLimits().tiles + 1).map { Tile(id: "t\($0)", type: "wait") }
        journey.edges = (0..<JourneyLimits().edges + 1).map { Edge(from: "t0", to: "t\($0)") }
        let stored = try #require(Journey(stored: .object(journey.toJSON())))
        #expect(stored.tiles.count == journey.tiles.count && stored.edges.count == journey.edges.count)
    }
}
