import HTTPServer
import Journeys
import Platform
import Testing
import TestSupport

/// Runs of one journey never overlap: what is asked while one is at work waits, is refused, or is cancelled.
@Suite struct RunQueueTests {
    /// Keeps every request waiting until it is told to answer.
    private final class SlowInbox: HTTPHandler {
        let waiting = Monitor<(open: Bool, responders: [Responder])>((false, []))
        func bodyPolicy(_ head: RequestHead) -> BodyPolicy { .collect(limit: 1 << 20) }
        func handle(_ request: Request, _ responder: Responder) {
            let answer = waiting.update { state in
                if !state.open { state.responders.append(responder) }
                return state.open
            }
            if answer { responder.respond(Response(status: 200)) }
        }
        func answerAll() {
            let responders = waiting.update { state in
                state.open = true
                return state.responders
            }
            for responder in responders { responder.respond(Response(status: 200)) }
        }
        /// Waits until a delivery hangs.
        func waitForDelivery() -> Bool {
            waiting.wait(microseconds: 120_000_000) { $0.responders.isEmpty ? nil : true } ?? false
        }
    }

    private let inbox = SlowInbox()
    private let receiver: HTTPServer
    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let journey: String

    init() throws {
        receiver = HTTPServer(configuration: ServerConfiguration(), handler: inbox, log: .silent, clock: SystemClock())
        let port = try receiver.start()
        gateway = try TestGateway { $0.eventHeartbeat = 100_000 }
        workspace = try gateway.makeWorkspace()
        let model = try workspace.makeModel()
        let destination = try workspace.makeDestination(url: "http://127.0.0.1:\(port)/")
        journey = try workspace.makeDelivery(of: model, to: destination)
    }

    private func trigger() throws -> HTTPClient.Answer { try workspace.call("POST", "/journeys/\(journey)/trigger") }

    private func id(_ answer: HTTPClient.Answer) throws -> String {
        try #require(try JSON.parse(answer.body)["id"]?.stringValue)
    }

    @Test func aSecondRunWaitsAThirdIsRefusedAndAQueuedOneCanBeCancelled() throws {
        let first = try id(trigger())
        try #require(inbox.waitForDelivery())
        let live = try workspace.json("GET", "/journeys/\(journey)/runs/\(first)")
        #expect(live["status"] == "running" && live["counts"]?["entered"] == 3, "\(live.text)")
        #expect(try workspace.json("GET", "/journeys/\(journey)/stats")["tiles"]?["b"]?["active"] == 3)
        let second = try id(trigger())
        #expect(try workspace.json("GET", "/journeys/\(journey)/runs/\(second)")["status"] == "queued")
        let third = try trigger()
        #expect(third.status == 409 && third.text.contains("queued already"), "\(third.text)")
        #expect(try workspace.json("POST", "/journeys/\(journey)/runs/\(second)/cancel") == ["status": "cancelled"])
        #expect(try workspace.json("GET", "/journeys/\(journey)/runs/\(second)")["status"] == "cancelled")
        #expect(try workspace.call("POST", "/journeys/\(journey)/runs/\(second)/cancel").status == 409)
        inbox.answerAll()
        let ended = try workspace.waitForRun(journey, first)
        #expect(ended["status"] == "completed" && ended["counts"]?["delivered"] == 3, "\(ended.text)")
        let runs = try workspace.json("GET", "/journeys/\(journey)/runs").arrayValue ?? []
        #expect(runs.map { $0["id"] } == [.string(second), .string(first)])
    }

    @Test func aCancelledRunIsToldToBeSoWithItsLastCounts() throws {
        let run = try id(trigger())
        try #require(inbox.waitForDelivery())
        let ofRun = try EventTests.Stream(gateway, workspace, "/journeys/\(journey)/runs/\(run)/events")
        let ofJourney = try EventTests.Stream(gateway, workspace, "/journeys/\(journey)/events")
        for stream in [ofRun, ofJourney] { try stream.wait { $0.data["status"] == "running" } }
        try workspace.json("POST", "/journeys/\(journey)/runs/\(run)/cancel")
        // It still waits for the answer to what it has sent.
        try ofRun.wait(heartbeats: 3)
        #expect(ofRun.events.allSatisfy { $0.data["status"] == "running" })
        inbox.answerAll()
        let told = try ofJourney.wait { $0.data["status"] == "cancelled" }
        _ = try ofRun.toEnd()
        let end = try #require(ofRun.events.last)
        #expect(end.name == "end" && end.data == told.data && end.id == told.id)
        #expect(end.data["counts"]?["delivered"] == 3 && end.data["rows"]?.isNull == true, "\(end.data.text)")
        let stored = try workspace.json("GET", "/journeys/\(journey)/runs/\(run)")
        #expect(end.data["counts"] == stored["counts"] && end.data["finished_at"] == stored["finished_at"])
    }

    @Test func aPauseCancelsTheRunAndKeepsItsOutcomes() throws {
        let run = try id(trigger())
        try #require(inbox.waitForDelivery())
        #expect(try workspace.json("POST", "/journeys/\(journey)/pause")["status"] == "paused")
        #expect(try workspace.json("GET", "/journeys/\(journey)/runs/\(run)")["status"] == "cancelled")
        #expect(try trigger().status == 409)
        inbox.answerAll()
        gateway.stop()
        receiver.stop(grace: 0)
        #expect(inbox.waiting.withLock { $0.responders.count } == 1)
    }
}
