import CFaultVFS
import Columns
import Crypto
import Glibc
import Journeys
import Platform
import PluginHost
import SQLite
import Store
import TestSupport
import Warehouse

@testable import Engine

/// A data directory on a disk that can fail (CFaultVFS), with an engine over it that is opened and closed as often as a test
/// wants. Plugins and the source are on the machine's own disk and shared by all, so that a test costs milliseconds.
///
/// One at a time: the faults are the process's.
final class FaultBench {
    /// What the journey does with its members.
    enum Kind: String, CaseIterable, Sendable {
        /// 50 batches of 4, each delivered and waiting then: every commit is a full one.
        case delivery
        /// 200 batches of 4 through a filter: commits of 64 members, which are normal ones.
        case movement

        var rows: Int { self == .delivery ? 200 : 800 }
        var table: String { rawValue + "_people" }
        /// In key order.
        var keys: [String] { (0..<rows).map { "m" + String(String($0 + 10_000).dropFirst()) } }
    }

    static let root = TemporaryDirectory.ofProcess("fault")
    static let workspaceID = "660e8400-e29b-41d4-a716-446655440000"
    static let shared = Result { try Shared() }

    /// Made once: the disk, plugins, the source, and a data directory in which both journeys are active.
    final class Shared: @unchecked Sendable {
        let directory: String
        let plugins: PluginHost
        let warehouse: Warehouse
        var journeys: [Kind: String] = [:]
        var template: String { FaultBench.root + "/template" }
        var log: String { directory + "/sent" }

        init() throws {
            directory = TemporaryDirectory.ofProcess("fault-shared")
            try Files.makeDirectory(directory)
            try Files.makeDirectory(FaultBench.root)
            guard fault_install(FaultBench.root) == 0 else { throw Failure("the VFS can't be installed") }
            let clock = ManualClock(Bench.start)
            warehouse = Warehouse(dataDirectory: directory, clock: clock, log: .silent)
            try warehouse.createEmbedded(workspaceID: FaultBench.workspaceID)
            plugins = PluginHost(
                configuration: PluginHostConfiguration(
                    directories: [try TestPlugins.directory.get()], storeDirectory: directory + "/plugins",
                    hostProgram: nil),
                memory: ForgetfulMemory(), services: HostServices(), clock: clock, log: .silent)
            _ = plugins.start()
            for kind in Kind.allCases {
                let upload = try warehouse.upload(
                    workspaceID: FaultBench.workspaceID, table: kind.table, key: "id", mode: .replace, format: .csv)
                let rows = kind.keys.enumerated().map { "\($1),\($0)\n" }.joined()
                try upload.write(Array(("id,n\n" + rows).utf8))
                _ = try upload.finish()
            }
            let opened = try FaultBench.open(template, clock, plugins, warehouse)
            let (id, source) = (FaultBench.workspaceID, try Crypto.uuid())
            try opened.control.write { writer in
                try writer.insertWorkspace(WorkspaceRecord(id: id, name: "Test", createdAt: Bench.start))
                try writer.insertSource(
                    SourceRecord(
                        id: source, workspaceID: id, name: "Embedded", sourceType: "embedded", createdBy: "test",
                        createdAt: Bench.start, updatedAt: Bench.start))
            }
            try opened.engine.takeUp()
            opened.engine.begin()
            for kind in Kind.allCases { journeys[kind] = try addJourney(kind, source, opened) }
            let store = try opened.members.store(id)
            for id in journeys.values { _ = try store.journeyNumber(id) }
            opened.close()
        }

        private func addJourney(_ kind: Kind, _ source: String, _ opened: Opened) throws -> String {
            let sql = "SELECT * FROM \(kind.table)"
            let model = ModelRecord(
                id: try Crypto.uuid(), workspaceID: FaultBench.workspaceID, sourceID: source, name: kind.rawValue,
                sqlQuery: sql, columns: try warehouse.describe(workspaceID: FaultBench.workspaceID, sql: sql),
                primaryKeyColumn: "id", createdBy: "test", createdAt: Bench.start, updatedAt: Bench.start)
            let hold: JSON = ["id": "hold", "type": "wait", "config": ["duration": 30, "unit": "days"]]
            let tiles: [JSON]
            let edges: [JSON]
            switch kind {
            case .delivery:
                tiles = [["id": "send", "type": "test.recorder", "config": ["path": .string(log)]]]
                edges = [["from": "in", "to": "send"], ["from": "send", "to": "hold"]]
            case .movement:
                let low: JSON = [
                    "type": "condition", "condition_type": "property", "column": "n", "operator": "less_than",
                    "value": 600,
                ]
                tiles = [["id": "low", "type": "filter", "config": low], ["id": "out", "type": "exit"]]
                edges = [
                    ["from": "in", "to": "low"], ["from": "low", "to": "hold", "branch": "yes"],
                    ["from": "low", "to": "out", "branch": "no"],
                ]
            }
            let journey = try JourneyParser.create([
                "name": "Test", "parent_model_id": .string(model.id),
                "tiles": .array([["id": "in", "type": "entry"], hold] + tiles), "edges": .array(edges),
            ])
            let record = JourneyRecord(
                id: try Crypto.uuid(), workspaceID: FaultBench.workspaceID, journey: journey, createdBy: "test",
                createdAt: Bench.start, updatedAt: Bench.start)
            try opened.control.write { writer in
                try writer.insertModel(model)
                try writer.insertJourney(record)
            }
            _ = try opened.engine.change(.activate, workspaceID: FaultBench.workspaceID, journeyID: record.id)
            return record.id
        }
    }

    struct Opened {
        let control: ControlStore
        let members: MemberStores
        let engine: Engine

        func close() {
            engine.stop()
            members.closeAll()
            control.close()
        }
    }

    let kind: Kind
    let clock = ManualClock(Bench.start)
    let journeyID: String
    private let directory: String
    private let shared: Shared
    private(set) var opened: Opened?

    init(_ kind: Kind) throws {
        shared = try Self.shared.get()
        self.kind = kind
        directory = "\(Self.root)/data-\(UInt32.random(in: 0 ... .max))"
        journeyID = shared.journeys[kind] ?? ""
        try Files.makeDirectory(directory + "/members")
        for name in ["control.db", "secret.key", "members/\(Self.workspaceID).db"] {
            try Files.write(Files.read("\(shared.template)/\(name)"), to: "\(directory)/\(name)")
        }
        unlink(shared.log)
        try open()
    }

    deinit {
        fault_heal()
        close()
        for folder in ["\(directory)/members", directory] {
            for name in (try? Files.list(folder)) ?? [] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
    }

    /// As a gateway starts.
    func open() throws {
        let opened = try Self.open(directory, clock, shared.plugins, shared.warehouse)
        self.opened = opened
        try opened.engine.takeUp()
        opened.engine.begin()
    }

    func close() {
        opened?.close()
        opened = nil
    }

    static func open(
        _ directory: String, _ clock: ManualClock, _ plugins: PluginHost, _ warehouse: Warehouse
    ) throws -> Opened {
        let control = try ControlStore(dataDirectory: directory, secretKey: .file, clock: clock, log: .silent)
        let members = MemberStores(dataDirectory: directory, clock: clock, log: .silent)
        var configuration = Engine.Configuration(ownerID: "test")
        configuration.batchRows = 4
        // A busy machine must not change when members move.
        configuration.silenceLimit = .max
        configuration.runThreads = 2
        let engine = Engine(
            control: control, members: members, warehouse: warehouse, plugins: plugins, clock: clock, log: .silent,
            configuration: configuration)
        return Opened(control: control, members: members, engine: engine)
    }

    // MARK: Doing

    func trigger() throws -> String {
        guard let opened else { throw Failure("it is closed") }
        return try opened.engine.trigger(workspaceID: Self.workspaceID, journeyID: journeyID, by: "test").id
    }

    func run(_ id: String) throws -> RunRecord? {
        try opened?.control.read { try $0.run(workspaceID: Self.workspaceID, journeyID: journeyID, id: id) }
    }

    /// Whether a run has ended, and all that follows from it is done.
    func isOver(_ id: String) throws -> Bool {
        try run(id)?.status.isFinal == true && opened?.engine.queue.isIdle(journeyID) == true
    }

    func status() throws -> (status: JourneyStatus, error: String)? {
        try opened.map { opened in
            let record = try opened.engine.find(Self.workspaceID, journeyID)
            return (record.status, record.statusError)
        }
    }

    /// A write of control.db by somebody else.
    func acknowledge(_ number: Int) throws {
        try opened?.control.write {
            try $0.insertWorkspace(WorkspaceRecord(id: "ack-\(number)", name: "", createdAt: 0))
        }
    }

    /// A connection to the members' file, whose log stays as long as it does.
    func hold() throws -> Database {
        _ = try opened?.members.store(Self.workspaceID)
        let holder = try Database(path: "\(directory)/members/\(Self.workspaceID).db")
        _ = try holder.faults(thorough: false)
        return holder
    }

    // MARK: Looking

    func acknowledged() throws -> Set<String> {
        Set(try opened?.control.read { try $0.workspaces().items.map(\.id).filter { $0.hasPrefix("ack-") } } ?? [])
    }

    /// What was handed to the tile with side effects, as `member key attempt`.
    func sent() throws -> [String] {
        guard Files.exists(shared.log) else { return [] }
        return String(decoding: try Files.read(shared.log), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// What is wrong with the files, and who stands where; with all stores closed. The files are only read.
    func inspect() throws -> (wrong: [String], keys: [String], inFlight: Set<String>) {
        let control = try Database(path: directory + "/control.db")
        let members = try Database(path: "\(directory)/members/\(Self.workspaceID).db")
        var wrong = try control.faults(thorough: true) + members.faults(thorough: true)
        var keys: [String] = []
        var inFlight: Set<String> = []
        let rows = try members.prepare(
            "SELECT key, status = 0 AND state = 4 AND attempt > 0 FROM members WHERE journey = (SELECT n FROM journeys WHERE id = ?) ORDER BY key"
        )
        rows.bind(1, journeyID)
        while try rows.step() {
            keys.append(rows.string(0))
            if rows.int(1) == 1 { inFlight.insert(rows.string(0)) }
        }
        if keys != Array(kind.keys.prefix(keys.count)) { wrong.append("the members are no prefix: \(keys)") }
        // Entry goes on behind this key: whoever stands before it is in, whoever stands behind is not.
        let progress = try members.prepare("SELECT phase, cursor FROM run_progress")
        if try progress.step(), progress.int(0) == RunExecution.Phase.entry.rawValue, progress.string(1) != keys.last {
            wrong.append("entry is at \(progress.string(1)), the last member is \(keys.last ?? "nobody")")
        }
        return (wrong, keys, inFlight)
    }

    /// Counters that a full count contradicts.
    func wrongCounters() throws -> [String] {
        guard let store = try opened?.members.store(Self.workspaceID) else { return ["it is closed"] }
        return try store.knownJourneyNumber(journeyID).map(store.verifyCounters) ?? []
    }
}
