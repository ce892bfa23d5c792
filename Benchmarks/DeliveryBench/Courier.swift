import CTessera
import Columns
import Crypto
import Delivery
import Glibc
import Journeys
import Platform
import PluginHost

/// The shipped sync and webhook plugins in a host of their own, with the gateway's limits and directory around them: all of a
/// delivery but the engine and its stores.
final class Courier {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A destination for each port, kept in memory.
    private final class Destinations: DestinationSource, DeliveryMemory {
        let snapshots: [String: DestinationSnapshot]
        init(_ snapshots: [DestinationSnapshot]) {
            self.snapshots = Dictionary(snapshots.map { ($0.id, $0) }) { first, _ in first }
        }
        func destination(_ id: String, workspaceID: String, knownVersion: Int64?) throws -> DestinationLookup {
            guard let snapshot = snapshots[id] else { return .unknown }
            return snapshot.version == knownVersion ? .unchanged : .found(snapshot)
        }
        func settings(workspaceID: String, destinationID: String) throws -> DeliverySettings? { DeliverySettings() }
        func keep(
            _ kept: KeptDelivery, workspaceID: String, destinationID: String, then: @escaping @Sendable (Bool) -> Void
        ) { then(true) }
        func disabled(workspaceID: String, destinationID: String, reason: String) {}
        func enabled(workspaceID: String, destinationID: String) {}
    }

    let clock = SystemClock()
    private let host: PluginHost
    private let directory: DestinationDirectory
    private let delivery: Delivery
    private var tiles: [String: TileInstance] = [:]

    /// - Parameters:
    ///   - folder: has plugins/sync.so and plugins/webhook.so, and takes the host's store.
    ///   - destinations: id, port and rows per request of each.
    init(folder: String, destinations: [(id: String, port: Int, batchSize: Int)]) throws {
        let locked: [JSON] = try ["sync", "webhook"].map { name in
            let sum = Crypto.hex(Crypto.sha256(try Files.read("\(folder)/plugins/\(name).so")))
            return [
                "file": .string(name + ".so"), "sha256": .string(sum), "isolation": "inproc",
                "secrets": .bool(name == "sync"),
            ]
        }
        try Files.write((["plugins": .array(locked)] as JSON).serialized(), to: folder + "/plugins/plugins.lock")
        let services = HostServices()
        let log = Log(level: .error, clock: clock)
        host = PluginHost(
            configuration: PluginHostConfiguration(
                directories: [folder + "/plugins"], storeDirectory: folder + "/store",
                settings: ["allow-destination": "127.0.0.0/8"]),
            memory: ForgetfulMemory(), services: services, clock: clock, log: log)
        let source = Destinations(
            destinations.map { destination in
                DestinationSnapshot(
                    id: destination.id, workspaceID: "w", name: destination.id, type: "webhook",
                    config: [
                        "url": .string("http://127.0.0.1:\(destination.port)/in"),
                        "batch_size": .integer(Int64(destination.batchSize)),
                    ], version: 1)
            })
        directory = DestinationDirectory(source: source, plugins: host, log: log)
        delivery = Delivery(memory: source, clock: clock, log: log)
        directory.offer(to: services)
        delivery.offer(to: services)
        for outcome in host.loadAll() where outcome.state != .active { throw Failure(description: outcome.reason) }
        for destination in destinations {
            let config: JSON = [
                "destination_id": .string(destination.id),
                "field_mapping": [
                    ["source_column": "email", "destination_field": "Email"],
                    ["source_column": "orders", "destination_field": "orders"],
                ],
            ]
            tiles[destination.id] = try host.openTile(
                type: "sync", config: config, schema: BatchSchema(columns: Self.model), workspaceID: "w", journeyID: "j"
            ).get()
        }
    }

    func stop() { host.stop() }

    private static let model = [Column(name: "email", type: .string), Column(name: "orders", type: .integer)]

    /// Members as a journey has them.
    static func batch(_ rows: Int) -> RecordBatch {
        let columns =
            [
                Column(name: "$member", type: .string), Column(name: "$key", type: .string),
                Column(name: "$attempt", type: .integer),
            ] + model
        let builder = BatchBuilder(columns: columns, capacity: rows)
        for row in 0..<rows {
            builder.append(string: "member-\(100_000 + row)", to: 0)
            builder.append(string: Crypto.hex(Crypto.sha256("key \(row)".utf8).prefix(16)), to: 1)
            builder.append(int64: 1, to: 2)
            builder.append(string: "member\(row)@example.com", to: 3)
            builder.append(int64: Int64(row % 100), to: 4)
        }
        return builder.finish()
    }

    /// Delivers a batch so many times, with as many calls at once as the tile takes; seconds from the first to the last.
    /// - Throws: when a row was not delivered.
    func deliver(_ batch: RecordBatch, times: Int, to destination: String) throws -> Double {
        guard let tile = tiles[destination] else { throw Failure(description: "no tile") }
        let state = Monitor((underway: 0, delivered: 0))
        let began = Stopwatch.now()
        for _ in 0..<times {
            state.wait { $0.underway < tile.type.maxInFlight ? () : nil }
            state.update { $0.underway += 1 }
            let now = clock.now()
            tile.run(
                batch,
                CallContext(
                    workspaceID: "w", journeyID: "j", runID: "r", tileID: "t", nowUs: now, runAtUs: now,
                    deadlineUs: now + 600_000_000), sink: Sink(state))
        }
        state.wait { $0.underway == 0 ? () : nil }
        let seconds = Stopwatch.now() - began
        let delivered = state.withLock { $0.delivered }
        guard delivered == batch.count * times else {
            throw Failure(description: "\(delivered) of \(batch.count * times) rows were delivered to \(destination)")
        }
        return seconds
    }

    /// Hands a batch over, to whatever end.
    func begin(_ batch: RecordBatch, to destination: String) {
        let now = clock.now()
        tiles[destination]?.run(
            batch,
            CallContext(
                workspaceID: "w", journeyID: "other", runID: "r", tileID: "t", nowUs: now, runAtUs: now,
                deadlineUs: now + 120_000_000), sink: Sink(Monitor((underway: 1, delivered: 0))))
    }

    private final class Sink: OutcomeSink {
        let state: Monitor<(underway: Int, delivered: Int)>
        init(_ state: Monitor<(underway: Int, delivered: Int)>) { self.state = state }
        func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>) {
            let delivered = outcomes.count { UInt32($0.kind) == TESSERA_ADVANCE }
            state.withLock { $0.delivered += delivered }
        }
        func done(_ end: CallEnd) { state.update { $0.underway -= 1 } }
    }
}
