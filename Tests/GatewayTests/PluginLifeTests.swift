import Journeys
import Platform
import Testing
import TestSupport

/// Plugins come, change and go over the API of a gateway that serves.
@Suite struct PluginLifeTests {
    private static let id = "/test.tile"

    private func states(_ plugin: JSON) -> [String] {
        (plugin["generations"]?.arrayValue ?? []).map {
            "\($0["version"]?.stringValue ?? "") \($0["state"]?.stringValue ?? "")"
        }
    }

    @Test func aPluginIsLoadedReplacedRolledBackAndRetired() throws {
        let gateway = try TestGateway(plugins: ["Entry"])
        defer { gateway.stop() }
        #expect(try gateway.plugins("GET", Self.id).status == 404)
        try gateway.build("1")
        #expect(try gateway.plugins("POST", "/load", #"{"file": "step.so"}"#).json["version"] == "1")
        try gateway.build("2")
        #expect(try gateway.plugins("POST", Self.id + "/reload").json["version"] == "2")
        #expect(
            try gateway.client().request("GET", "/metrics").text.contains(
                "tessera_plugin_generation{plugin=\"test.tile\"} 2"))

        let back = try gateway.plugins("POST", Self.id + "/rollback").json
        #expect(back["version"] == "1" && states(back) == ["1 active", "2 rolled_back"], "\(back.text)")
        let again = try gateway.plugins("POST", Self.id + "/rollback")
        #expect(again.status == 409 && again.json["code"] == "nothing_to_roll_back")
        // To the very one that was rolled back, by its hash: an operator may.
        let sha256 = back["generations"]?[1]?["sha256"]?.stringValue ?? ""
        let forth = try gateway.plugins("POST", Self.id + "/rollback", #"{"sha256": "\#(sha256)"}"#).json
        #expect(forth["version"] == "2" && states(forth) == ["1 rolled_back", "2 active"], "\(forth.text)")

        let retired = try gateway.plugins("POST", Self.id + "/retire").json
        #expect(retired["state"] == "retired" && retired["generation"] == 0, "\(retired.text)")
        #expect(try gateway.plugins("GET", Self.id).json["state"] == "retired")
        #expect(try gateway.plugins("POST", Self.id + "/retire").status == 404)
        #expect(try gateway.plugins("POST", Self.id + "/rollback").status == 409)
        #expect(try gateway.plugins("POST", Self.id + "/reload").json["state"] == "active")
    }

    @Test func aBadFileIsRefusedWithItsReason() throws {
        let gateway = try TestGateway(plugins: ["Entry"])
        defer { gateway.stop() }
        try gateway.build("1")
        try gateway.plugins("POST", "/load", #"{"file": "step.so"}"#)
        try gateway.build("2", ["START_STATUS": "7"])
        let refused = try gateway.plugins("POST", Self.id + "/reload")
        #expect(refused.status == 422 && refused.json["code"] == "plugin_refused", "\(refused.json.text)")
        #expect(refused.json["error"]?.stringValue?.contains("start returned 7") == true)
        #expect(states(try gateway.plugins("GET", Self.id).json) == ["1 active", "2 refused"])
        try Files.write(Array("garbage".utf8), to: gateway.directory.path + "/plugins/step.so")
        let garbage = try gateway.plugins("POST", Self.id + "/reload")
        #expect(garbage.json["error"] == "not a shared object: the file is no ELF file", "\(garbage.json.text)")
        #expect(try gateway.plugins("GET", Self.id).json["version"] == "1")
    }

    /// What an operator decided outlives the process.
    @Test func aRollbackAndARetirementOutliveARestart() throws {
        let directory = try TemporaryDirectory()
        let first = try TestGateway(plugins: ["Entry"], in: directory)
        try first.build("1")
        try first.plugins("POST", "/load", #"{"file": "step.so"}"#)
        try first.build("2")
        try first.plugins("POST", Self.id + "/reload")
        try first.plugins("POST", Self.id + "/rollback")
        first.stop()
        let second = try TestGateway(plugins: ["Entry"], in: directory)
        let plugin = try second.plugins("GET", Self.id).json
        #expect(plugin["version"] == "1" && states(plugin) == ["1 active", "2 rolled_back"], "\(plugin.text)")
        try second.plugins("POST", Self.id + "/retire")
        second.stop()
        let third = try TestGateway(plugins: ["Entry"], in: directory)
        defer { third.stop() }
        #expect(try third.plugins("GET", Self.id).json["state"] == "retired")
    }

    @Test func aWatchedDirectoryNeedsNobody() throws {
        let gateway = try TestGateway(plugins: ["Entry"]) { $0.watchesPlugins = true }
        defer { gateway.stop() }
        for version in ["1", "2", "3"] {
            try gateway.build(version)
            // Real time: the watcher's thread works in it.
            try eventually { try gateway.plugins("GET", Self.id).json["version"] == .string(version) }
        }
    }

    @Test func whatIsAtWorkIsNamed() throws {
        let gateway = try TestGateway(plugins: ["Entry"])
        defer { gateway.stop() }
        try gateway.buildGate("1")
        try gateway.plugins("POST", "/load", #"{"file": "gate.so"}"#)
        let workspace = try gateway.makeWorkspace()
        let journey = try workspace.makeLiveJourney(through: "gate", #"{"path": "/tmp", "mood": "sour"}"#)

        try gateway.buildGate("2", ["REFUSES": CPlugin.string("sour")])
        let refused = try gateway.plugins("POST", "/test.gate/reload")
        #expect(refused.status == 422 && refused.json["code"] == "plugin_refused", "\(refused.json.text)")
        #expect(refused.json["problems"]?[0]?["pointer"] == .string("/journeys/\(journey)"))
        let reason =
            "journey 'Through' (\(journey)) would break: Tile 'through': config/path: this version does not like it "
            + "(change that, then `tessera plugin load gate.so`)"
        #expect(refused.json["error"] == .string(reason), "\(refused.json.text)")
        #expect(try gateway.plugins("GET", "/test.gate").json["version"] == "1")

        let retire = try gateway.plugins("POST", "/test.gate/retire")
        #expect(retire.status == 409 && retire.json["code"] == "plugin_in_use", "\(retire.json.text)")
        #expect(
            retire.json["problems"]?[0]?["message"]?.stringValue?.contains("journey 'Through' (\(journey))") == true)
        try workspace.json("POST", "/journeys/\(journey)/pause")
        try workspace.json("POST", "/journeys/\(journey)/archive")
        #expect(try gateway.plugins("POST", "/test.gate/retire").json["state"] == "retired")
    }

    /// Mappings stay, and are counted; so is what all generations did.
    @Test func metricsGoOnOverASwap() throws {
        let gateway = try TestGateway(plugins: ["Entry"])
        defer { gateway.stop() }
        func value(_ name: String) throws -> Int? {
            try gateway.client().request("GET", "/metrics").text.split(separator: "\n")
                .first { $0.hasPrefix(name + " ") }.flatMap { Int($0.split(separator: " ").last ?? "") }
        }
        let before = try #require(try value("tessera_plugin_mappings"))
        try gateway.buildGate("1")
        try gateway.plugins("POST", "/load", #"{"file": "gate.so"}"#)
        let workspace = try gateway.makeWorkspace()
        let journey = try workspace.makeLiveJourney(through: "gate", #"{"path": "\#(gateway.directory.path)"}"#)
        func run() throws {
            let run = try workspace.json("POST", "/journeys/\(journey)/trigger")
            _ = try workspace.waitForRun(journey, run["id"]?.stringValue ?? "")
        }
        try run()
        #expect(try value(#"tessera_plugin_rows_total{plugin="test.gate"}"#) == 3)
        try gateway.buildGate("2")
        try gateway.plugins("POST", "/test.gate/reload")
        #expect(try value(#"tessera_plugin_rows_total{plugin="test.gate"}"#) == 3)
        #expect(try value(#"tessera_plugin_generation{plugin="test.gate"}"#) == 2)
        #expect(try value(#"tessera_plugin_state{plugin="test.gate",state="active"}"#) == 1)
        #expect(try value("tessera_plugin_mappings") == before + 2)
        #expect(try value(#"tessera_plugin_time_us_total{plugin="test.gate"}"#) ?? 0 > 0)
    }
}
