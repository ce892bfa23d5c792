import Journeys
import Platform
import PluginHost
import Store
import TestSupport
import Testing

@testable import Engine

/// A swap that would break what is at work is refused, naming it; the old generation serves on.
@Suite(.serialized) struct GuardTests {
    private func refusal(_ bench: Bench) throws -> String {
        let outcome = bench.rescan().first { $0.state == .refused }
        return try #require(outcome).reason
    }

    @Test func aLiveJourneysConfigMustOpen() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        try bench.loadGate("1")
        let journey = try bench.gateJourney(["mood": "sour"])
        _ = try bench.gateJourney(["mood": "sweet"])
        try bench.buildGate("2", ["REFUSES": CPlugin.string("sour")])
        let reason = try refusal(bench)
        #expect(
            reason
                == "journey 'Test' (\(journey)) would break: Tile 'gate': config/path: this version does not like it "
                + "(change that, then `tessera plugin load gate.so`)")
        // The same after a restart, with nothing that leads astray.
        try bench.restart()
        #expect(try refusal(bench) == reason)
        #expect(bench.plugins.tileType("gate")?.version == "1")
        try bench.runOnce(journey)
        #expect(bench.plugins.plugin("test.gate")?.generations.map(\.state) == [.active, .refused])
        // It is tried again when an operator asks, and then nobody uses it so.
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        let still = #expect(throws: PluginError.self) { try bench.plugins.load(file: "gate.so") }
        guard case .refused(_, let problems) = still else { throw Failure("\(String(describing: still))") }
        #expect(problems.map(\.pointer) == ["/journeys/\(journey)"])
        _ = try bench.engine.change(.archive, workspaceID: bench.workspaceID, journeyID: journey)
        #expect(try bench.plugins.load(file: "gate.so").version == "2")
    }

    @Test func aDraftDoesNotStandInTheWay() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        try bench.loadGate("1")
        _ = try bench.gateJourney(["mood": "sour"], activate: false)
        try bench.loadGate("2", ["REFUSES": CPlugin.string("sour")])
    }

    @Test func aBranchThatAnEdgeNamesMustStay() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        try bench.loadGate("1", ["BRANCHES": #"{"left",4},{"right",5}"#])
        let journey = try bench.gateJourney(branch: "right")
        try bench.buildGate("2", ["BRANCHES": #"{"left",4},{"straight",8}"#])
        let reason = try refusal(bench)
        #expect(reason.contains("journey 'Test' (\(journey)) would break") && reason.contains("'right'"), "\(reason)")
        try bench.loadGate("3", ["BRANCHES": #"{"right",5},{"left",4}"#])
    }

    @Test func aTypeInUseMustStay() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        try bench.loadGate("1")
        let journey = try bench.gateJourney()
        try bench.buildGate("2", ["TYPE_ID": CPlugin.string("fence")])
        let reason = try refusal(bench)
        #expect(
            reason.contains(journey) && reason.contains("type 'gate', which no loaded plugin provides"), "\(reason)")
        #expect(bench.plugins.tileType("fence") == nil)
    }

    @Test func whatIsBrokenAlreadyDoesNotStandInTheWay() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        try bench.loadGate("1")
        let journey = try bench.gateJourney(["mood": "sour"])
        let model = try bench.engine.find(bench.workspaceID, journey).journey.parentModelID
        let workspaceID = bench.workspaceID
        try bench.control.write { try $0.deleteModel(workspaceID: workspaceID, id: model) }
        try bench.loadGate("2", ["REFUSES": CPlugin.string("sour")])
    }

    /// A run goes on with the version of its start after a restart: that one must open as well.
    @Test func theVersionOfAnUnfinishedRunCounts() throws {
        let bench = try Bench(batchRows: 1)
        try bench.load("id,age\na,1\nb,2\n")
        try bench.loadGate("1")
        let journey = try bench.gateJourney(["mood": "sour", "wait": true])
        let run = try bench.trigger(journey)
        try bench.waitForGate("1")
        _ = try bench.engine.update(workspaceID: bench.workspaceID, journeyID: journey, by: "test") { journey in
            var journey = journey
            journey.tiles[1].config = ["path": .string(bench.directory)]
            return journey
        }
        try bench.buildGate("2", ["REFUSES": CPlugin.string("sour")])
        let reason = try refusal(bench)
        #expect(reason.contains("version 1 of journey 'Test' (\(journey)), which a run works on,"), "\(reason)")
        try bench.openGate()
        _ = try bench.end(run)
        _ = try bench.plugins.load(file: "gate.so")
    }

    @Test func aDestinationMustOpen() throws {
        let bench = try Bench()
        try CPlugin.build("Tests/PluginHostTests/Fixtures/connector.c", to: bench.own + "/hook.so")
        bench.rescan()
        let id = try bench.addDestination(type: "test-hook", config: ["url": "https://example.com/hook"])
        _ = try bench.destinations.acquire(id, workspaceID: bench.workspaceID)
        try CPlugin.build(
            "Tests/PluginHostTests/Fixtures/connector.c", defines: ["NEEDED": CPlugin.string("\"token\"")],
            to: bench.own + "/hook.so")
        let reason = try refusal(bench)
        #expect(reason.hasPrefix("destination 'Inbox' (\(id)) would break: /url: "), "\(reason)")
        // One that opens is the one in use after the swap, without another open.
        try CPlugin.build(
            "Tests/PluginHostTests/Fixtures/connector.c", defines: ["NO_TRANSPORT": "1"], to: bench.own + "/hook.so")
        bench.rescan()
        let opened = try bench.destinations.acquire(id, workspaceID: bench.workspaceID)
        #expect(bench.plugins.isCurrent(opened.connector))
        #expect(bench.plugins.plugin("test.connector")?.figures.instances == 1)
    }

    @Test func whatIsInUseIsNotRetired() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        try bench.loadGate("1")
        let journey = try bench.gateJourney()
        let inUse = #expect(throws: PluginError.self) { try bench.plugins.retire(id: "test.gate") }
        #expect(inUse?.message == "journey 'Test' (\(journey)) uses it: tile 'gate' is of type 'gate'")
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        #expect(throws: PluginError.self) { try bench.plugins.retire(id: "test.gate") }
        _ = try bench.engine.change(.archive, workspaceID: bench.workspaceID, journeyID: journey)
        #expect(try bench.plugins.retire(id: "test.gate").state == .retired)
        #expect(bench.plugins.tileType("gate") == nil)

        try CPlugin.build("Tests/PluginHostTests/Fixtures/connector.c", to: bench.own + "/hook.so")
        bench.rescan()
        let id = try bench.addDestination(type: "test-hook", config: ["url": "https://example.com/hook"])
        let delivering = #expect(throws: PluginError.self) { try bench.plugins.retire(id: "test.connector") }
        #expect(delivering?.message.hasPrefix("destination 'Inbox' (\(id)) uses it") == true)
    }

    /// `scripts/prove swaps` holds the release to one second.
    @Test(.timeLimit(.minutes(5)), arguments: [nil, BuiltProducts.pluginHost])
    func aHundredLiveJourneysAreOpenedAnew(_ host: String?) throws {
        let bench = try Bench(hostProgram: host)
        try bench.load("id,age\na,1\n")
        try bench.loadGate("1")
        for number in 0..<100 { _ = try bench.gateJourney(["number": .integer(Int64(number))]) }
        try bench.buildGate("2")
        bench.rescan()
        #expect(bench.plugins.tileType("gate")?.version == "2")
        // All of them are open on the new one by now, and none on the old one.
        let generations = try #require(bench.plugins.plugin("test.gate")).generations
        #expect(generations.map(\.figures.instances).last == 100)
        try eventually { bench.plugins.plugin("test.gate")?.generations.first?.isLive == false }
    }
}
