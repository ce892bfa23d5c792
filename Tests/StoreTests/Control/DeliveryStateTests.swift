import Journeys
import Platform
import SQLite
import Testing
import TestSupport

@testable import Store

@Suite struct DeliveryStateTests {
    private let state = DeliveryStateRecord(
        day: 19_737, reserved: 100, breakerOpenedAt: 5, breakerUntil: 10, breakerTrips: 2, holdUntil: 7)

    @Test func itIsKeptWithItsDestination() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        let id = "00000000-0000-4000-8000-00000000000d"
        try fixture.store.write { writer in
            try writer.insertDestination(
                DestinationRecord(
                    id: id, workspaceID: workspace, name: "D", destinationType: "webhook",
                    limits: DestinationRecord.Limits(requestsPerSecond: 0.5, maxInFlight: 3, deliveriesPerDay: 9),
                    createdBy: "", createdAt: 0, updatedAt: 0))
        }
        func kept() throws -> DeliveryStateRecord? {
            try fixture.store.read { try $0.deliveryState(workspaceID: workspace, destinationID: id) }
        }
        #expect(try kept() == nil)
        let first = state
        var second = state
        second.breakerOpenedAt = nil
        for record in [first, second] {
            try fixture.store.write {
                try $0.keepDeliveryState(record, workspaceID: workspace, destinationID: id)
            }
            #expect(try kept() == record)
        }
        let found = try fixture.store.read { try $0.destination(workspaceID: workspace, id: id) }
        // What deliveries keep is no change of the definition.
        #expect(found?.version == 1 && found?.statusChange == 0)
        #expect(found?.limits == DestinationRecord.Limits(requestsPerSecond: 0.5, maxInFlight: 3, deliveriesPerDay: 9))
        try fixture.store.write { try $0.deleteDestination(workspaceID: workspace, id: id) }
        #expect(try kept() == nil)
        // Nothing to keep it with.
        try fixture.store.write {
            try $0.keepDeliveryState(first, workspaceID: workspace, destinationID: id)
        }
        #expect(try kept() == nil)
    }

    /// control.db as the second version left it.
    @Test func theSecondVersionsDestinationsAreTakenOver() throws {
        let directory = try TemporaryDirectory()
        let database = try Database(path: directory.path + "/control.db")
        for migration in ControlMigrations.all.prefix(2) { try database.execute(migration.sql) }
        try database.execute(
            """
            INSERT INTO workspaces(id, name, created_at) VALUES ('w', 'W', 0);
            INSERT INTO destinations(id, workspace_id, name, destination_type, config, status, status_error, version,
                status_change, created_by, created_at, updated_at)
            VALUES ('d', 'w', 'D', 'webhook', '{}', 'error', 'gone', 3, 1, '', 0, 0);
            PRAGMA user_version = 2;
            """)
        let store = try ControlStore(
            dataDirectory: directory.path, secretKey: .file, clock: ManualClock(), log: .silent)
        defer { store.close() }
        let found = try store.read { try $0.destination(workspaceID: "w", id: "d") }
        #expect(found?.limits == DestinationRecord.Limits() && found?.version == 3 && found?.status == "error")
        let state = state
        try store.write { try $0.keepDeliveryState(state, workspaceID: "w", destinationID: "d") }
        #expect(try store.read { try $0.deliveryState(workspaceID: "w", destinationID: "d") } == state)
    }
}
