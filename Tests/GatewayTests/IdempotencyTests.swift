import Journeys
import Testing
import TestSupport

/// The same key and body get the first answer again.
@Suite struct IdempotencyTests {
    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let model: String

    init() throws {
        gateway = try TestGateway()
        workspace = try gateway.makeWorkspace()
        model = try workspace.makeModel()
    }

    private func post(_ path: String, _ body: String?, key: String) throws -> HTTPClient.Answer {
        try workspace.call("POST", path, body, headers: [("Idempotency-Key", key)])
    }

    @Test func aJourneyIsMadeOnce() throws {
        let body = TestWorkspace.journey(model: model)
        let first = try post("/journeys", body, key: "one")
        let again = try post("/journeys", body, key: "one")
        #expect(first.status == 201 && again.status == 201)
        #expect(first.body == again.body)
        #expect(first[header: "Location"] == again[header: "Location"] && again[header: "ETag"] == "\"1.0\"")
        #expect(again[header: "Idempotent-Replayed"] == "true" && first[header: "Idempotent-Replayed"] == nil)
        #expect(try workspace.json("GET", "/journeys").arrayValue?.count == 1)
    }

    @Test func anotherBodyUnderTheSameKeyIsRefused() throws {
        _ = try post("/journeys", TestWorkspace.journey(model: model), key: "one")
        let other = try post("/journeys", TestWorkspace.journey(model: model, name: "Other"), key: "one")
        #expect(other.status == 422 && other.text.contains("idempotency_key_reused"))
        // On another path the key is another one.
        let elsewhere = try post("/api-keys", #"{"name": "x"}"#, key: "one")
        #expect(elsewhere.status == 201)
    }

    @Test func aKeyShownOnceIsShownAgainToItsRepetition() throws {
        let first = try post("/api-keys", #"{"name": "x"}"#, key: "k")
        let again = try post("/api-keys", #"{"name": "x"}"#, key: "k")
        #expect(first.body == again.body && first.text.contains("sk_live_"))
    }

    @Test func aRunIsStartedOnce() throws {
        let journey = try workspace.makeJourney(model: model)
        try workspace.json("POST", "/journeys/\(journey)/activate")
        let first = try post("/journeys/\(journey)/trigger", nil, key: "t")
        let again = try post("/journeys/\(journey)/trigger", nil, key: "t")
        #expect(first.status == 201 && first.body == again.body)
        #expect(try workspace.json("GET", "/journeys/\(journey)/runs").arrayValue?.count == 1)
    }

    @Test func anErrorIsNotKept() throws {
        let journey = try workspace.makeJourney(model: model)
        #expect(try post("/journeys/\(journey)/trigger", nil, key: "t").status == 409)
        try workspace.json("POST", "/journeys/\(journey)/activate")
        #expect(try post("/journeys/\(journey)/trigger", nil, key: "t").status == 201)
    }

    /// What the first call needed may be gone since.
    @Test func theFirstAnswerOutlivesWhatItTook() throws {
        let body = TestWorkspace.journey(model: model)
        let first = try post("/journeys", body, key: "one")
        let id = try #require(try JSON.parse(first.body)["id"]?.stringValue)
        try workspace.json("DELETE", "/journeys/\(id)")
        try workspace.json("DELETE", "/models/\(model)")
        let again = try post("/journeys", body, key: "one")
        #expect(again.status == 201 && again.body == first.body, "\(again.text)")
        let key = #"{"name": "x", "expires_at": "2024-01-15T09:30:01Z"}"#
        let made = try post("/api-keys", key, key: "k")
        gateway.clock.advance(60_000_000)
        #expect(try post("/api-keys", key, key: "k").body == made.body)
    }

    @Test func twoKeysAreNone() throws {
        let answer = try workspace.call(
            "POST", "/journeys", TestWorkspace.journey(model: model),
            headers: [("Idempotency-Key", "one"), ("Idempotency-Key", "two")])
        #expect(answer.status == 400 && answer.text.contains("given twice"), "\(answer.text)")
    }

    @Test func whoOnlyLooksKeepsNothing() throws {
        for sql in ["SELECT 1 AS id", "SELECT 2 AS id"] {
            let answer = try post(
                "/models/preview", #"{"source_id": "\#(workspace.sourceID)", "sql_query": "\#(sql)"}"#, key: "look")
            #expect(answer.status == 200 && answer[header: "Idempotent-Replayed"] == nil, "\(answer.text)")
        }
    }

    @Test func afterADayTheKeyIsFree() throws {
        let body = TestWorkspace.journey(model: model)
        let first = try post("/journeys", body, key: "one")
        gateway.clock.advance(24 * 3_600_000_000)
        let later = try post("/journeys", body, key: "one")
        #expect(later.status == 201 && later.body != first.body)
    }

    @Test func modelsAndDestinationsTakeKeysToo() throws {
        let body = #"{"name": "D", "destination_type": "webhook", "config": {"url": "http://127.0.0.1:9/"}}"#
        #expect(try post("/destinations", body, key: "d").body == post("/destinations", body, key: "d").body)
        #expect(try workspace.json("GET", "/destinations").arrayValue?.count == 1)
    }
}
