import CTessera
import Columns
import Foundation
import Journeys
import Platform
import TesseraPluginKit
import TestSupport
import Testing
import TesseraTestKit

/// The sync plugin with a host around it: destinations, limits and settings of the test's making. A copy of the shared
/// object for each set of settings, since a plugin reads them once.
final class SyncRig: @unchecked Sendable {
    /// Deliveries to 127.0.0.1 are allowed.
    static let open = make("open", ["allow-destination": "127.0.0.0/8, ::1/128"])
    /// Nothing is allowed.
    static let guarded = make("guarded", [:])
    /// Allowed, with timeouts that are short, but not for what a busy machine does.
    static let hasty = make(
        "hasty", ["allow-destination": "127.0.0.1", "sync.total-timeout-ms": "2000", "sync.connect-timeout-ms": "1500"])

    /// Allowed; nobody makes so many connections that others are given up.
    static let keeping = make("keeping", ["allow-destination": "127.0.0.1"])

    /// Allowed, with a clock that one test moves.
    static let late = make("late", ["allow-destination": "127.0.0.1"])

    /// Eight requests at once, over all destinations.
    static let narrow = make("narrow", ["allow-destination": "127.0.0.1", "sync.in-flight": "8"])

    struct Settled: Equatable {
        var settleClass: UInt32
        var rows: UInt32
    }

    /// One destination, and what the limits say to it.
    final class Destination: @unchecked Sendable {
        let id = UUID().uuidString.lowercased()
        let interface: UnsafePointer<tessera_connector_interface>
        let type: UnsafePointer<tessera_connector_type>
        let instance: UnsafeMutableRawPointer?
        /// Keeps the instance alive.
        private let owner: AnyObject?
        var secrets: [(token: String, value: String)] = []
        var origins: [String] = []
        /// Asked for each request: 1 or 0, and the time to ask again.
        var limit: @Sendable (Int) -> (UInt32, Int64) = { _ in (1, 0) }
        /// Why it can't be opened now; empty when it can.
        var trouble = Monitor("")
        /// Whether each `acquire` lends a copy of its own, as to a plugin in a process of its own.
        var lendsCopies = false
        /// Rows that are left of a limit on rows.
        var rowLimit = Monitor(UInt32.max)

        fileprivate struct State {
            var settled: [Settled] = []
            var retried: [UInt32] = []
            var holds: [Int64] = []
            var latencies: [Int64] = []
            var asked = 0
            var acquired = 0
            var released = 0
            var disabled: [String] = []
            var version = 1
        }
        fileprivate let state = Monitor(State())

        init(_ connector: SyncScriptedConnector) {
            interface = connector.interface
            type = connector.type
            instance = Unmanaged.passUnretained(connector).toOpaque()
            owner = connector
        }

        /// Behind the first connector of a plugin.
        init(_ library: PluginLibrary, config: String) throws {
            let type = try #require(library.connectors?.pointee.types[0])
            let connector = try TestConnector(library, String(cString: type.pointee.id), config: config)
            interface = connector.connector.pointee.interface
            self.type = type
            instance = connector.connector.pointee.instance
            owner = connector
        }

        var settled: [Settled] { state.withLock { $0.settled } }
        /// Of each settled request: rows to be tried again.
        var retried: [UInt32] { state.withLock { $0.retried } }
        /// Of each settled request: until when nothing is to be sent.
        var holds: [Int64] { state.withLock { $0.holds } }
        /// Of each settled request: how long it took; negative when nothing was handed over.
        var latencies: [Int64] { state.withLock { $0.latencies } }
        var asked: Int { state.withLock { $0.asked } }
        var disabled: [String] { state.withLock { $0.disabled } }
        fileprivate var version: Int { state.withLock { $0.version } }

        /// Somebody changed it: it is opened anew, and its tokens are new ones.
        func change() { state.withLock { $0.version += 1 } }
        /// Acquired and not released.
        var held: Int { state.withLock { $0.acquired - $0.released } }
    }

    let library: PluginLibrary
    private let settings: [String: NameList]
    private let destinations = Monitor<[String: Destination]>([:])

    private static func make(_ name: String, _ settings: [String: String]) -> Result<SyncRig, any Error> {
        Result { try SyncRig(name, settings) }
    }

    private init(_ name: String, _ settings: [String: String]) throws {
        let folder = try TemporaryFolder()
        let copy = folder.path + "/\(name).so"
        try FileManager.default.copyItem(atPath: PluginLibrary.shippedPath("Sync"), toPath: copy)
        library = try PluginLibrary.load(copy)
        self.settings = settings.mapValues { NameList([$0]) }
        offer(
            TESSERA_SERVICE_CONNECTORS,
            tessera_connectors_service(
                size: UInt32(MemoryLayout<tessera_connectors_service>.size), reserved: 0,
                acquire: { service, _, id, reason in
                    guard let destination = SyncRig.of(service).destination(text(id)) else {
                        reason?.pointee = NameList.kept(["no such destination"])[0]
                        return nil
                    }
                    let trouble = destination.trouble.withLock { $0 }
                    if !trouble.isEmpty {
                        reason?.pointee = NameList.kept([trouble])[0]
                        return nil
                    }
                    destination.state.withLock { $0.acquired += 1 }
                    return LentDestination.make(destination)
                },
                release: { service, lent in
                    guard let lent else { return }
                    let id = text(lent.pointee.destination_id)
                    SyncRig.of(service).destination(id)?.state.update { $0.released += 1 }
                    LentDestination.drop(lent)
                }))
        offer(
            TESSERA_SERVICE_DELIVERY,
            tessera_delivery_service(
                size: UInt32(MemoryLayout<tessera_delivery_service>.size), reserved: 0,
                acquire: { service, _, id, rows, count, notBefore in
                    notBefore?.pointee = 0
                    let rig = SyncRig.of(service)
                    guard let destination = rig.destination(text(id)) else {
                        notBefore?.pointee = rig.now + 60_000_000
                        return 0
                    }
                    if count == 0 { return 0 }
                    let number = destination.state.withLock { state in
                        state.asked += 1
                        return state.asked - 1
                    }
                    let (granted, time) = destination.limit(number)
                    notBefore?.pointee = time
                    guard granted == 1 else { return granted }
                    let wanted = rows?.pointee ?? 0
                    let (isTaken, left) = destination.rowLimit.withLock { left in
                        if wanted > left { return (false, left) }
                        left -= wanted
                        return (true, left)
                    }
                    if isTaken { return 1 }
                    // As the gateway has it: 0 when fewer rows may go.
                    notBefore?.pointee = left > 0 ? 0 : .max / 2
                    return 0
                },
                settle: { service, _, id, settlement in
                    guard let settlement = settlement?.pointee else { return }
                    SyncRig.of(service).destination(text(id))?.state.update {
                        $0.settled.append(Settled(settleClass: settlement.settle_class, rows: settlement.rows))
                        $0.retried.append(settlement.retried)
                        $0.holds.append(settlement.retry_at_us)
                        $0.latencies.append(settlement.latency_us)
                    }
                },
                disable: { service, _, id, reason in
                    let why = text(reason)
                    SyncRig.of(service).destination(text(id))?.state.update { $0.disabled.append(why) }
                }))
        offer(
            TESSERA_SERVICE_SETTINGS,
            tessera_settings_service(
                size: UInt32(MemoryLayout<tessera_settings_service>.size), reserved: 0,
                get: { service, name in SyncRig.of(service).settings[text(name)]?[0] ?? tessera_str() }))
    }

    /// Puts a service where the plugin finds it, this object behind it.
    private func offer<Table>(_ id: String, _ table: Table) {
        let size = MemoryLayout<Table>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size + 8, alignment: 8)
        memory.bindMemory(to: Table.self, capacity: 1).initialize(to: table)
        (memory + size).storeBytes(of: Unmanaged.passUnretained(self).toOpaque(), as: UnsafeMutableRawPointer.self)
        Kept.keep(self)
        library.host.offer(id, memory)
    }

    private static func of<Table>(_ service: UnsafePointer<Table>?) -> SyncRig {
        let back = UnsafeRawPointer(service!) + MemoryLayout<Table>.stride
        return Unmanaged<SyncRig>.fromOpaque(back.load(as: UnsafeMutableRawPointer.self)).takeUnretainedValue()
    }

    private func destination(_ id: String) -> Destination? { destinations.withLock { $0[id] } }

    var now: Int64 { library.host.now }

    /// A destination behind a scripted connector.
    func add(_ connector: SyncScriptedConnector, _ prepare: (Destination) -> Void = { _ in }) -> Destination {
        let destination = Destination(connector)
        prepare(destination)
        return add(destination)
    }

    func add(_ destination: Destination) -> Destination {
        destinations.withLock { $0[destination.id] = destination }
        return destination
    }

    /// A sync tile with a mapping (JSON).
    func tile(
        _ destination: String, mapping: String = #"[{"source_column": "name", "destination_field": "Name"}]"#
    ) throws -> TestTile {
        try TestTile(library, "sync", config: #"{"destination_id": "\#(destination)", "field_mapping": \#(mapping)}"#)
    }

    /// The batch that a tile with the mapping above gets: members `m0`, `m1` …, names `n0`, `n1` …
    static func batch(_ count: Int) throws -> TestBatch {
        try .rows(
            reserved + [Column(name: "name", type: .string)],
            (0..<count).map { reservedCells($0) + [.string("n\($0)")] })
    }

    static let reserved = [
        Column(name: "$member", type: .string), Column(name: "$key", type: .string),
        Column(name: "$attempt", type: .integer),
    ]

    static func reservedCells(_ row: Int) -> [JSON] { [.string("m\(row)"), .string("k\(row)"), 1] }

    /// Sends so many rows and waits until the call is done.
    func deliver(
        _ count: Int = 1, to destination: Destination, _ call: CallRecorder? = nil
    ) throws -> (outcomes: [TestOutcome.Kind?], call: CallRecorder) {
        let call = call ?? CallRecorder(now: now)
        let tile = try tile(destination.id)
        try #require(tile.run(try SyncRig.batch(count), call) == 0)
        call.waitForDone()
        return (call.outcomes(rows: count), call)
    }
}

/// A destination in the form that the plugin sees, with all that it points to.
final class LentDestination {
    private let pointer: UnsafeMutablePointer<tessera_destination>
    private let texts: NameList
    private let origins: NameList
    private let secrets: UnsafeMutablePointer<tessera_secret>
    private let version: Int
    private var holders = 1

    private init(_ destination: SyncRig.Destination) {
        version = destination.version
        let suffix = version == 1 ? "" : "-\(version)"
        texts = NameList([destination.id, "test"] + destination.secrets.flatMap { [$0.token + suffix, $0.value] })
        origins = NameList(destination.origins)
        secrets = .allocate(capacity: max(1, destination.secrets.count))
        for index in destination.secrets.indices {
            (secrets + index).initialize(to: tessera_secret(token: texts[2 + 2 * index], value: texts[3 + 2 * index]))
        }
        pointer = .allocate(capacity: 1)
        pointer.initialize(
            to: tessera_destination(
                size: UInt32(MemoryLayout<tessera_destination>.size), generation: 1, destination_id: texts[0],
                name: texts[1], connector: destination.interface, type: destination.type,
                instance: destination.instance, secrets: secrets,
                secret_count: destination.secrets.count, origins: origins.pointer, origin_count: origins.count))
    }

    private static let kept = Monitor<[UnsafePointer<tessera_destination>: LentDestination]>([:])

    /// As the gateway does: one for all who hold the same version, unless it is to be a copy.
    static func make(_ destination: SyncRig.Destination) -> UnsafePointer<tessera_destination> {
        kept.withLock { kept in
            let (id, version) = (destination.id, destination.version)
            if !destination.lendsCopies,
                let lent = kept.values.first(where: { $0.version == version && text($0.texts[0]) == id })
            {
                lent.holders += 1
                return UnsafePointer(lent.pointer)
            }
            let lent = LentDestination(destination)
            kept[UnsafePointer(lent.pointer)] = lent
            return UnsafePointer(lent.pointer)
        }
    }

    /// With its last holder it ends: whoever still uses it reads memory that was given back.
    static func drop(_ pointer: UnsafePointer<tessera_destination>) {
        kept.withLock { kept in
            guard let lent = kept[pointer] else { return }
            lent.holders -= 1
            if lent.holders == 0 { kept[pointer] = nil }
        }
    }

    deinit {
        pointer.deallocate()
        secrets.deallocate()
    }
}
