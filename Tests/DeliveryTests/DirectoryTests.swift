import CTessera
import Columns
import Delivery
import Foundation
import Journeys
import Platform
import PluginHost
import TestSupport
import Testing

/// Destinations served to a tile plugin by the real services.
struct DirectoryTests {
    private final class Destinations: DestinationSource {
        struct State {
            var stored: [String: DestinationSnapshot] = [:]
            var asked: [Int64?] = []
            var isBroken = false
        }
        let state = Monitor(State())

        func destination(_ id: String, workspaceID: String, knownVersion: Int64?) throws -> DestinationLookup {
            try state.withLock { state in
                state.asked.append(knownVersion)
                if state.isBroken { throw SystemError("read control.db", code: EIO) }
                guard let found = state.stored[id], found.workspaceID == workspaceID else { return .unknown }
                return found.version == knownVersion ? .unchanged : .found(found)
            }
        }

        func put(_ snapshot: DestinationSnapshot) { state.withLock { $0.stored[snapshot.id] = snapshot } }
    }

    private final class Sink: OutcomeSink {
        let message = Monitor("")
        func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>) {
            message.update { $0 = OutcomeError(outcomes[0].error).message }
        }
        func done(_ end: CallEnd) {}
    }

    private final class Bench {
        let root = NSTemporaryDirectory() + "/delivery-" + UUID().uuidString
        let clock = ManualClock()
        let destinations = Destinations()
        let closed = Monitor(0)
        let plugins: PluginHost
        let directory: DestinationDirectory
        let delivery: Delivery

        init() throws {
            try Files.makeDirectory(root + "/plugins")
            for name in ["connector", "deliverer"] {
                try CPlugin.build("Tests/PluginHostTests/Fixtures/\(name).c", to: "\(root)/plugins/\(name).so")
            }
            let services = HostServices()
            let closed = closed
            plugins = PluginHost(
                configuration: PluginHostConfiguration(
                    directories: [root + "/plugins"], storeDirectory: root + "/store"),
                memory: ForgetfulMemory(), services: services, clock: clock,
                log: Log(clock: clock, sink: { line in if line.contains("\"closed\"") { closed.update { $0 += 1 } } }))
            directory = DestinationDirectory(source: destinations, plugins: plugins, log: .silent)
            delivery = Delivery(memory: MemoryOfAll(), clock: clock, log: .silent)
            directory.offer(to: services)
            delivery.offer(to: services)
            let states = plugins.loadAll().map(\.state)
            try #require(states == [.active, .active])
        }

        deinit {
            plugins.stop()
            try? FileManager.default.removeItem(atPath: root)
        }

        static func snapshot(_ name: String = "Shop", token: String = "s3cret", version: Int64 = 1)
            -> DestinationSnapshot
        {
            DestinationSnapshot(
                id: "d-1", workspaceID: "w", name: name, type: "test-hook",
                config: ["url": "https://shop.example/in", "token": .string(token)], version: version)
        }

        /// Has the tile acquire the destination, and gives what it was told.
        func deliver(_ id: String = "d-1", workspaceID: String = "w") throws -> String {
            let tile = try plugins.openTile(
                type: "test-deliver", config: ["destination_id": .string(id), "n": .string(UUID().uuidString)],
                schema: nil, workspaceID: workspaceID, journeyID: "j"
            ).get()
            let sink = Sink()
            tile.run(
                RecordBatch.empty(count: 1),
                CallContext(
                    workspaceID: workspaceID, journeyID: "j", runID: "r", tileID: "t", nowUs: clock.now(),
                    runAtUs: clock.now(), deadlineUs: clock.now() + 1_000_000), sink: sink)
            return sink.message.withLock { $0 }
        }
    }

    @Test func aTileGetsTheDestinationAsItIsNow() throws {
        let bench = try Bench()
        bench.destinations.put(Bench.snapshot())
        let first = try bench.deliver()
        #expect(first.hasPrefix("Shop|https://shop.example:443|"))
        #expect(first.hasSuffix("|s3cret"))
        // The instance got a token where the secret was.
        #expect(first.components(separatedBy: "s3cret").count == 2)
        #expect(try bench.deliver() == first)
        #expect(bench.destinations.state.withLock { $0.asked } == [nil, 1])

        bench.destinations.put(Bench.snapshot("Shop 2", token: "other", version: 2))
        let second = try bench.deliver()
        #expect(second.hasPrefix("Shop 2|"))
        #expect(second.hasSuffix("|other"))
        // The old one is closed once nobody holds it.
        bench.closed.wait { $0 == 1 ? () : nil }
        #expect(bench.directory.held == 0)
        let figures = try #require(bench.delivery.figures(workspaceID: "w", destinationID: "d-1"))
        #expect(figures.delivered.requests == 3)
        #expect(figures.delivered.rows == 6)
        #expect(figures.inFlight == 0)
    }

    @Test func anotherWorkspaceSeesNothing() throws {
        let bench = try Bench()
        bench.destinations.put(Bench.snapshot())
        _ = try bench.deliver()
        #expect(try bench.deliver(workspaceID: "v") == "the destination 'd-1' does not exist")
        #expect(try bench.deliver().hasPrefix("Shop|"))
    }

    @Test func reasonsSayWhatIsMissing() throws {
        let bench = try Bench()
        #expect(try bench.deliver("d-9") == "the destination 'd-9' does not exist")
        var snapshot = Bench.snapshot()
        snapshot.type = "crm"
        bench.destinations.put(snapshot)
        #expect(try bench.deliver().contains("no loaded plugin provides the connector 'crm'"))
        snapshot = Bench.snapshot()
        snapshot.config = [:]
        bench.destinations.put(snapshot)
        #expect(try bench.deliver().contains("/url: url is missing"))
        bench.destinations.state.withLock { $0.isBroken = true }
        #expect(try bench.deliver().contains("can't be read"))
    }

    @Test func aHeldDestinationStaysOpen() throws {
        let bench = try Bench()
        bench.destinations.put(Bench.snapshot())
        let held = try bench.directory.acquire("d-1", workspaceID: "w").pointer
        let again = try bench.directory.acquire("d-1", workspaceID: "w").pointer
        #expect(held == again)
        bench.destinations.put(Bench.snapshot(version: 2))
        let newer = try bench.directory.acquire("d-1", workspaceID: "w").pointer
        #expect(newer != held)
        #expect(bench.directory.release(held))
        #expect(bench.closed.withLock { $0 } == 0)
        #expect(bench.directory.release(held))
        bench.closed.wait { $0 == 1 ? () : nil }
        #expect(!bench.directory.release(held))
        #expect(bench.directory.release(newer))
        #expect(bench.directory.held == 0)
    }

    @Test func aTestTellsTheTransportsSteps() throws {
        let bench = try Bench()
        var steps: [DestinationTestStep] = []
        let passed = try bench.directory.test(Bench.snapshot(), nowUs: 10, deadlineUs: 30) { steps.append($0) }
        #expect(!passed)
        #expect(
            steps == [
                DestinationTestStep(
                    step: "build", isOk: true, message: "Shop secrets=1 origins=1", elapsedUs: 3, httpStatus: 0),
                DestinationTestStep(
                    step: "connect", isOk: false, message: "nobody there", elapsedUs: 20, httpStatus: 0),
            ])
        var snapshot = Bench.snapshot()
        snapshot.config = [:]
        #expect(throws: DestinationTestError.self) {
            try bench.directory.test(snapshot, nowUs: 10, deadlineUs: 30) { _ in }
        }
    }
}
