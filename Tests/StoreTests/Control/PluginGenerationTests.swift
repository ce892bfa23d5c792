import Testing

@testable import Store

struct PluginGenerationTests {
    @Test func aContentKeepsItsNumberAndOneIsActive() throws {
        let fixture = try ControlFixture()
        func record(_ sha: String, _ state: PluginGenerationState, _ reason: String = "", plugin: String = "wait")
            throws
            -> PluginGenerationRecord
        {
            try fixture.store.write {
                try $0.recordPluginGeneration(
                    pluginID: plugin, sha256: sha, version: "1." + sha, state: state, reason: reason, loadedAt: 7)
            }
        }
        #expect(try record("a", .active).number == 1)
        #expect(try record("b", .refused, "tile-2 would not open").number == 2)
        #expect(try record("c", .active).number == 3)
        #expect(try record("x", .active, plugin: "split").number == 1)
        try fixture.reopen()
        func states(_ plugin: String? = nil) throws -> [String] {
            try fixture.store.read { try $0.pluginGenerations(pluginID: plugin) }
                .map { "\($0.sha256) \($0.state.rawValue) \($0.reason)" }
        }
        #expect(try states("wait") == ["a superseded ", "b refused tile-2 would not open", "c active "])
        // A rollback: the bad one is marked first, then the old hash is active again under its old number.
        #expect(try record("c", .rolledBack, "operator").number == 3)
        #expect(try record("a", .active).number == 1)
        #expect(
            try states() == [
                "x active ", "a active ", "b refused tile-2 would not open", "c rolledBack operator",
            ])
        let active = try fixture.store.read { try $0.pluginGeneration(pluginID: "wait", sha256: "a") }
        #expect(active?.version == "1.a")
        #expect(active?.loadedAt == 7)
    }
}
