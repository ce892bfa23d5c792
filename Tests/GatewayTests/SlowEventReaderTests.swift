import Journeys
import Platform
import TestSupport
import Testing

/// Streams of events whose readers stand still: nothing is kept for them but what lies in their sockets.
@Suite struct SlowEventReaderTests {
    /// Each event of a run tells of every tile: about 60 KB.
    private static let tiles = 500

    private static func makeJourney(_ workspace: TestWorkspace) throws -> String {
        func id(_ number: Int) -> String { "tile-\(number)-" + String(repeating: "x", count: 40) }
        let tiles = (1..<tiles).map {
            #"{"id": "\#(id($0))", "type": "wait", "config": {"duration": 3, "unit": "days"}}"#
        }
        let edges = (1..<Self.tiles).map { #"{"from": "\#($0 == 1 ? "in" : id($0 - 1))", "to": "\#(id($0))"}"# }
        let journey = try workspace.make(
            "/journeys",
            """
            {"name": "Long", "parent_model_id": "\(try workspace.makeModel())",
             "tiles": [{"id": "in", "type": "entry"}, \(tiles.joined(separator: ","))],
             "edges": [\(edges.joined(separator: ","))]}
            """)
        try workspace.json("POST", "/journeys/\(journey)/activate")
        return journey
    }

    /// Begins to read.
    private static func open(
        _ gateway: TestGateway, _ workspace: TestWorkspace, _ journey: String, receiveBuffer: Int32? = nil
    ) throws -> HTTPClient {
        let client = try HTTPClient(port: gateway.port, timeout: 60, receiveBuffer: receiveBuffer)
        try client.send(
            "GET \(workspace.base)/journeys/\(journey)/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(workspace.key)\r\n\r\n"
        )
        #expect(String(decoding: try client.receive(), as: UTF8.self).hasPrefix("HTTP/1.1 200"))
        return client
    }

    private static func run(_ workspace: TestWorkspace, _ journey: String) throws -> String {
        let run = try workspace.json("POST", "/journeys/\(journey)/trigger")["id"]?.stringValue ?? ""
        try eventually {
            try workspace.json("GET", "/journeys/\(journey)/runs/\(run)")["finished_at"]?.isNull == false
        }
        return run
    }

    @Test(.timeLimit(.minutes(20))) func whatOneCouldNotReadIsLeftOut() throws {
        let gateway = try TestGateway {
            $0.eventPause = 10_000
            $0.eventHeartbeat = 3_600_000_000
            $0.server.writeDeadline = 3_600_000_000
        }
        defer { gateway.stop() }
        let workspace = try gateway.makeWorkspace()
        let journey = try Self.makeJourney(workspace)
        let slow = try Self.open(gateway, workspace, journey, receiveBuffer: 65_536)
        let fast = try Self.open(gateway, workspace, journey)
        let told = Monitor(0)
        let reader = Self.Reader(fast)
        let thread = NativeThread(name: "reader") {
            while let count = try? reader.client.receive().count, count > 0 { told.update { $0 += count } }
        }
        var runs: [String] = []
        for _ in 0..<120 { runs.append(try Self.run(workspace, journey)) }
        // It reads on: what comes is what lay in its socket, and then the present state.
        let last = try #require(runs.last)
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual("\n\n\r\n".utf8) || !Self.runs(in: bytes.suffix(200_000)).contains(last) {
            bytes += try slow.receive()
        }
        let shown = Self.runs(in: bytes[...])
        #expect(shown.isSubset(of: runs) && shown.count < runs.count, "\(shown.count) of \(runs.count) runs")
        gateway.stop()
        thread.join()
        let all = told.withLock { $0 }
        #expect(bytes.count * 4 < all * 3, "\(bytes.count) of \(all) bytes")
    }

    /// The runs of which there are events in what came.
    private static func runs(in bytes: ArraySlice<UInt8>) -> Set<String> {
        let lines = bytes.split(separator: 10).filter { $0.starts(with: "id: ".utf8) }
        return Set(lines.map { String(decoding: $0.dropFirst(4).prefix(36), as: UTF8.self) })
    }

    /// One thread's alone.
    private struct Reader: @unchecked Sendable {
        let client: HTTPClient
        init(_ client: HTTPClient) { self.client = client }
    }

    @Test(.timeLimit(.minutes(20))) func whoReadsNothingForTooLongIsLetGo() throws {
        let gateway = try TestGateway {
            $0.eventPause = 10_000
            $0.server.writeDeadline = 300_000
        }
        defer { gateway.stop() }
        let workspace = try gateway.makeWorkspace()
        let journey = try Self.makeJourney(workspace)
        let slow = try Self.open(gateway, workspace, journey, receiveBuffer: 65_536)
        func streams() throws -> Bool {
            try gateway.client().request("GET", "/metrics").text.contains("tessera_at_work{kind=\"event_streams\"} 1")
        }
        #expect(try streams())
        try eventually(within: 900) {
            _ = try Self.run(workspace, journey)
            return try !streams()
        }
        // Cut short, as one that was not told all.
        let rest = String(decoding: try slow.receiveToEnd(), as: UTF8.self)
        #expect(!rest.hasSuffix("0\r\n\r\n"))
    }
}
