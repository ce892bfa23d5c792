import Journeys
import Testing

@testable import Store

struct JourneyJSONTests {
    @Test func showsTheContractsObject() throws {
        let fixture = try ControlFixture()
        let record = try fixture.addJourney(1)
        let (bytes, etag) = try #require(
            try fixture.store.read { try $0.journeyJSON(workspaceID: fixture.workspaceID, journeyID: record.id) })
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(
            text == """
                {"id":"00000000-0000-4000-8000-000000000001","workspace_id":"660e8400-e29b-41d4-a716-446655440000",\
                "parent_model_id":"770e8400-e29b-41d4-a716-446655440000","name":"Onboarding Flow",\
                "description":"Welcome series for new customers","entry_criteria":null,"exit_criteria":null,\
                "tiles":[{"id":"tile-1","position":{"x":0,"y":0},"type":"entry"},\
                {"config":{"destination_id":"880E8400-e29b-41d4-a716-446655440000","field_mapping":[]},"id":"tile-2",\
                "position":{"x":0,"y":200},"type":"sync"},{"config":{"duration":3,"unit":"days"},"id":"tile-3",\
                "position":{"x":0,"y":400},"type":"wait"}],\
                "edges":[{"from":"tile-1","to":"tile-2"},{"from":"tile-2","to":"tile-3"}],"schedule":"0 */6 * * *",\
                "status":"draft","status_error":"","created_by":"880e8400-e29b-41d4-a716-446655440000",\
                "created_at":"2024-01-15T09:30:00Z","updated_at":"2024-01-15T09:30:00Z",\
                "last_run_id":null,"last_run_at":null}
                """)
        #expect(etag == "\"1.0\"")
        #expect(record.json == bytes)
        #expect(record.etag == etag)
    }
}
