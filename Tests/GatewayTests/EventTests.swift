import Journeys
import Platform
import Testing
import TestSupport

/// Streams of events: what they tell of runs and journeys, and when they end.
@Suite struct EventTests {
    struct Event {
        var name = ""
        var id: String?
        var data = JSON.null
    }

    /// One stream, read as it comes.
    final class Stream {
        private let client: HTTPClient
        private var text = ""
        private(set) var isOver = false

        init(
            _ gateway: TestGateway, _ workspace: TestWorkspace, _ path: String, key: String? = nil, last: String? = nil
        ) throws {
            client = try HTTPClient(port: gateway.port, timeout: 60)
            let more = last.map { "Last-Event-ID: \($0)\r\n" } ?? ""
            try client.send(
                "GET \(workspace.base)\(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key ?? workspace.key)\r\n\(more)\r\n"
            )
            while !text.contains("\r\n\r\n") { try more_() }
        }

        private func more_() throws {
            let bytes = try client.receive()
            if bytes.isEmpty { isOver = true }
            text += String(decoding: bytes, as: UTF8.self)
            if text.hasSuffix("0\r\n\r\n") { isOver = true }
        }

        /// What came so far; chunk sizes stand on lines of their own.
        var events: [Event] {
            var events: [Event] = []
            var event = Event()
            for bytes in text.utf8.split(separator: 10) {
                let line = String(decoding: bytes, as: UTF8.self)
                if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: "), let data = try? JSON.parse(Array(line.dropFirst(6).utf8)) {
                    event.data = data
                    events.append(event)
                    event = Event()
                }
            }
            return events
        }

        @discardableResult
        func wait(for found: (Event) -> Bool) throws -> Event {
            while true {
                if let event = events.first(where: found) { return event }
                if isOver { throw Unexpected(answer: text) }
                try more_()
            }
        }

        /// Waits for that many more signs of life.
        func wait(heartbeats count: Int) throws {
            func count_() -> Int { text.utf8.split(separator: 10).count { $0.elementsEqual(":".utf8) } }
            let before = count_()
            while count_() < before + count {
                if isOver { throw Unexpected(answer: text) }
                try more_()
            }
        }

        func toEnd() throws -> String {
            while !isOver { try more_() }
            return text
        }
    }

    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let journey: String

    init() throws {
        gateway = try TestGateway { $0.eventHeartbeat = 100_000 }
        workspace = try gateway.makeWorkspace()
        journey = try workspace.makeJourney(model: workspace.makeModel())
        try workspace.json("POST", "/journeys/\(journey)/activate")
    }

    private func trigger() throws -> String {
        try workspace.json("POST", "/journeys/\(journey)/trigger")["id"]?.stringValue ?? ""
    }

    private func finished(_ run: String) throws {
        try eventually { try workspace.json("GET", "/journeys/\(journey)/runs/\(run)")["finished_at"]?.isNull == false }
    }

    @Test func aRunIsToldToItsEnd() throws {
        let run = try trigger()
        let stream = try Stream(gateway, workspace, "/journeys/\(journey)/runs/\(run)/events")
        let text = try stream.toEnd()
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.contains("Content-Type: text/event-stream\r\n"))
        let end = try #require(stream.events.last)
        #expect(end.name == "end" && end.data["id"]?.stringValue == run && end.data["status"] == "completed")
        #expect(end.data["counts"]?["entered"] == 3 && end.data["tiles"]?["tile-2"]?["waiting"] == 3)
        #expect(stream.events.dropLast().allSatisfy { $0.name == "state" || $0.name == "progress" })
        #expect(stream.events.allSatisfy { $0.id?.hasPrefix(run + ".") == true })
        // Who comes when it is over is told that, also with its id.
        for last in [nil, end.id] {
            let again = try Stream(gateway, workspace, "/journeys/\(journey)/runs/\(run)/events", last: last)
            _ = try again.toEnd()
            #expect(again.events.map(\.name) == ["end"] && again.events[0].id == end.id)
        }
    }

    @Test func aJourneyIsToldWithItsRuns() throws {
        let before = try trigger()
        try finished(before)
        let stream = try Stream(gateway, workspace, "/journeys/\(journey)/events")
        let newest = try stream.wait { $0.name == "state" }
        #expect(newest.data["id"]?.stringValue == before && newest.data["status"] == "completed")
        #expect(stream.events.first?.name == "journey" && stream.events.first?.data["status"] == "active")
        let run = try trigger()
        try stream.wait { $0.data["id"]?.stringValue == run && $0.data["status"] == "completed" }
        try workspace.json("POST", "/journeys/\(journey)/pause")
        try stream.wait { $0.name == "journey" && $0.data["status"] == "paused" }
        // Who comes again is told of what was meanwhile, and of nothing twice.
        try workspace.json("POST", "/journeys/\(journey)/resume")
        let missed = try trigger()
        try finished(missed)
        let again = try Stream(gateway, workspace, "/journeys/\(journey)/events", last: newest.id)
        try again.wait { $0.data["id"]?.stringValue == missed && $0.data["status"] == "completed" }
        #expect(again.events.compactMap { $0.data["id"]?.stringValue } == [run, missed])
        try workspace.json("POST", "/journeys/\(journey)/pause")
        try workspace.json("POST", "/journeys/\(journey)/archive")
        _ = try stream.toEnd()
        #expect(stream.events.last?.name == "end" && stream.events.last?.data["reason"] == "archived")
    }

    /// How far entry is, while it is there: rows that it has read, and how many there are.
    @Test func progressTellsOfTheModelsRows() throws {
        let gateway = try TestGateway {
            $0.eventPause = 10_000
            $0.batchRows = 1
        }
        defer { gateway.stop() }
        try gateway.buildGate("1")
        try #require(try gateway.plugins("POST", "/load", #"{"file": "gate.so"}"#).status == 200)
        let workspace = try gateway.makeWorkspace()
        let gate = try TemporaryDirectory()
        let journey = try workspace.makeLiveJourney(through: "gate", #"{"path": "\#(gate.path)", "wait": true}"#)
        let run = try workspace.json("POST", "/journeys/\(journey)/trigger")["id"]?.stringValue ?? ""
        let stream = try Stream(gateway, workspace, "/journeys/\(journey)/runs/\(run)/events")
        let progress = try stream.wait {
            $0.data["rows"]?["total"]?.isNull == false && $0.data["rows"]?["read"]?.integerValue ?? 0 > 0
        }
        #expect(progress.name == "progress" || progress.name == "state")
        #expect(progress.data["status"] == "running" && progress.data["rows"]?["total"] == 3, "\(progress.data.text)")
        let read = try #require(progress.data["rows"]?["read"]?.integerValue)
        #expect((1...3).contains(read))
        try Files.write([], to: gate.path + "/go")
        _ = try stream.toEnd()
        // It never goes back, and at the end nothing is left to tell of.
        let reads = stream.events.compactMap { $0.data["rows"]?["read"]?.integerValue }
        #expect(!reads.isEmpty && reads == reads.sorted() && reads.allSatisfy { $0 <= 3 }, "\(reads)")
        #expect(stream.events.last?.name == "end" && stream.events.last?.data["rows"]?.isNull == true)
    }

    /// At once, not with the next heartbeat, which is far here.
    @Test(arguments: [true, false]) func aKeyThatIsRevokedOrExpiresEndsItsStreams(isRevoked: Bool) throws {
        let gateway = try TestGateway { $0.eventHeartbeat = 3_600_000_000 }
        let workspace = try gateway.makeWorkspace()
        let journey = try workspace.makeJourney(model: workspace.makeModel())
        // The clock of the gateway reads 2024-01-15T09:29:59.999999Z.
        let made = try workspace.json(
            "POST", "/api-keys", #"{"name": "v", "role": "viewer", "expires_at": "2024-01-15T09:30:01Z"}"#)
        let key = try #require(made["key"]?.stringValue)
        let stream = try Stream(gateway, workspace, "/journeys/\(journey)/events", key: key)
        try stream.wait { $0.name == "journey" }
        if isRevoked {
            try workspace.json("DELETE", "/api-keys/\(made["id"]?.stringValue ?? "")")
        } else {
            gateway.clock.advance(1_000_001)
        }
        let text = try stream.toEnd()
        #expect(!text.contains("event: end"))
        #expect(text.contains("retry: "))
    }

    @Test func heartbeatsAreCommentsAndAStopEndsStreams() throws {
        let stream = try Stream(gateway, workspace, "/journeys/\(journey)/events")
        try stream.wait { $0.name == "journey" }
        try stream.wait(heartbeats: 3)
        gateway.stop()
        #expect(try stream.toEnd().contains(":\n\n"))
    }

    @Test func anOperatorSaysHowManyThereMayBe() throws {
        let gateway = try TestGateway(plugins: []) {
            $0.limits.eventStreams = 2
            $0.limits.eventStreamsPerWorkspace = 1
        }
        var streams: [Stream] = []
        func ask(_ name: String) throws -> (workspace: TestWorkspace, path: String) {
            let workspace = try gateway.makeWorkspace(name)
            return (workspace, "/journeys/\(try workspace.makeJourney(model: workspace.makeModel()))/events")
        }
        for name in ["One", "Two"] {
            let (workspace, path) = try ask(name)
            streams.append(try Stream(gateway, workspace, path))
            let refused = try workspace.call("GET", path)
            #expect(refused.status == 429 && refused.text.contains("At most 1 streams"), "\(refused.text)")
        }
        let (third, path) = try ask("Three")
        let refused = try third.call("GET", path)
        #expect(refused.status == 429 && refused.text.contains("and 2 in all"), "\(refused.text)")
    }

    @Test func whatIsNotThereAndHowManyThereMayBe() throws {
        let unknown = "11111111-2222-4333-8444-555555555555"
        for path in [
            "/journeys/\(unknown)/events", "/journeys/\(journey)/runs/\(unknown)/events", "/journeys/x/events",
        ] {
            #expect(try workspace.call("GET", path).status == 404)
        }
        let other = try gateway.makeWorkspace("Other")
        #expect(try other.call("GET", "/journeys/\(journey)/events").status == 404)
        var streams: [Stream] = []
        for _ in 0..<200 { streams.append(try Stream(gateway, workspace, "/journeys/\(journey)/events")) }
        let refused = try workspace.call("GET", "/journeys/\(journey)/events")
        #expect(refused.status == 429 && refused.text.contains("too_many_streams"))
        #expect(refused[header: "Retry-After"] == "5")
        // Others have their places still; and one that is left is free again.
        let otherJourney = try other.makeJourney(model: other.makeModel())
        try Stream(gateway, other, "/journeys/\(otherJourney)/events").wait { $0.name == "journey" }
        streams.removeAll()
        try eventually {
            let client = try gateway.client()
            try client.send(
                "GET \(workspace.base)/journeys/\(journey)/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(workspace.key)\r\n\r\n"
            )
            return String(decoding: try client.receive(), as: UTF8.self).hasPrefix("HTTP/1.1 200")
        }
    }
}
