import Journeys
import Testing
import TestSupport

/// Plugins in processes of their own, as the API shows them.
@Suite struct IsolatedPluginTests {
    private func gateway() throws -> TestGateway {
        try TestGateway(plugins: ["Entry"]) { $0.hostProgram = BuiltProducts.pluginHost }
    }

    private func run(_ workspace: TestWorkspace, _ journey: String) throws -> JSON {
        let run = try workspace.json("POST", "/journeys/\(journey)/trigger")
        return try workspace.waitForRun(journey, run["id"]?.stringValue ?? "")
    }

    @Test func aProcessIsSwappedLikeAMapping() throws {
        let gateway = try gateway()
        defer { gateway.stop() }
        try gateway.buildGate("1")
        let loaded = try gateway.plugins("POST", "/load", #"{"file": "gate.so"}"#).json
        #expect(loaded["isolation"] == "process" && loaded["locked"] == false, "\(loaded.text)")
        let workspace = try gateway.makeWorkspace()
        let journey = try workspace.makeLiveJourney(through: "gate", #"{"path": "\#(gateway.directory.path)"}"#)
        #expect(try run(workspace, journey)["counts"]?["completed"] == 3)
        for version in 2...4 {
            try gateway.buildGate("\(version)")
            let swapped = try gateway.plugins("POST", "/test.gate/reload")
            #expect(swapped.json["version"] == .string("\(version)"), "\(swapped.json.text)")
            #expect(try run(workspace, journey)["status"] == "completed")
        }
        let back = try gateway.plugins("POST", "/test.gate/rollback")
        #expect(back.json["version"] == "3", "\(back.json.text)")
        #expect(try run(workspace, journey)["status"] == "completed")
        // Nothing of it was ever mapped here.
        #expect(try gateway.client().request("GET", "/metrics").text.contains("tessera_plugin_mappings 0\n"))
        try gateway.buildGate("9", ["REFUSES": CPlugin.string("path")])
        #expect(try gateway.plugins("POST", "/test.gate/reload").status == 422)
    }

    @Test func aCrashingPluginIsStoppedUntilOneCallLiftsIt() throws {
        let gateway = try gateway()
        defer { gateway.stop() }
        try CPlugin.build("Tests/Zoo/abort.c", to: gateway.directory.path + "/plugins/abort.so")
        let id = "com.example.zoo.abort"
        #expect(try gateway.plugins("POST", "/load", #"{"file": "abort.so"}"#).status == 200)
        let workspace = try gateway.makeWorkspace()
        let journey = try workspace.makeLiveJourney(through: id, #"{"sin": true}"#)
        let other = try workspace.makeLiveJourney(through: id, "{}", name: "Innocent")
        let run = try run(workspace, journey)
        #expect(run["status"] == "failed", "\(run.text)")
        #expect(run["error"]?.stringValue?.contains("'\(id)' is in quarantine") == true, "\(run.text)")
        for needing in [journey, other] {
            // Told on a thread of its own.
            let shown = try eventually {
                let shown = try workspace.json("GET", "/journeys/\(needing)")
                return shown["status"] == "error" ? shown : JSON?.none
            }
            #expect(shown["status_error"]?.stringValue?.contains("'\(id)' is in quarantine") == true, "\(shown.text)")
        }
        let plugin = try gateway.plugins("GET", "/\(id)").json
        #expect(plugin["state"] == "quarantined" && plugin["figures"]?["quarantines"] == 1, "\(plugin.text)")
        // One line tells of it, besides those of what it stopped.
        let told = gateway.logged.withLock { $0.filter { $0.contains("quarantine") && $0.contains("sha256") } }
        #expect(told.count == 1 && told.first?.contains("plugin put in quarantine") == true, "\(told)")

        #expect(try gateway.plugins("POST", "/\(id)/reload").json["state"] == "active")
        for needing in [journey, other] {
            #expect(try workspace.json("GET", "/journeys/\(needing)")["status"] == "active")
        }
        let innocent = try self.run(workspace, other)
        #expect(innocent["status"] == "completed" && innocent["counts"]?["completed"] == 3, "\(innocent.text)")
    }
}
