import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Engine
@testable import PluginHost

/// What changes while a plugin stands in quarantine: a journey that needs it no more goes on, one that comes to need it
/// stands still, and a version that would break what waits for it is refused.
@Suite(.serialized) struct QuarantineEditTests {
    private static let reason = "its process crashed 3 times in 5 minutes"

    private func quarantine(_ bench: Bench, _ id: String) throws {
        let sha256 = try #require(bench.plugins.plugin(id)).sha256
        bench.plugins.quarantine(id, sha256: sha256, reason: Self.reason)
    }

    private func edit(_ bench: Bench, _ journey: String, _ tile: Tile) throws -> JourneyRecord {
        try bench.engine.update(workspaceID: bench.workspaceID, journeyID: journey, by: "test") { journey in
            var journey = journey
            journey.tiles[1] = tile
            return journey
        }
    }

    private func resume(_ bench: Bench, _ journey: String) throws -> JourneyRecord {
        try bench.engine.change(.resume, workspaceID: bench.workspaceID, journeyID: journey)
    }

    private func bench() throws -> Bench {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        try bench.loadGate("1")
        return bench
    }

    private func buildHook(_ bench: Bench, _ defines: [String: String] = [:]) throws {
        try CPlugin.build("Tests/PluginHostTests/Fixtures/connector.c", defines: defines, to: bench.own + "/hook.so")
    }

    @Test func aJourneyThatIsEditedAwayFromItGoesOn() throws {
        let bench = try bench()
        let journey = try bench.gateJourney(schedule: "0 * * * *")
        try quarantine(bench, "test.gate")
        #expect(try bench.status(journey) == .error)
        let rest = Tile(id: "gate", type: "wait", config: ["duration": 1, "unit": "hours"])
        let edited = try edit(bench, journey, rest)
        #expect(edited.status == .active && edited.statusError.isEmpty, "\(edited.statusError)")
        // By its schedule, too.
        bench.clock.advance(3600 * Bench.second)
        try eventually {
            try bench.control.read { try $0.runs(workspaceID: bench.workspaceID, journeyID: journey) }
                .first { $0.status == .completed }
        }
        _ = try bench.plugins.reload(id: "test.gate")
        #expect(try bench.status(journey) == .active)
    }

    @Test func aJourneyThatComesToNeedItStandsStill() throws {
        let bench = try bench()
        try buildHook(bench)
        bench.rescan()
        let id = try bench.addDestination(type: "test-hook", config: ["url": "https://example.com/hook"])
        let journey = try bench.gateJourney()
        try quarantine(bench, "test.connector")
        let delivering = Tile(
            id: "gate", type: "gate", config: ["path": .string(bench.directory), "destination_id": .string(id)])
        let edited = try edit(bench, journey, delivering)
        #expect(edited.status == .error && edited.statusError.contains("'test.connector' is in quarantine"))
        // Nor does a person's word let it go on, or look as if.
        let resumed = try resume(bench, journey)
        #expect(resumed.status == .error && resumed.statusError == edited.statusError, "\(resumed.status)")
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        #expect(try resume(bench, journey).status == .error)
        _ = try bench.plugins.reload(id: "test.connector")
        #expect(try bench.status(journey) == .active)
        #expect(try bench.runOnce(journey).status == .completed)
    }

    @Test func aVersionWithoutABranchThatIsNeededIsRefused() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        try bench.loadGate("1", ["BRANCHES": #"{"left",4},{"right",5}"#])
        let journey = try bench.gateJourney(branch: "right")
        try quarantine(bench, "test.gate")
        try bench.buildGate("2", ["BRANCHES": #"{"left",4},{"straight",8}"#])
        let reason = bench.rescan().first { $0.state == .refused }?.reason ?? ""
        #expect(reason.contains("journey 'Test' (\(journey)) would break") && reason.contains("'right'"), "\(reason)")
        #expect(bench.plugins.plugin("test.gate")?.state == .quarantined)
        try bench.loadGate("3", ["BRANCHES": #"{"right",5},{"left",4}"#])
        #expect(try bench.status(journey) == .active)
        #expect(try bench.runOnce(journey).status == .completed)
    }

    @Test func aVersionThatBreaksADestinationIsRefused() throws {
        let bench = try bench()
        try buildHook(bench)
        bench.rescan()
        let id = try bench.addDestination(type: "test-hook", config: ["url": "https://example.com/hook"])
        try quarantine(bench, "test.connector")
        try buildHook(bench, ["NEEDED": CPlugin.string("\"token\"")])
        let reason = bench.rescan().first { $0.state == .refused }?.reason ?? ""
        #expect(reason.hasPrefix("destination 'Inbox' (\(id)) would break: /url: "), "\(reason)")
    }

    /// What is broken besides stands in no version's way.
    @Test func whatWasBrokenAlreadyIsNoBar() throws {
        let bench = try bench()
        let journey = try bench.gateJourney(["mood": "sour"])
        let model = try bench.engine.find(bench.workspaceID, journey).journey.parentModelID
        let workspaceID = bench.workspaceID
        try bench.control.write { try $0.deleteModel(workspaceID: workspaceID, id: model) }
        try quarantine(bench, "test.gate")
        try bench.loadGate("2", ["REFUSES": CPlugin.string("sour")])
    }
}
