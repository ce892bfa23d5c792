import Journeys
import Platform
import SQLite
import TestSupport
import Testing

@testable import Store

struct ResourceStoreTests {
    private let other = "770e8400-0000-4000-8000-000000000000"

    @Test func aWorkspaceComesWithItsEmbeddedSource() throws {
        let fixture = try ControlFixture()
        let workspace = try fixture.store.write { try $0.createWorkspace(name: "Shop", by: "op", at: 5) }
        try fixture.reopen()
        try fixture.store.read { (reader) throws in
            #expect(try reader.workspace(id: workspace.id) == workspace)
            #expect(try reader.workspaces().items.map(\.name) == ["Main", "Shop"])
            let source = try #require(try reader.embeddedSource(workspaceID: workspace.id))
            #expect(source.sourceType == "embedded")
            #expect(source.status == "connected")
            #expect(try reader.sources(workspaceID: workspace.id).items == [source])
            #expect(try reader.embeddedSource(workspaceID: fixture.workspaceID) == nil)
        }
        // One a workspace.
        let second = SourceRecord(
            id: other, workspaceID: workspace.id, name: "x", sourceType: "embedded", createdBy: "", createdAt: 0,
            updatedAt: 0)
        #expect(throws: StoreError.self) { try fixture.store.write { try $0.insertSource(second) } }
    }

    /// control.db as the eighth version left it.
    @Test func theEighthVersionsWorkspacesAreTakenOver() throws {
        let directory = try TemporaryDirectory()
        let database = try Database(path: directory.path + "/control.db")
        for migration in ControlMigrations.all.prefix(8) { try database.execute(migration.sql) }
        try database.execute(
            "INSERT INTO workspaces(id, name, created_at) VALUES ('w', 'W', 7); PRAGMA user_version = 8")
        let store = try ControlStore(
            dataDirectory: directory.path, secretKey: .file, clock: ManualClock(), log: .silent)
        defer { store.close() }
        let workspace = try #require(try store.read { try $0.workspace(id: "w") })
        #expect(workspace == WorkspaceRecord(id: "w", name: "W", createdAt: 7) && workspace.etag == "\"1.0\"")
        let renamed = try store.write { try $0.renameWorkspace(id: "w", to: "V", at: 9) }
        #expect(renamed == WorkspaceRecord(id: "w", name: "V", createdAt: 7, updatedAt: 9, version: 2))
        #expect(renamed.etag == "\"2.0\"")
        #expect(throws: StoreError.self) { try store.write { try $0.renameWorkspace(id: "x", to: "V", at: 9) } }
    }

    @Test func sourcesAndModels() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        var source = SourceRecord(
            id: ControlFixture.uuid(1), workspaceID: workspace, name: "Warehouse", sourceType: "postgres",
            config: ["host": "db", "port": 5432], connectionID: "c", createdBy: "key", createdAt: 1, updatedAt: 1)
        var model = ModelRecord(
            id: ControlFixture.uuid(2), workspaceID: workspace, sourceID: source.id, name: "Customers",
            description: "All", sqlQuery: "SELECT * FROM c",
            columns: [
                Column(name: "id", type: .string, nullable: false), Column(name: "tags", type: .string, isJSON: true),
            ],
            primaryKeyColumn: "id", createdBy: "key", createdAt: 1, updatedAt: 1)
        let (firstSource, firstModel) = (source, model)
        try fixture.store.write {
            try $0.insertSource(firstSource)
            try $0.insertModel(firstModel)
        }
        try fixture.reopen()
        #expect(try fixture.store.read { try $0.source(workspaceID: workspace, id: source.id) } == source)
        #expect(try fixture.store.read { try $0.model(workspaceID: workspace, id: model.id) } == model)
        #expect(model.etag == "\"1.0\"")

        source.name = "Renamed"
        source.updatedAt = 2
        model.columns = []
        model.primaryKeyColumn = nil
        model.updatedAt = 2
        let (nextSource, nextModel) = (source, model)
        let updated = try fixture.store.write {
            (try $0.updateSource(nextSource), try $0.updateModel(nextModel))
        }
        source.version = 2
        model.version = 2
        #expect(updated.0 == source)
        #expect(updated.1 == model)

        try fixture.store.write { try $0.deleteSource(workspaceID: workspace, id: nextSource.id, at: 3) }
        let orphan = try #require(try fixture.store.read { try $0.model(workspaceID: workspace, id: nextModel.id) })
        #expect(orphan.status == "error")
        #expect(orphan.etag == "\"2.1\"")
        #expect(orphan.statusError.contains(source.id))
        try fixture.store.write { try $0.deleteModel(workspaceID: workspace, id: nextModel.id) }
        #expect(try fixture.store.read { try $0.models(workspaceID: workspace).items }.isEmpty)
    }

    @Test func aStatusCountsOnlyWhenItChanges() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        let record = DestinationRecord(
            id: ControlFixture.uuid(1), workspaceID: workspace, name: "Hook", destinationType: "webhook",
            config: ["url": "https://example.org"], createdBy: "key", createdAt: 1, updatedAt: 1)
        try fixture.store.write { writer in
            try writer.insertDestination(record)
            for _ in 0..<2 {
                try writer.setDestinationStatus(
                    workspaceID: workspace, id: record.id, status: "error", error: "410 Gone", at: 7)
            }
        }
        let stored = try #require(try fixture.store.read { try $0.destination(workspaceID: workspace, id: record.id) })
        #expect(stored.status == "error")
        #expect(stored.statusError == "410 Gone")
        #expect(stored.statusChange == 1)
        #expect(stored.version == 1)
        #expect(stored.updatedAt == 7)
        #expect(try fixture.store.read { try $0.destinations(ofType: "webhook") } == [stored])
        #expect(throws: StoreError.notFound("destination \(other)")) {
            try fixture.store.write {
                try $0.setDestinationStatus(workspaceID: workspace, id: other, status: "error", at: 8)
            }
        }
    }

    @Test func otherWorkspacesSeeAndChangeNothing() throws {
        let fixture = try ControlFixture()
        let (workspace, other, id) = (fixture.workspaceID, other, ControlFixture.uuid(1))
        let source = SourceRecord(
            id: id, workspaceID: workspace, name: "s", sourceType: "x", createdBy: "", createdAt: 0, updatedAt: 0)
        let model = ModelRecord(
            id: id, workspaceID: workspace, sourceID: id, name: "m", sqlQuery: "", createdBy: "", createdAt: 0,
            updatedAt: 0)
        let destination = DestinationRecord(
            id: id, workspaceID: workspace, name: "d", destinationType: "webhook", createdBy: "", createdAt: 0,
            updatedAt: 0)
        try fixture.store.write {
            try $0.insertWorkspace(WorkspaceRecord(id: other, name: "Other", createdAt: 0))
            try $0.insertSource(source)
            try $0.insertModel(model)
            try $0.insertDestination(destination, secrets: ["/api_key": [1]])
        }
        try fixture.store.read { (reader) throws in
            #expect(try reader.source(workspaceID: other, id: id) == nil)
            #expect(try reader.model(workspaceID: other, id: id) == nil)
            #expect(try reader.destination(workspaceID: other, id: id) == nil)
            #expect(try reader.destinationSecrets(workspaceID: other, id: id).isEmpty)
            #expect(try reader.destinationSecretPointers(workspaceID: other, id: id).isEmpty)
            #expect(try reader.sources(workspaceID: other).total == 0)
            #expect(try reader.models(workspaceID: other).total == 0)
            #expect(try reader.destinations(workspaceID: other).total == 0)
        }
        var foreignSource = source
        foreignSource.workspaceID = other
        var foreignModel = model
        foreignModel.workspaceID = other
        var foreignDestination = destination
        foreignDestination.workspaceID = other
        let (theirSource, theirModel, theirDestination) = (foreignSource, foreignModel, foreignDestination)
        let writes: [@Sendable (ControlWriter) throws -> Void] = [
            { _ = try $0.updateSource(theirSource) },
            { _ = try $0.updateModel(theirModel) },
            { _ = try $0.updateDestination(theirDestination, secrets: ["/api_key": .clear]) },
            { try $0.setSourceStatus(workspaceID: other, id: id, status: "error", at: 0) },
            { try $0.setModelStatus(workspaceID: other, id: id, status: "error", at: 0) },
            { try $0.deleteSource(workspaceID: other, id: id, at: 0) },
            { try $0.deleteModel(workspaceID: other, id: id) },
            { try $0.deleteDestination(workspaceID: other, id: id) },
        ]
        for write in writes { #expect(throws: StoreError.self) { try fixture.store.write(write) } }
        try fixture.store.read { (reader) throws in
            #expect(try reader.source(workspaceID: workspace, id: id) == source)
            #expect(try reader.model(workspaceID: workspace, id: id) == model)
            #expect(try reader.destination(workspaceID: workspace, id: id) == destination)
            #expect(try reader.destinationSecrets(workspaceID: workspace, id: id) == ["/api_key": [1]])
        }
    }

    @Test func aReferenceToNoWorkspaceIsRefused() throws {
        let fixture = try ControlFixture()
        let record = fixture.journey(1, workspaceID: other)
        let error = #expect(throws: StoreError.self) { try fixture.store.write { try $0.insertJourney(record) } }
        guard case .conflict? = error else {
            Issue.record("not a conflict: \(String(describing: error))")
            return
        }
    }
}
