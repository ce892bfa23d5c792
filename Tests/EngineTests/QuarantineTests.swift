import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Engine
@testable import PluginHost

/// A plugin that crashed too often is stopped, and with it what needs it; a person ends that.
@Suite(.serialized) struct QuarantineTests {
    private static let reason = "its process crashed 3 times in 5 minutes"
    private static let text = PluginQuarantine(pluginID: "test.gate", reason: reason).description

    private func quarantine(_ bench: Bench) throws {
        let sha256 = try #require(bench.plugins.plugin("test.gate")).sha256
        bench.plugins.quarantine("test.gate", sha256: sha256, reason: Self.reason)
    }

    private func journey(_ bench: Bench) throws -> String {
        try bench.load("id,age\na,1\n")
        try bench.loadGate("1")
        return try bench.gateJourney(schedule: "0 * * * *")
    }

    private func statusError(_ bench: Bench, _ journey: String) throws -> String {
        try bench.engine.find(bench.workspaceID, journey).statusError
    }

    private func runs(_ bench: Bench, _ journey: String) throws -> [RunRecord] {
        try bench.control.read { try $0.runs(workspaceID: bench.workspaceID, journeyID: journey) }
    }

    @Test func journeysThatNeedItStandStillUntilItIsLifted() throws {
        let bench = try Bench()
        let journey = try journey(bench)
        let other = try bench.journey(LifecycleTests.waiting)
        try quarantine(bench)
        #expect(try bench.status(journey) == .error)
        #expect(try statusError(bench, journey) == Self.text)
        #expect(try bench.status(other) == .active)
        let plugin = try #require(bench.plugins.plugin("test.gate"))
        #expect(plugin.state == .quarantined && plugin.reason == Self.reason)
        #expect(plugin.generations.map(\.state) == [.quarantined] && plugin.figures.quarantines == 1)

        // No schedule starts it; who triggers it all the same is told why it fails.
        bench.clock.advance(3 * 3600 * Bench.second)
        let run = try bench.runOnce(journey)
        #expect(run.status == .failed && run.error.contains(Self.text), "\(run.error)")
        bench.clock.advance(3 * 3600 * Bench.second)
        #expect(try runs(bench, journey).count == 1)
        #expect(try bench.status(journey) == .error)

        #expect(try bench.plugins.reload(id: "test.gate").state == .active)
        #expect(try bench.status(journey) == .active)
        #expect(try statusError(bench, journey).isEmpty)
        // The timetable goes on.
        bench.clock.advance(3600 * Bench.second)
        try eventually { try runs(bench, journey).first { $0.status == .completed } }
        #expect(bench.plugins.plugin("test.gate")?.generations.map(\.state) == [.active])
    }

    @Test func aRunUnderWayFails() throws {
        let bench = try Bench(batchRows: 1)
        try bench.load("id,age\na,1\nb,2\n")
        try bench.loadGate("1")
        let journey = try bench.gateJourney(["wait": true])
        let run = try bench.trigger(journey)
        try bench.waitForGate("1")
        try quarantine(bench)
        try bench.openGate()
        let ended = try bench.end(run)
        #expect(ended.status == .failed && ended.error == Self.text)
        #expect(try bench.status(journey) == .error)
        #expect(try statusError(bench, journey) == Self.text)
        _ = try bench.plugins.reload(id: "test.gate")
        let next = try bench.runOnce(journey)
        #expect(next.status == .completed, "\(next.error)")
        #expect(try bench.stats(journey).total.completed == 2)
    }

    @Test func itOutlivesARestart() throws {
        let bench = try Bench()
        let journey = try journey(bench)
        try quarantine(bench)
        try bench.restart()
        #expect(bench.plugins.plugin("test.gate")?.state == .quarantined)
        #expect(try bench.status(journey) == .error)
        bench.clock.advance(3 * 3600 * Bench.second)
        #expect(throws: EngineError.self) {
            try bench.engine.change(.resume, workspaceID: bench.workspaceID, journeyID: journey)
        }
        #expect(try runs(bench, journey).isEmpty)
        _ = try bench.plugins.reload(id: "test.gate")
        #expect(try bench.status(journey) == .active)
        bench.clock.advance(3600 * Bench.second)
        try eventually { try runs(bench, journey).first { $0.status == .completed } }
        try bench.restart()
        #expect(try bench.status(journey) == .active)
    }

    @Test func anotherVersionLiftsIt() throws {
        let bench = try Bench()
        let journey = try journey(bench)
        try quarantine(bench)
        try bench.loadGate("2")
        #expect(try bench.status(journey) == .active)
        #expect(try bench.runOnce(journey).tiles["gate"]?.generations == [2])
        let states = bench.plugins.plugin("test.gate")?.generations.map(\.state)
        #expect(states == [.superseded, .active])
        // A rollback to what was in quarantine tries it afresh.
        #expect(try bench.plugins.rollback(id: "test.gate").state == .active)
        #expect(try bench.runOnce(journey).status == .completed)
    }

    @Test func aDrainingJourneyGoesOnDrainingAndAPausedOneStaysPaused() throws {
        let bench = try Bench()
        let draining = try journey(bench)
        let paused = try bench.gateJourney()
        // Somebody must be inside, or it is archived at once.
        try bench.load("id,age\na,1\n", table: "people")
        let waiting = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "rest", "type": "wait", "config": ["duration": 1, "unit": "hours"]],
                ["id": "gate", "type": "gate", "config": ["path": .string(bench.directory)]],
            ],
            "edges": [["from": "in", "to": "rest"], ["from": "rest", "to": "gate"]],
        ])
        try bench.runOnce(waiting)
        _ = try bench.engine.change(.drain, workspaceID: bench.workspaceID, journeyID: waiting)
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: paused)
        try quarantine(bench)
        #expect(try bench.status(waiting) == .draining)
        #expect(try statusError(bench, waiting) == Self.text)
        #expect(try bench.status(paused) == .paused)
        #expect(try bench.status(draining) == .error)
        _ = try bench.plugins.reload(id: "test.gate")
        #expect(try bench.status(waiting) == .draining)
        #expect(try statusError(bench, waiting).isEmpty)
        #expect(try bench.status(paused) == .paused)
    }

    /// A connector stops the journeys that deliver over it.
    @Test func aConnectorStopsWhatDeliversOverIt() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        try bench.loadGate("1")
        try CPlugin.build("Tests/PluginHostTests/Fixtures/connector.c", to: bench.own + "/hook.so")
        bench.rescan()
        let id = try bench.addDestination(type: "test-hook", config: ["url": "https://example.com/hook"])
        let journey = try bench.gateJourney(["destination_id": .string(id)])
        let other = try bench.gateJourney()
        let sha256 = try #require(bench.plugins.plugin("test.connector")).sha256
        bench.plugins.quarantine("test.connector", sha256: sha256, reason: Self.reason)
        #expect(try bench.status(journey) == .error)
        #expect(try statusError(bench, journey).contains("'test.connector' is in quarantine"))
        #expect(try bench.status(other) == .active)
        #expect(throws: (any Error).self) { try bench.destinations.acquire(id, workspaceID: bench.workspaceID) }
        _ = try bench.plugins.reload(id: "test.connector")
        #expect(try bench.status(journey) == .active)
    }
}
