import Crypto
import Platform
import SQLite
import TestSupport
import Testing

@testable import Store

struct PluginGenerationTests {
    @Test func aContentKeepsItsNumberAndOneIsCurrent() throws {
        let fixture = try ControlFixture()
        func record(
            _ sha: String, _ state: PluginGenerationState, _ reason: String = "", plugin: String = "wait"
        ) throws -> PluginGenerationRecord {
            try fixture.store.write {
                try $0.recordPluginGeneration(
                    PluginGenerationRecord(
                        pluginID: plugin, sha256: sha, version: "1." + sha, state: state, reason: reason,
                        isolation: "process", file: sha + ".so", loadedAt: 7))
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
                "x active ", "a active ", "b refused tile-2 would not open", "c rolled_back operator",
            ])
        // In quarantine it is still the one that the id stands for, until another takes its place.
        _ = try record("a", .quarantined, "3 crashes")
        _ = try record("d", .active)
        #expect(
            try states("wait") == [
                "a superseded ", "b refused tile-2 would not open", "c rolled_back operator", "d active ",
            ])
        _ = try record("d", .retired)
        #expect(try states("wait").last == "d retired ")
        let first = try fixture.store.read { try $0.pluginGeneration(pluginID: "wait", sha256: "a") }
        #expect(first?.version == "1.a" && first?.isolation == "process" && first?.file == "a.so")
        #expect(first?.loadedAt == 7)
    }

    /// control.db as the first version left it, plugins in all of its states.
    @Test func theFirstVersionsGenerationsAreTakenOver() throws {
        let directory = try TemporaryDirectory()
        let first = try #require(ControlMigrations.all.first)
        // Released, so it never changes: a database out there was made by exactly this text.
        let digest = "aca45f9d8860fd2e0da5ceaff5ac20abf86155d64b7d3a87c32d4b4874734fa5"
        #expect(Crypto.hex(Crypto.sha256(Array(first.sql.utf8))) == digest)
        try makeDatabase(directory.path, first.sql)

        let store = try ControlStore(
            dataDirectory: directory.path, secretKey: .file, clock: ManualClock(), log: .silent)
        defer { store.close() }
        let records = try store.read { try $0.pluginGenerations() }
        #expect(records.map(\.state) == [.superseded, .refused, .rolledBack, .active])
        #expect(records.map(\.number) == [1, 2, 3, 4])
        #expect(records.map(\.loadedAt) == [0, 1, 2, 3])
        #expect(records.allSatisfy { $0.reason == "why" && $0.isolation.isEmpty && $0.file.isEmpty })
        // The new states can be stored, and numbers go on from the old ones.
        let added = try store.write {
            try $0.recordPluginGeneration(
                PluginGenerationRecord(
                    pluginID: "com.example.wait", sha256: "new", version: "2", state: .quarantined, loadedAt: 9))
        }
        #expect(added.number == 5)
        let replaced = try store.read { try $0.pluginGeneration(pluginID: "com.example.wait", sha256: "sha-active") }
        #expect(replaced?.state == .superseded)
    }

    private func makeDatabase(_ directory: String, _ sql: String) throws {
        let database = try Database(path: directory + "/control.db")
        try database.execute(sql)
        for (number, state) in ["superseded", "refused", "rolledBack", "active"].enumerated() {
            try database.execute(
                """
                INSERT INTO plugin_generations(plugin_id, number, sha256, version, state, reason, loaded_at)
                VALUES ('com.example.wait', \(number + 1), 'sha-\(state)', '1.0', '\(state)', 'why', \(number))
                """)
        }
        try database.execute("PRAGMA user_version = 1")
    }
}
