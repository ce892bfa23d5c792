import Columns
import Crypto
import Delivery
import Foundation
import Journeys
import Platform
import PluginHost
import Store
import TestSupport
import Testing
import Warehouse

@testable import Engine

/// A real engine over real files and real plugins, with a clock that the test owns.
final class Bench {
    static let start: Int64 = 1_700_000_000_000_000
    static let second: Int64 = 1_000_000

    let directory: String
    let clock: ManualClock
    let workspaceID: String
    let sourceID: String
    private(set) var control: ControlStore
    private(set) var members: MemberStores
    private(set) var warehouse: Warehouse
    private(set) var plugins: PluginHost
    private(set) var destinations: DestinationDirectory
    private(set) var engine: Engine
    /// What plugins and the host have logged.
    let lines: Monitor<[String]>
    private let memory: ForgetfulMemory
    private let configuration: Engine.Configuration
    private let hostProgram: String?
    /// A plugin directory of this bench's own, beside the shared one.
    var own: String { directory + "/own" }
    var log: String { directory + "/sent" }

    /// - Parameters:
    ///   - runThreads: nil for as many as a gateway has.
    ///   - hostProgram: gives plugins processes of their own; nil: they are mapped.
    ///   - silenceLimit: of real time. Without one no busy machine makes members come back after a time of the clock that stands still.
    init(
        batchRows: Int = 64, runThreads: Int? = nil, hostProgram: String? = nil, silenceLimit: Int64 = .max
    ) throws {
        directory = FileManager.default.temporaryDirectory.path + "/tessera-engine-\(try Crypto.uuid())"
        try Files.makeDirectory(directory)
        clock = ManualClock(Bench.start)
        workspaceID = try Crypto.uuid()
        sourceID = try Crypto.uuid()
        try Files.makeDirectory(directory + "/own")
        (lines, memory, self.hostProgram) = (Monitor([]), ForgetfulMemory(), hostProgram)
        var configuration = Engine.Configuration(ownerID: "test")
        (configuration.batchRows, configuration.silenceLimit) = (batchRows, silenceLimit)
        if let runThreads { configuration.runThreads = runThreads }
        self.configuration = configuration
        (control, members, warehouse, plugins, destinations, engine) = try Bench.open(
            directory, clock, configuration, hostProgram, memory, lines)
        let (id, source) = (workspaceID, sourceID)
        try control.write { writer in
            try writer.insertWorkspace(WorkspaceRecord(id: id, name: "Test", createdAt: Bench.start))
            try writer.insertSource(
                SourceRecord(
                    id: source, workspaceID: id, name: "Embedded", sourceType: "embedded", createdBy: "test",
                    createdAt: Bench.start, updatedAt: Bench.start))
        }
        try warehouse.createEmbedded(workspaceID: workspaceID)
        try engine.takeUp()
        engine.begin()
    }

    deinit {
        close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    func close() {
        engine.stop()
        plugins.stop()
        members.closeAll()
        control.close()
        warehouse.close()
    }

    /// As if the gateway was started again.
    /// - Parameters:
    ///   - begins: false for a gateway that listens and has not begun anything.
    ///   - meanwhile: what happens while it is down.
    func restart(begins: Bool = true, _ meanwhile: () -> Void = {}) throws {
        close()
        meanwhile()
        (control, members, warehouse, plugins, destinations, engine) = try Bench.open(
            directory, clock, configuration, hostProgram, memory, lines)
        try engine.takeUp()
        if begins { engine.begin() }
    }

    private static func open(
        _ directory: String, _ clock: ManualClock, _ configuration: Engine.Configuration, _ hostProgram: String?,
        _ memory: ForgetfulMemory, _ lines: Monitor<[String]>
    ) throws -> (ControlStore, MemberStores, Warehouse, PluginHost, DestinationDirectory, Engine) {
        let control = try ControlStore(dataDirectory: directory, clock: clock, log: .silent)
        let members = MemberStores(dataDirectory: directory, clock: clock, log: .silent)
        let warehouse = Warehouse(dataDirectory: directory, clock: clock, log: .silent)
        let plugins = PluginHost(
            configuration: PluginHostConfiguration(
                directories: [try TestPlugins.directory.get(), directory + "/own"],
                storeDirectory: directory + "/plugins", hostProgram: hostProgram),
            memory: memory, services: HostServices(), clock: clock,
            log: Log(clock: clock, sink: { line in lines.update { $0.append(line) } }))
        _ = plugins.start()
        let destinations = DestinationDirectory(
            source: BenchDestinations(control), plugins: plugins, log: .silent)
        let engine = Engine(
            control: control, members: members, warehouse: warehouse, plugins: plugins, destinations: destinations,
            clock: clock, log: .silent, configuration: configuration)
        return (control, members, warehouse, plugins, destinations, engine)
    }

    // MARK: Doing

    func load(_ csv: String, table: String = "people") throws {
        let upload = try warehouse.upload(
            workspaceID: workspaceID, table: table, key: "id", mode: .replace, format: .csv)
        try upload.write(Array(csv.utf8))
        _ = try upload.finish()
    }

    /// One whose members go to the recorder, which answers so; active.
    func journeyThatSends(answer: String) throws -> String {
        try journey([
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "send", "type": "test.recorder", "config": ["path": .string(log), "answer": .string(answer)]],
            ],
            "edges": [["from": "in", "to": "send"]],
        ])
    }

    /// A journey over all rows of `people`, active.
    func journey(_ json: JSON, sql: String = "SELECT * FROM people", activate: Bool = true) throws -> String {
        let columns = try warehouse.describe(workspaceID: workspaceID, sql: sql)
        let model = ModelRecord(
            id: try Crypto.uuid(), workspaceID: workspaceID, sourceID: sourceID, name: "People", sqlQuery: sql,
            columns: columns, primaryKeyColumn: "id", createdBy: "test", createdAt: clock.now(),
            updatedAt: clock.now())
        guard case .object(var object) = json else { throw Failure("a journey is an object") }
        object["name"] = "Test"
        object["parent_model_id"] = .string(model.id)
        let journey = try JourneyParser.create(.object(object))
        let record = JourneyRecord(
            id: try Crypto.uuid(), workspaceID: workspaceID, journey: journey, createdBy: "test",
            createdAt: clock.now(), updatedAt: clock.now())
        try control.write { writer in
            try writer.insertModel(model)
            try writer.insertJourney(record)
        }
        if activate { _ = try engine.change(.activate, workspaceID: workspaceID, journeyID: record.id) }
        return record.id
    }

    func trigger(_ journeyID: String) throws -> RunRecord {
        try engine.trigger(workspaceID: workspaceID, journeyID: journeyID, by: "test")
    }

    /// The run once it has ended. Looks at real time, since the run's thread works in it.
    func end(_ run: RunRecord) throws -> RunRecord {
        try eventually {
            let present = try self.run(run)
            return present.status.isFinal && self.engine.queue.isIdle(run.journeyID) ? present : nil
        }
    }

    func run(_ run: RunRecord) throws -> RunRecord {
        guard
            let present = try control.read({
                try $0.run(workspaceID: workspaceID, journeyID: run.journeyID, id: run.id)
            })
        else { throw Failure("the run is gone") }
        return present
    }

    /// Triggers and waits for the end.
    @discardableResult
    func runOnce(_ journeyID: String) throws -> RunRecord { try end(trigger(journeyID)) }

    func status(_ journeyID: String) throws -> JourneyStatus {
        try engine.find(workspaceID, journeyID).status
    }

    func stats(_ journeyID: String) throws -> JourneyStats {
        guard let stats = try engine.stats(workspaceID: workspaceID, journeyID: journeyID).stats else {
            throw Failure("nobody has entered")
        }
        return stats
    }

    /// When the first member is to be tried again; nil while nobody waits for that.
    func nextRetry(_ journeyID: String) throws -> Int64? {
        let store = try members.store(workspaceID)
        return try store.knownJourneyNumber(journeyID).flatMap(store.nextRetry)
    }

    /// What was sent, as `member key attempt`.
    func sent() throws -> [String] {
        guard Files.exists(log) else { return [] }
        return String(decoding: try Files.read(log), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
