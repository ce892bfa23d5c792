import CTessera
import Columns
import Crypto
import Delivery
import Foundation
import Journeys
import Platform
import PluginHost
import TestSupport
import TesseraTestKit
import Testing

/// Tests/ABI/v1_1 holds what version 1.1 of the ABI added: connectors, and the services of who delivers for them. A connector
/// and a deliverer of that time work together through the present host.
@Suite struct MuseumDeliveryTests {
    static let frozen = MuseumTests.museum + "/v1_1"
    static let present = MuseumTests.present

    @Test(arguments: [("c", "c11"), ("c++", "c++17")]) func theLayoutIsThatOfOldAndNewHeaders(
        language: String, standard: String
    ) throws {
        for headers in [Self.frozen, Self.present] {
            try Command.succeed(
                "cc",
                [
                    "-x", language, "-std=\(standard)", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only",
                    "-I\(headers)", Self.frozen + "/layout.c",
                ])
        }
    }

    private final class OneDestination: DestinationSource {
        let snapshot: DestinationSnapshot
        init(_ snapshot: DestinationSnapshot) { self.snapshot = snapshot }
        func destination(_ id: String, workspaceID: String, knownVersion: Int64?) throws -> DestinationLookup {
            guard id == snapshot.id, workspaceID == snapshot.workspaceID else { return .unknown }
            return snapshot.version == knownVersion ? .unchanged : .found(snapshot)
        }
    }

    private final class Sink: OutcomeSink {
        let outcomes = Monitor<[TestOutcome]>([])
        let ended = Monitor<CallEnd?>(nil)
        func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>) {
            let copies = outcomes.map { TestOutcome($0) }
            self.outcomes.update { $0 += copies }
        }
        func done(_ end: CallEnd) { ended.update { $0 = end } }
    }

    /// A host with both plugins, in this process or each in one of its own.
    private final class Visit {
        static let destination = DestinationSnapshot(
            id: "d-1", workspaceID: "w", name: "Shop", type: "com.example.v1-1.connector",
            config: ["url": "https://shop.example/in", "token": "s3cret", "signing_secret": "whsec_AAAA"], version: 1)

        let folder: TemporaryDirectory
        let host: PluginHost
        let directory: DestinationDirectory
        let delivery: Delivery
        let clock = ManualClock()

        init(headers: String, isolated: Bool) throws {
            folder = try TemporaryDirectory()
            try Files.makeDirectory(folder.path + "/plugins")
            var locked: [JSON] = []
            for name in ["connector", "courier"] {
                let file = folder.path + "/plugins/\(name).so"
                try Command.succeed(
                    "cc",
                    [
                        "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden",
                        "-I\(headers)", "-o", file, "\(frozen)/plugins/\(name).c",
                    ])
                let content = try Data(contentsOf: URL(fileURLWithPath: file))
                locked.append([
                    "sha256": .string(Crypto.hex(Crypto.sha256(Array(content)))), "isolation": "process",
                    "secrets": true,
                ])
            }
            if isolated {
                let lock: JSON = ["plugins": .array(locked)]
                try Files.write(lock.serialized(), to: folder.path + "/plugins/plugins.lock")
            }
            let services = HostServices()
            host = PluginHost(
                configuration: PluginHostConfiguration(
                    directories: [folder.path + "/plugins"], storeDirectory: folder.path + "/store",
                    hostProgram: isolated ? BuiltProducts.pluginHost : nil),
                memory: ForgetfulMemory(), services: services, clock: clock, log: .silent)
            directory = DestinationDirectory(source: OneDestination(Self.destination), plugins: host, log: .silent)
            delivery = Delivery(memory: MemoryOfAll(), clock: clock, log: .silent)
            directory.offer(to: services)
            delivery.offer(to: services)
            let outcomes = host.loadAll()
            try #require(outcomes.map(\.state) == [.active, .active], "\(outcomes)")
        }

        deinit { host.stop() }

        /// Has rows m0, m1 … delivered, with that answer to each request; nil in `kinds` is a row that can't be sent.
        func deliver(_ kinds: [String?], answer: String, to id: String = "d-1") throws -> [TestOutcome] {
            let tile = try host.openTile(
                type: "com.example.v1-1.courier", config: ["destination_id": .string(id), "answer": .string(answer)],
                schema: nil, workspaceID: "w", journeyID: "j"
            ).get()
            #expect(tile.branches == ["next", "failed"])
            let columns = tile.columns.map { Column(name: $0, type: $0 == "$attempt" ? .integer : .string) }
            #expect(tile.columns == ["$member", "$key", "$attempt", "kind"])
            let rows: [[JSON]] = kinds.enumerated().map { row, kind in
                [.string("m\(row)"), .string("key\(row)"), 1, kind.map { .string($0) } ?? .null]
            }
            let sink = Sink()
            tile.run(
                try .rows(columns, rows),
                CallContext(
                    workspaceID: "w", journeyID: "j", runID: "r", tileID: "t", nowUs: clock.now(), runAtUs: clock.now(),
                    deadlineUs: clock.now() + 60_000_000), sink: sink)
            sink.ended.wait { $0 }
            return sink.outcomes.withLock { $0.sorted { $0.row < $1.row } }
        }
    }

    private static let both = [frozen, present]

    @Test(arguments: both, [false, true]) func aConnectorAndADelivererOf1_1Deliver(headers: String, isolated: Bool)
        throws
    {
        let visit = try Visit(headers: headers, isolated: isolated)
        let connector = try #require(visit.host.connectorTypes().first)
        #expect(connector.id == "com.example.v1-1.connector")
        let opened = try visit.directory.open(Visit.destination).get()
        #expect(opened.connector.columns == ["kind", "*"])

        let delivered = try visit.deliver(["a", "b", "c", nil], answer: "200 ok")
        #expect(delivered.map(\.kind) == [.advance(branch: 0), .advance(branch: 0), .advance(branch: 0), .fail])
        #expect(delivered[3].error?.message == "the row has no kind")

        let partial = try visit.deliver(["a", "b"], answer: "200 partial")
        let later = visit.clock.now() + 5_000_000
        #expect(partial.map(\.kind) == [.advance(branch: 0), .retry(at: later, notAttempted: false)])
        #expect(partial[1].error?.status == 200)

        let split = try visit.deliver(["a", "b"], answer: "400 no")
        #expect(split.map(\.error?.code) == ["com.example.v1-1.split", "com.example.v1-1.split"])

        let figures = try #require(visit.delivery.figures(workspaceID: "w", destinationID: "d-1"))
        // The one that is to be tried again is not delivered yet.
        #expect(figures.delivered.requests == 3 && figures.delivered.rows == 4 && figures.retries >= 1)
        #expect(figures.rejected.requests == 1 && figures.rejected.rows == 2)
        #expect(figures.inFlight == 0)
        if !isolated { #expect(visit.directory.held == 0) }
    }

    @Test(arguments: both, [false, true]) func aGoneDestinationIsDisabled(headers: String, isolated: Bool) throws {
        let visit = try Visit(headers: headers, isolated: isolated)
        #expect(try visit.deliver(["a"], answer: "410 gone").map(\.kind) == [.fail])
        #expect(visit.delivery.figures(workspaceID: "w", destinationID: "d-1")?.disabledReason == "gone, says 1.1")
        let held = try visit.deliver(["a"], answer: "200 ok")
        guard case .retry(let time, notAttempted: true) = held.first?.kind else {
            Issue.record("\(held)")
            return
        }
        #expect(time > visit.clock.now())
        let unknown = try visit.deliver(["a"], answer: "200 ok", to: "d-9")
        #expect(unknown.first?.error?.message.contains("does not exist") == true)
    }

    @Test(arguments: both, [false, true]) func aTransportOf1_1TellsItsSteps(headers: String, isolated: Bool) throws {
        let visit = try Visit(headers: headers, isolated: isolated)
        var steps: [DestinationTestStep] = []
        let passed = try visit.directory.test(Visit.destination, nowUs: 10, deadlineUs: 30) { steps.append($0) }
        #expect(!passed)
        #expect(steps.map(\.step) == ["build", "request"])
        #expect(steps.first?.message == "Shop: 2 secrets for https://shop.example:443")
        #expect(steps.last?.httpStatus == 418 && steps.last?.elapsedUs == 20)
    }
}
