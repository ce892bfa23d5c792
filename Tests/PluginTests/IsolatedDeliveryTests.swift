import CTessera
import Columns
import Crypto
import Delivery
import Foundation
import Journeys
import Platform
import PluginHost
import TestSupport
import Testing

/// Sync in a process of its own, the connector in another: host services nest across both, over a real connection to a
/// real server.
@Suite struct IsolatedDeliveryTests {
    /// One destination, kept in memory: where it comes from is not what is tried here.
    private final class OneDestination: DestinationSource {
        let snapshot: DestinationSnapshot
        init(_ snapshot: DestinationSnapshot) { self.snapshot = snapshot }
        func destination(_ id: String, workspaceID: String, knownVersion: Int64?) throws -> DestinationLookup {
            guard id == snapshot.id, workspaceID == snapshot.workspaceID else { return .unknown }
            return snapshot.version == knownVersion ? .unchanged : .found(snapshot)
        }
    }

    private final class Outcomes: OutcomeSink {
        struct State {
            var kinds: [UInt32: UInt32] = [:]
            var errors: [UInt32: OutcomeError] = [:]
            var end: CallEnd?
        }
        let state = Monitor(State())
        func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>) {
            let copies = outcomes.map { ($0.row, UInt32($0.kind), $0.error.map { OutcomeError($0) }) }
            state.update { state in
                for (row, kind, error) in copies {
                    state.kinds[row] = kind
                    state.errors[row] = error
                }
            }
        }
        func done(_ end: CallEnd) { state.update { $0.end = end } }
        func wait() -> State { state.wait { $0.end == nil ? nil : $0 } }
    }

    private static let id = "880e8400-e29b-41d4-a716-446655440000"

    private final class Rig {
        let root = NSTemporaryDirectory() + "tessera-nested-" + UUID().uuidString
        let clock = SystemClock()
        let lines = Monitor<[String]>([])
        let plugins: PluginHost
        let delivery: Delivery
        let directory: DestinationDirectory

        init(connector: String, type: String, config: JSON, grantsSecrets: Bool) throws {
            try Files.makeDirectory(root + "/plugins")
            let sync = try Data(contentsOf: URL(fileURLWithPath: BuiltProducts.plugin("Sync")))
            try sync.write(to: URL(fileURLWithPath: root + "/plugins/sync.so"))
            if connector == "Webhook" {
                let webhook = try Data(contentsOf: URL(fileURLWithPath: BuiltProducts.plugin("Webhook")))
                try webhook.write(to: URL(fileURLWithPath: root + "/plugins/connector.so"))
            } else {
                try Zoo.build(connector, to: root + "/plugins/connector.so")
            }
            let lock: JSON = [
                "plugins": [
                    [
                        "sha256": .string(Crypto.hex(Crypto.sha256(Array(sync)))), "isolation": "process",
                        "secrets": .bool(grantsSecrets),
                    ]
                ]
            ]
            try Files.write(lock.serialized(), to: root + "/plugins/plugins.lock")
            let (services, lines) = (HostServices(), lines)
            let log = Log(clock: clock, sink: { line in lines.update { $0.append(line) } })
            var configuration = PluginHostConfiguration(
                directories: [root + "/plugins"], storeDirectory: root + "/store",
                settings: ["allow-destination": "127.0.0.0/8"], hostProgram: BuiltProducts.pluginHost)
            // None of them hangs here, and a busy machine is no fault of theirs.
            configuration.limits = IsolationLimits(controlTimeoutUs: 300_000_000, connectorTimeoutUs: 300_000_000)
            plugins = PluginHost(
                configuration: configuration, memory: ForgetfulMemory(), services: services, clock: clock, log: log)
            let snapshot = DestinationSnapshot(
                id: IsolatedDeliveryTests.id, workspaceID: "w", name: "Shop", type: type, config: config, version: 1)
            directory = DestinationDirectory(source: OneDestination(snapshot), plugins: plugins, log: log)
            delivery = Delivery(memory: MemoryOfAll(), clock: clock, log: log)
            directory.offer(to: services)
            delivery.offer(to: services)
            let outcomes = plugins.loadAll()
            try #require(outcomes.map(\.state) == [.active, .active], "\(outcomes)")
            try #require(plugins.list().map(\.isolation) == ["process", "process"])
        }

        deinit {
            plugins.stop()
            try? FileManager.default.removeItem(atPath: root)
        }

        func deliver(_ members: [String]) throws -> Outcomes.State {
            let config: JSON = [
                "destination_id": .string(IsolatedDeliveryTests.id),
                "field_mapping": [["value": "x", "destination_field": "kind"]],
            ]
            let tile = try plugins.openTile(
                type: "sync", config: config, schema: nil, workspaceID: "w", journeyID: "j"
            ).get()
            let columns = tile.columns.map { Column(name: $0, type: $0 == "$attempt" ? .integer : .string) }
            let builder = BatchBuilder(columns: columns)
            for member in members {
                for (index, column) in columns.enumerated() {
                    switch column.name {
                    case "$attempt": builder.append(int64: 1, to: index)
                    case "$key": builder.append(string: "key-\(member)", to: index)
                    default: builder.append(string: member, to: index)
                    }
                }
            }
            let sink = Outcomes()
            let now = clock.now()
            tile.run(
                builder.finish(),
                CallContext(
                    workspaceID: "w", journeyID: "j", runID: "r", tileID: "t", nowUs: now, runAtUs: now,
                    deadlineUs: now + 1_200_000_000), sink: sink)
            return sink.wait()
        }
    }

    @Test func everyMemberIsDeliveredThroughTwoProcesses() throws {
        let server = try SyncServer()
        let rig = try Rig(
            connector: "Webhook", type: "webhook",
            config: ["url": .string(server.origin + "/in"), "batch_size": 20, "authorization": "Bearer s3cret"],
            grantsSecrets: true)
        let outcomes = try rig.deliver((0..<100).map { "m\($0)" })
        #expect(outcomes.end == .finished)
        #expect(outcomes.kinds.count == 100)
        #expect(outcomes.kinds.values.allSatisfy { $0 == TESSERA_ADVANCE }, "\(outcomes.errors)")
        let requests = server.requests
        #expect(requests.count == 5)
        #expect(requests.allSatisfy { $0.headers["authorization"] == "Bearer s3cret" })
        let figures = try #require(rig.delivery.figures(workspaceID: "w", destinationID: Self.id))
        #expect(figures.delivered.rows == 100)
        #expect(figures.inFlight == 0)
        // A child's word of that is carried out beside the end of its call, which does not wait for it.
        try eventually { rig.directory.held == 0 }
    }

    @Test func theTraceGoesOnThroughTheSendersProcess() throws {
        let server = try SyncServer()
        let rig = try Rig(
            connector: "Webhook", type: "webhook", config: ["url": .string(server.origin + "/in"), "batch_size": 1],
            grantsSecrets: false)
        #expect(try rig.deliver(["untraced"]).kinds == [0: TESSERA_ADVANCE])
        #expect(server.requests.allSatisfy { $0.headers["traceparent"] == nil })
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        rig.directory.traces.begin("r", traceparent: "00-\(trace)-00f067aa0ba902b7-01")
        #expect(try rig.deliver(["a", "b", "c"]).kinds.count == 3)
        rig.directory.traces.end("r")
        let sent = server.requests.compactMap { $0.headers["traceparent"]?.split(separator: "-").map(String.init) }
        #expect(sent.count == 3 && sent.allSatisfy { $0.count == 4 && $0[1] == trace && $0[3] == "01" }, "\(sent)")
        #expect(Set(sent.map { $0[2] } + ["00f067aa0ba902b7"]).count == 4)
        #expect(sent.allSatisfy { $0[2].wholeMatch(of: /[0-9a-f]{16}/) != nil })
    }

    @Test func withoutAGrantNoSecretIsShown() throws {
        let server = try SyncServer()
        let rig = try Rig(
            connector: "Webhook", type: "webhook",
            config: ["url": .string(server.origin + "/in"), "authorization": "Bearer s3cret"], grantsSecrets: false)
        let outcomes = try rig.deliver(["m"])
        #expect(outcomes.kinds == [0: TESSERA_RETRY])
        #expect(outcomes.errors[0]?.message.contains("does not grant") == true, "\(outcomes.errors)")
        #expect(server.requests.isEmpty)
        // A child's word of that is carried out beside the end of its call, which does not wait for it.
        try eventually { rig.directory.held == 0 }
    }

    @Test func aConnectorThatDiesOfOneMemberCostsThatMemberOnly() throws {
        let server = try SyncServer()
        let rig = try Rig(
            connector: "connector_build", type: Zoo.id("connector_build"), config: ["url": .string(server.origin)],
            grantsSecrets: false)
        #expect(try rig.deliver(["a", "b"]).kinds == [0: TESSERA_ADVANCE, 1: TESSERA_ADVANCE])
        let members = (0..<30).map { $0 == 13 ? "poison" : "m\($0)" }
        let outcomes = try rig.deliver(members)
        #expect(outcomes.kinds.count == 30)
        #expect(outcomes.kinds.filter { $0.value != TESSERA_ADVANCE }.map(\.key) == [13], "\(outcomes.errors)")
        #expect(outcomes.errors[13]?.code == "PLUGIN_CRASHED")
        #expect(server.requests.count == 31)
    }

    @Test func anAnswerThatKillsTheConnectorCostsItsRowsOnly() throws {
        let server = try SyncServer()
        let rig = try Rig(
            connector: "connector_classify", type: Zoo.id("connector_classify"),
            config: ["url": .string(server.origin)],
            grantsSecrets: false)
        #expect(try rig.deliver(["a", "b"]).kinds == [0: TESSERA_ADVANCE, 1: TESSERA_ADVANCE])
        for _ in 0..<4 {
            let outcomes = try rig.deliver(["x", "poison", "y"])
            #expect(outcomes.kinds == [0: TESSERA_ADVANCE, 1: TESSERA_FAIL, 2: TESSERA_ADVANCE])
            #expect(outcomes.errors[1]?.code == "PLUGIN_CRASHED")
        }
        #expect(rig.plugins.list().allSatisfy { $0.state == .active })
    }

    @Test func aDestinationIsTestedThroughTwoProcesses() throws {
        let server = try SyncServer()
        let config: JSON = ["url": .string(server.origin + "/in"), "authorization": "Bearer s3cret"]
        let rig = try Rig(connector: "Webhook", type: "webhook", config: config, grantsSecrets: true)
        var steps: [DestinationTestStep] = []
        let now = rig.clock.now()
        let passed = try rig.directory.test(
            DestinationSnapshot(
                id: Self.id, workspaceID: "w", name: "Shop", type: "webhook", config: config, version: 1),
            nowUs: now, deadlineUs: now + 10_000_000
        ) { steps.append($0) }
        #expect(passed)
        #expect(steps.map(\.step) == ["build", "resolve", "connect", "request", "classify"])
        #expect(server.requests.first?.headers["authorization"] == "Bearer s3cret")
    }
}
