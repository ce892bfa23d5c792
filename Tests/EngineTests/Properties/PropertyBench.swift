import CFaultVFS
import Crypto
import Glibc
import Journeys
import Platform
import Store
import TestSupport
import Warehouse

@testable import Engine

/// An engine with one journey over a disk that can lose its power (CFaultVFS), with a workspace of its own in the source that
/// all of them share.
final class PropertyBench {
    /// When a run is cut off, and what becomes of what was not synced.
    struct Kill {
        /// The operation of the disk that is the first not to happen.
        var operation: Int64
        /// Nil: the process is killed, and what it has written is there. Else the power fails, and a part chosen by this is.
        var powerCut: UInt64?
    }

    let clock = ManualClock(Bench.start)
    let workspaceID: String
    private(set) var journeyID = ""
    private let directory: String
    private let modelID: String
    private let shared: FaultBench.Shared
    private var opened: FaultBench.Opened
    private var logs: [String: String] = [:]
    private var log: String { "\(shared.directory)/sent-\(workspaceID)" }

    init() throws {
        shared = try FaultBench.shared.get()
        (workspaceID, modelID) = (try Crypto.uuid(), try Crypto.uuid())
        directory = "\(FaultBench.root)/property-\(workspaceID)"
        try Files.makeDirectory(directory)
        try shared.warehouse.createEmbedded(workspaceID: workspaceID)
        opened = try FaultBench.open(directory, clock, shared.plugins, shared.warehouse)
        try opened.engine.takeUp()
        opened.engine.begin()
    }

    deinit {
        fault_heal()
        opened.close()
        try? shared.warehouse.removeEmbedded(workspaceID: workspaceID)
        for path in logs.values { unlink(path) }
        for folder in ["\(directory)/members", directory] {
            for name in (try? Files.list(folder)) ?? [] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
    }

    // MARK: What people do

    func load(_ rows: [String: Row]) throws {
        let lines = rows.sorted { $0.key < $1.key }.map { "\($0),\($1.n.map(String.init) ?? ""),\($1.city)\n" }
        let upload = try shared.warehouse.upload(
            workspaceID: workspaceID, table: "people", key: "id", declaredTypes: [("n", .integer), ("city", .string)],
            mode: .replace, format: .csv)
        try upload.write(Array(("id,n,city\n" + lines.joined()).utf8))
        _ = try upload.finish()
    }

    func create(_ sketch: Sketch) throws {
        let (sql, now) = ("SELECT * FROM people", clock.now())
        let model = ModelRecord(
            id: modelID, workspaceID: workspaceID, sourceID: try Crypto.uuid(), name: "People", sqlQuery: sql,
            columns: try shared.warehouse.describe(workspaceID: workspaceID, sql: sql), primaryKeyColumn: "id",
            createdBy: "test", createdAt: now, updatedAt: now)
        let source = SourceRecord(
            id: model.sourceID, workspaceID: workspaceID, name: "Embedded", sourceType: "embedded", createdBy: "test",
            createdAt: now, updatedAt: now)
        let record = JourneyRecord(
            id: try Crypto.uuid(), workspaceID: workspaceID, journey: try definition(sketch), createdBy: "test",
            createdAt: now, updatedAt: now)
        journeyID = record.id
        let workspace = WorkspaceRecord(id: workspaceID, name: "Test", createdAt: now)
        try opened.control.write { writer in
            try writer.insertWorkspace(workspace)
            try writer.insertSource(source)
            try writer.insertModel(model)
            try writer.insertJourney(record)
        }
        try change(.activate)
    }

    func update(_ sketch: Sketch) throws {
        let journey = try definition(sketch)
        _ = try opened.engine.update(workspaceID: workspaceID, journeyID: journeyID, by: "test") { _ in journey }
    }

    private func definition(_ sketch: Sketch) throws -> Journey {
        for tile in sketch.tiles { logs[tile.id] = "\(log).\(tile.id)" }
        return try JourneyParser.create(sketch.json(modelID: modelID, log: log))
    }

    func change(_ call: JourneyCall) throws {
        _ = try opened.engine.change(call, workspaceID: workspaceID, journeyID: journeyID)
    }

    func remove(_ key: String) throws -> Bool {
        try opened.engine.remove(member: Array(key.utf8), workspaceID: workspaceID, journeyID: journeyID)
    }

    func remedy(_ remedy: MemberStore.Remedy, _ key: String) throws -> Bool {
        try opened.engine.remedy(remedy, member: Array(key.utf8), workspaceID: workspaceID, journeyID: journeyID)
    }

    func restart() throws {
        opened.close()
        try open()
    }

    private func open() throws {
        opened = try FaultBench.open(directory, clock, shared.plugins, shared.warehouse)
        try opened.engine.takeUp()
        opened.engine.begin()
    }

    // MARK: Runs

    func trigger() throws -> RunRecord {
        try opened.engine.trigger(workspaceID: workspaceID, journeyID: journeyID, by: "test")
    }

    /// A run to its end, whatever comes in between.
    /// - Returns: the run, and how many kills have struck.
    func run(_ kills: [Kill]) throws -> (run: RunRecord, struck: Int) {
        let before = try latestRun()?.id
        var id: String?
        // Whether anybody was told of it: else a kill may have left it written, and a power cut after that may take it again.
        var isKnown = false
        var struck = 0
        for kill in kills {
            fault_arm("", kill.operation, Int32(FAULT_POWER))
            if id == nil {
                id = try? trigger().id
                isKnown = id != nil
            }
            try eventually { try fault_has_struck() != 0 || id.map(isOver) ?? true }
            guard fault_has_struck() != 0 else { break }
            struck += 1
            opened.close()
            if let seed = kill.powerCut {
                guard fault_cut(seed) >= 0 else { throw Failure("the files could not be put back") }
            } else {
                fault_heal()
            }
            try open()
            if !isKnown {
                let latest = try latestRun()?.id
                id = latest == before ? nil : latest
            }
        }
        fault_heal()
        let run = try id ?? trigger().id
        try eventually { try isOver(run) }
        guard let ended = try self.run(run) else { throw Failure("the run is lost") }
        return (ended, struck)
    }

    private func isOver(_ id: String) throws -> Bool {
        try run(id)?.status.isFinal == true && opened.engine.queue.isIdle(journeyID)
    }

    private func run(_ id: String) throws -> RunRecord? {
        try opened.control.read { try $0.run(workspaceID: workspaceID, journeyID: journeyID, id: id) }
    }

    private func latestRun() throws -> RunRecord? {
        try opened.control.read { try $0.runs(workspaceID: workspaceID, journeyID: journeyID).first }
    }

    // MARK: Looking

    /// All that the engine has to say about its members, as the slow model would.
    struct Picture {
        var status: JourneyStatus
        var statusError: String
        var isIdle: Bool
        var people: [String: SlowModel.Person] = [:]
        var tiles: [String: TileStats] = [:]
        /// Counters that a full count contradicts.
        var wrong: [String] = []
    }

    func picture() throws -> Picture {
        let record = try opened.engine.find(workspaceID, journeyID)
        var picture = Picture(
            status: record.status, statusError: record.statusError, isIdle: opened.engine.queue.isIdle(journeyID))
        let store = try opened.members.store(workspaceID)
        guard let number = try store.knownJourneyNumber(journeyID) else { return picture }
        let ids = Dictionary(uniqueKeysWithValues: try store.tiles(number).map { ($0.number, $0.id) })
        let rows = try store.members(number, limit: 100_000).rows
        for row in 0..<rows.count {
            func time(_ value: Int64) -> Int64? { value == MemberRows.noTime ? nil : value }
            let rest: SlowModel.Rest =
                switch rows.state(row) {
                case .none, .arrived: .fresh
                case .waiting: .waiting
                case .parked: .parked
                case .retry: rows.attempt[row] == MemberStore.skipsTile ? .skip : .retry
                }
            picture.people[rows.keyString(row)] = SlowModel.Person(
                status: rows.status(row), reason: rows.reason(row), tile: ids[rows.tile[row]] ?? "?", rest: rest,
                entry: Int(rows.entry[row]), enteredAt: rows.enteredAt[row], arrivedAt: rows.arrivedAt[row],
                wake: time(rows.wake[row]), leftAt: time(rows.leftAt[row]))
        }
        for tile in try store.stats(number).tiles { picture.tiles[tile.tileID] = tile }
        picture.wrong = try store.verifyCounters(number)
        return picture
    }

    /// How often a tile was called for a member, by tile and by `member key`.
    func sent() throws -> [String: [String: Int]] {
        var sent: [String: [String: Int]] = [:]
        for (tile, path) in logs where Files.exists(path) {
            for line in String(decoding: try Files.read(path), as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: " ").dropLast().joined(separator: " ")
                sent[tile, default: [:]][parts, default: 0] += 1
            }
        }
        return sent
    }
}
