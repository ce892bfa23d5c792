import Journeys
import Platform
import SQLite
import TestSupport
import Testing

@testable import Store

/// Pauses of journeys in control.db.
@Suite struct PauseStoreTests {
    @Test func aPauseIsOpenUntilItEndsAndStaysUntilItIsForgotten() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        let (id, other) = (ControlFixture.uuid(1), ControlFixture.uuid(2))
        let records = [fixture.journey(1), fixture.journey(2)]
        try fixture.store.write { writer in for record in records { try writer.insertJourney(record) } }
        func ended(_ id: String) throws -> [PauseRecord] {
            try fixture.store.read { try $0.endedPauses(workspaceID: workspace, journeyID: id) }
        }
        func pause(_ clock: PauseClock, _ from: Int64, _ to: Int64?) throws {
            try fixture.store.write { writer in
                try writer.beginPause(workspaceID: workspace, journeyID: id, at: from)
                if let to { try writer.endPause(workspaceID: workspace, journeyID: id, clock: clock, at: to) }
            }
        }
        try pause(.keepCounting, 1, 2)
        #expect(try ended(id).isEmpty)
        try pause(.restart, 3, 4)
        try pause(.whileActive, 5, 6)
        try pause(.whileActive, 7, nil)
        let both = try ended(id)
        #expect(both.map(\.pausedAt) == [3, 5] && both.map(\.resumedAt) == [4, 6])
        #expect(both.map(\.clock) == [.restart, .whileActive] && both[0].number < both[1].number)
        #expect(try ended(other).isEmpty)
        // Only the one that is open can have begun too late.
        for (now, start) in [(9, 7), (2, 2)] as [(Int64, Int64)] {
            try fixture.store.write { try $0.pullBackPause(workspaceID: workspace, journeyID: id, to: now) }
            let open = try fixture.store.read { try $0.openPause(workspaceID: workspace, journeyID: id) }
            #expect(open?.pausedAt == start)
        }
        #expect(try fixture.store.read { try $0.openPause(workspaceID: workspace, journeyID: other) } == nil)
        #expect(try ended(id) == both)
        try fixture.reopen()
        try fixture.store.write { [number = both[0].number] in try $0.forgetPause(number) }
        #expect(try ended(id) == [both[1]])
        try fixture.store.write { try $0.forgetPauses(workspaceID: workspace, journeyID: id) }
        #expect(try ended(id).isEmpty)
        // The number is not given again.
        try pause(.restart, 8, 9)
        #expect(try ended(id)[0].number > both[1].number)
        try fixture.store.write { try $0.deleteJourney(workspaceID: workspace, id: id, at: 10) }
        #expect(try fixture.store.write { try $0.purgeJourney(workspaceID: workspace, id: id) })
    }

    /// control.db as the third version left it: who is paused then has an open pause.
    @Test func theThirdVersionsPausedJourneysAreTakenOver() throws {
        let directory = try TemporaryDirectory()
        let database = try Database(path: directory.path + "/control.db")
        for migration in ControlMigrations.all.prefix(3) { try database.execute(migration.sql) }
        try database.execute(
            """
            INSERT INTO workspaces(id, name, created_at) VALUES ('w', 'W', 0);
            INSERT INTO journeys(id, workspace_id, version, name, parent_model_id, status, status_error, status_change,
                created_by, created_at, updated_at)
            VALUES ('p', 'w', 1, 'P', 'm', 'paused', '', 1, '', 0, 77), ('a', 'w', 1, 'A', 'm', 'active', '', 1, '', 0, 78);
            PRAGMA user_version = 3;
            """)
        let store = try ControlStore(
            dataDirectory: directory.path, secretKey: .file, clock: ManualClock(), log: .silent)
        defer { store.close() }
        for id in ["p", "a"] {
            try store.write { try $0.endPause(workspaceID: "w", journeyID: id, clock: .restart, at: 99) }
        }
        let pauses = try store.read { reader in
            try ["p", "a"].map { try reader.endedPauses(workspaceID: "w", journeyID: $0) }
        }
        #expect(pauses[0].map(\.pausedAt) == [77] && pauses[1].isEmpty)
    }
}
