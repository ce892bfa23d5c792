import Journeys
import Platform
import Store
import Testing
import TestSupport

/// A destination that is moved away from a connector in quarantine lets go on what delivers to it.
@Suite struct QuarantinedConnectorTests {
    @Test func anotherConnectorLetsTheJourneyGoOn() throws {
        let directory = try TemporaryDirectory()
        let first = try TestGateway(plugins: ["Entry"], in: directory)
        try first.buildGate("1")
        for (file, defines) in [
            ("hook.so", ["NO_TRANSPORT": "1"]),
            ("other.so", ["PLUGIN_ID": "\"test.other\"", "TYPE_ID": "\"other-hook\"", "NO_TRANSPORT": "1"]),
        ] {
            try CPlugin.build(
                "Tests/PluginHostTests/Fixtures/connector.c", defines: defines,
                to: "\(directory.path)/plugins/\(file)")
        }
        for file in ["gate.so", "hook.so", "other.so"] {
            #expect(try first.plugins("POST", "/load", #"{"file": "\#(file)"}"#).status == 200)
        }
        let before = try first.makeWorkspace()
        let destination = try before.make(
            "/destinations",
            #"{"name": "Inbox", "destination_type": "test-hook", "config": {"url": "https://example.com/a"}}"#)
        let config = #"{"path": "\#(directory.path)", "destination_id": "\#(destination)"}"#
        let journey = try before.makeLiveJourney(through: "gate", config)
        let other = try before.makeLiveJourney(through: "gate", #"{"path": "\#(directory.path)"}"#, name: "Other")
        first.stop()
        try quarantine("test.connector", directory.path + "/data")

        let second = try TestGateway(plugins: ["Entry"], in: directory)
        defer { second.stop() }
        let workspace = TestWorkspace(
            id: before.id, sourceID: before.sourceID, key: before.key, client: try second.client())
        #expect(try second.plugins("GET", "/test.connector").json["state"] == "quarantined")
        let held = try workspace.json("GET", "/journeys/\(journey)")
        #expect(held["status"] == "error", "\(held.text)")
        #expect(held["status_error"]?.stringValue?.contains("'test.connector' is in quarantine") == true)
        #expect(try workspace.json("GET", "/journeys/\(other)")["status"] == "active")

        try workspace.json(
            "PUT", "/destinations/\(destination)",
            #"{"destination_type": "other-hook", "config": {"url": "https://example.com/b"}}"#)
        let released = try workspace.json("GET", "/journeys/\(journey)")
        #expect(released["status"] == "active" && released["status_error"]?.stringValue ?? "" == "", "\(released.text)")
        let run = try workspace.json("POST", "/journeys/\(journey)/trigger")
        let ended = try workspace.waitForRun(journey, run["id"]?.stringValue ?? "")
        #expect(ended["status"] == "completed", "\(ended.text)")
        // The member tells which content of the plugin moved it last.
        let member = try workspace.json("GET", "/journeys/\(journey)/members/00001")
        #expect(member["generation"] == 1 && member["tile"] == "through", "\(member.text)")
    }

    /// As a gateway records it that found the plugin crashing.
    private func quarantine(_ id: String, _ data: String) throws {
        let store = try ControlStore(dataDirectory: data, clock: SystemClock(), log: .silent)
        defer { store.close() }
        try store.write { writer in
            for var record in try writer.pluginGenerations(pluginID: id) {
                record.state = .quarantined
                record.reason = "its process crashed 3 times in 5 minutes"
                _ = try writer.recordPluginGeneration(record)
            }
        }
    }
}
