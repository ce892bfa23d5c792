import Journeys
import Testing

@testable import Store

struct JourneyStoreTests {
    private let other = "770e8400-0000-4000-8000-000000000000"

    @Test func everyVersionStays() throws {
        let fixture = try ControlFixture()
        let record = try fixture.addJourney(1)
        var changed = record.journey
        changed.name = "Renamed \u{1F600} \"quoted\""
        changed.schedule = nil
        changed.entryCriteria = [
            "type": "condition", "condition_type": "property", "column": "country", "operator": "equals", "value": "SE",
        ]
        fixture.clock.advance(60_000_000)
        let (workspace, now, next) = (fixture.workspaceID, fixture.clock.now(), changed)
        let updated = try fixture.store.write {
            try $0.updateJourney(workspaceID: workspace, id: record.id, journey: next, by: "editor", at: now)
        }
        #expect(updated.version == 2)
        #expect(updated.etag == "\"2.0\"")
        #expect(updated.journey == changed)
        #expect(updated.createdAt == record.createdAt)
        #expect(updated.updatedAt == now)
        try fixture.reopen()
        try fixture.store.read { (reader) throws in
            #expect(try reader.journey(workspaceID: workspace, id: record.id) == updated)
            #expect(try reader.journeyJSON(workspaceID: workspace, journeyID: record.id)?.bytes == updated.json)
            let first = try reader.journeyVersion(workspaceID: workspace, id: record.id, version: 1)
            #expect(first?.journey == record.journey)
            #expect(first?.createdBy == record.createdBy)
            let second = try reader.journeyVersion(workspaceID: workspace, id: record.id, version: 2)
            #expect(second?.journey == changed)
            #expect(second?.createdBy == "editor")
            #expect(try reader.journeyVersion(workspaceID: workspace, id: record.id, version: 3) == nil)
        }
    }

    @Test func anEditorsOwnMembersComeBack() throws {
        let fixture = try ControlFixture()
        let body = try JSON.parse(
            """
            {"name":"n","parent_model_id":"770e8400-e29b-41d4-a716-446655440000","exit_criteria":{},
             "tiles":[{"id":"a","type":"entry","label":"Start \\u0000","position":{"x":1.5,"y":-2e20}}],
             "edges":[{"from":"a","to":"b","branch":null,"color":"red"}]}
            """)
        var record = fixture.journey(1)
        record.journey = try JourneyParser.create(body)
        let stored = record
        try fixture.store.write { try $0.insertJourney(stored) }
        let (bytes, _) = try #require(
            try fixture.store.read { try $0.journeyJSON(workspaceID: fixture.workspaceID, journeyID: record.id) })
        let shown = try JSON.parse(bytes)
        #expect(shown["tiles"] == body["tiles"])
        #expect(shown["edges"] == body["edges"])
        #expect(shown["exit_criteria"] == [:])
        #expect(shown["description"] == "")
        #expect(shown["schedule"] == .null)
        // What GET gave can be PUT back and changes nothing.
        #expect(try JourneyParser.update(record.journey, with: shown) == record.journey)
    }

    @Test func statusChangesOnlyFromWhatIsExpected() throws {
        let fixture = try ControlFixture()
        let id = try fixture.addJourney(1).id
        let workspace = fixture.workspaceID
        func set(_ from: Set<JourneyStatus>, _ to: JourneyStatus, _ error: String = "") throws {
            fixture.clock.advance(1_000_000)
            let now = fixture.clock.now()
            try fixture.store.write {
                try $0.setJourneyStatus(workspaceID: workspace, id: id, from: from, to: to, error: error, at: now)
            }
        }
        func head() throws -> JourneyHead? {
            try fixture.store.read { try $0.journeyHead(workspaceID: workspace, id: id) }
        }
        try set([.draft], .active)
        #expect(try head()?.etag == "\"1.1\"")
        #expect(throws: StoreError.statusChanged(present: "active")) { try set([.draft, .paused], .active) }
        try set([.active], .error, "the \"source\" is gone\n")
        let failed = try #require(try head())
        #expect(failed.status == .error)
        #expect(failed.statusChange == 2)
        #expect(failed.updatedAt == fixture.clock.now())
        let json = try #require(
            try fixture.store.read { try $0.journeyJSON(workspaceID: workspace, journeyID: id) })
        #expect(try JSON.parse(json.bytes)["status_error"] == "the \"source\" is gone\n")
        #expect(json.etag == "\"1.2\"")
        // The same again is no change.
        try set([.error], .error, "the \"source\" is gone\n")
        #expect(try head() == failed)
        try set([.error], .error, "another reason")
        #expect(try head()?.statusChange == 3)
        #expect(throws: StoreError.notFound("journey \(other)")) {
            try fixture.store.write {
                try $0.setJourneyStatus(workspaceID: workspace, id: other, from: [.draft], to: .active, at: 0)
            }
        }
    }

    @Test func aRunShowsButLeavesTheETag() throws {
        let fixture = try ControlFixture()
        let id = try fixture.addJourney(1).id
        let (workspace, now) = (fixture.workspaceID, fixture.clock.now() + 1_500_000)
        let run = ControlFixture.uuid(7)
        try fixture.store.write {
            try $0.setLastRun(workspaceID: workspace, journeyID: id, runID: run, at: now)
        }
        let (bytes, etag) = try #require(
            try fixture.store.read { try $0.journeyJSON(workspaceID: workspace, journeyID: id) })
        let shown = try JSON.parse(bytes)
        #expect(shown["last_run_id"] == .string(run))
        #expect(shown["last_run_at"] == "2024-01-15T09:30:01Z")
        #expect(etag == "\"1.0\"")
        #expect(try fixture.store.read { try $0.journey(workspaceID: workspace, id: id)?.json } == bytes)
    }

    @Test func otherWorkspacesSeeNothing() throws {
        let fixture = try ControlFixture()
        let id = try fixture.addJourney(1).id
        let (other, journey) = (other, fixture.journey(1).journey)
        try fixture.store.write { try $0.insertWorkspace(WorkspaceRecord(id: other, name: "Other", createdAt: 0)) }
        try fixture.store.read { (reader) throws in
            #expect(try reader.journey(workspaceID: other, id: id) == nil)
            #expect(try reader.journeyHead(workspaceID: other, id: id) == nil)
            #expect(try reader.journeyJSON(workspaceID: other, journeyID: id) == nil)
            #expect(try reader.journeyVersion(workspaceID: other, id: id, version: 1) == nil)
            #expect(try reader.journeys(workspaceID: other).items.isEmpty)
            #expect(try reader.journeysJSON(workspaceID: other).bytes == Array("[]".utf8))
        }
        let writes: [@Sendable (ControlWriter) throws -> Void] = [
            { _ = try $0.updateJourney(workspaceID: other, id: id, journey: journey, by: "", at: 0) },
            { try $0.setJourneyStatus(workspaceID: other, id: id, from: [.draft], to: .active, at: 0) },
            { try $0.setLastRun(workspaceID: other, journeyID: id, runID: id, at: 0) },
            { try $0.deleteJourney(workspaceID: other, id: id, at: 0) },
        ]
        for write in writes {
            #expect(throws: StoreError.notFound("journey \(id)")) { try fixture.store.write(write) }
        }
        #expect(
            try fixture.store.read { try $0.journey(workspaceID: fixture.workspaceID, id: id) } == fixture.journey(1))
    }

    @Test func listsAndPages() throws {
        let fixture = try ControlFixture()
        for number in 1...45 { try fixture.addJourney(number) }
        let workspace = fixture.workspaceID
        try fixture.store.read { (reader) throws in
            let page = try reader.journeys(workspaceID: workspace, ListQuery(page: Page(number: 3)))
            #expect(page.total == 45)
            #expect(page.items.map(\.id) == (41...45).map(ControlFixture.uuid))
            let text = try reader.journeysJSON(workspaceID: workspace, ListQuery(page: Page(number: 3)))
            #expect(text.total == 45)
            let expected = try page.items.map { try JSON.parse($0.json) }
            #expect(try JSON.parse(text.bytes) == .array(expected))
            let all = try reader.journeysJSON(workspaceID: workspace)
            #expect(all.total == 45)
            #expect(try JSON.parse(all.bytes).arrayValue?.count == 45)
            #expect(
                try reader.journeys(workspaceID: workspace, ListQuery(page: Page(number: Int.max, size: 7))).items
                    .isEmpty)
            #expect(
                try reader.journeys(workspaceID: workspace, ListQuery(page: Page(number: -1, size: 1000))).items.count
                    == 45)
        }
    }

    @Test func findsWhatUsesWhat() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        for number in 1...3 { try fixture.addJourney(number) }
        let source = SourceRecord(
            id: ControlFixture.uuid(50), workspaceID: workspace, name: "s", sourceType: "embedded", createdBy: "",
            createdAt: 0, updatedAt: 0)
        let model = ModelRecord(
            id: fixture.journey(1).journey.parentModelID, workspaceID: workspace, sourceID: source.id, name: "m",
            sqlQuery: "SELECT 1", createdBy: "", createdAt: 0, updatedAt: 0)
        let destination = "880e8400-e29b-41d4-a716-446655440000"
        try fixture.store.write { writer in
            try writer.insertSource(source)
            try writer.insertModel(model)
            for (number, status) in [(1, JourneyStatus.active), (2, .draining)] {
                try writer.setJourneyStatus(
                    workspaceID: workspace, id: ControlFixture.uuid(number), from: [.draft], to: status, at: 0)
            }
        }
        try fixture.store.read { (reader) throws in
            let atWork: Set<JourneyStatus> = [.active, .draining, .error]
            let ids = [ControlFixture.uuid(1), ControlFixture.uuid(2)]
            #expect(
                try reader.journeys(workspaceID: workspace, usingModel: model.id, status: atWork).map(\.id) == ids)
            #expect(
                try reader.journeys(workspaceID: workspace, usingSource: source.id, status: atWork).map(\.id) == ids)
            #expect(
                try reader.journeys(workspaceID: workspace, mentioning: destination, status: [.draft]).map(\.id)
                    == [ControlFixture.uuid(3)])
            #expect(try reader.journeys(workspaceID: workspace, mentioning: other, status: [.draft]).isEmpty)
            #expect(try reader.journeys(workspaceID: other, usingModel: model.id, status: atWork).isEmpty)
            #expect(try reader.journeys(status: atWork).map(\.id) == ids)
            #expect(try reader.journeyHeads(status: [.draft]).map(\.id) == [ControlFixture.uuid(3)])
            #expect(try reader.journeyHeads(status: []).isEmpty)
        }
    }

    @Test func aDeletedJourneyIsGoneAtOnceAndItsRowsInSteps() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        let record = try fixture.addJourney(1)
        let runs = (1...5).map { fixture.run($0, of: record.id) }
        try fixture.store.write { writer in
            for run in runs { try writer.insertRun(run) }
            for _ in 0..<3 {
                try writer.updateJourney(workspaceID: workspace, id: record.id, journey: record.journey, by: "", at: 0)
            }
            try writer.deleteJourney(workspaceID: workspace, id: record.id, at: 5)
        }
        #expect(throws: StoreError.notFound("journey \(record.id)")) {
            try fixture.store.write { try $0.deleteJourney(workspaceID: workspace, id: record.id, at: 6) }
        }
        #expect(throws: StoreError.self) { try fixture.store.write { try $0.insertRun(fixture.run(9, of: record.id)) } }
        try fixture.reopen()
        try fixture.store.read { (reader) throws in
            #expect(try reader.journey(workspaceID: workspace, id: record.id) == nil)
            #expect(try reader.journeyJSON(workspaceID: workspace, journeyID: record.id) == nil)
            #expect(try reader.journeys(workspaceID: workspace, ListQuery(page: Page())).total == 0)
            #expect(try reader.journeyHeads(status: Set(JourneyStatus.allCases)).isEmpty)
            #expect(try reader.unfinishedRuns().isEmpty)
            #expect(try reader.run(workspaceID: workspace, id: runs[0].id)?.status == .cancelled)
            #expect(
                try reader.deletedJourneys() == [JourneyReference(workspaceID: workspace, id: record.id)])
        }
        var steps = 0
        while try !fixture.store.write({ try $0.purgeJourney(workspaceID: workspace, id: record.id, limit: 3) }) {
            steps += 1
            #expect(steps < 10)
        }
        #expect(steps >= 3)
        try fixture.store.read { (reader) throws in
            #expect(try reader.deletedJourneys().isEmpty)
            #expect(try reader.runs(workspaceID: workspace, journeyID: record.id).isEmpty)
            let rows = try reader.connection.first("SELECT count(*) FROM journey_versions") { $0.int(0) }
            #expect(rows == 0)
        }
        // Asking again is fine: nothing is left.
        #expect(try fixture.store.write { try $0.purgeJourney(workspaceID: workspace, id: record.id) })
    }
}
