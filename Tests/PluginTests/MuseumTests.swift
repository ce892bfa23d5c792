import CTessera
import Columns
import Foundation
import Journeys
import Platform
import PluginHost
import TestSupport
import TesseraTestKit
import Testing

/// Tests/ABI/v1_0 holds version 1.0 of the ABI as it was published. Plugins of that time are built from its headers, loaded
/// by the present host and used. Nothing in that folder is ever edited; see its README.
@Suite struct MuseumTests {
    static let museum = PluginLibrary.packageDirectory + "/Tests/ABI"
    static let frozen = museum + "/v1_0"
    static let present = PluginLibrary.packageDirectory + "/Sources/CTessera/include"

    @Test(arguments: ["v1_0", "v1_1"]) func nothingInTheFrozenFolderHasChanged(version: String) throws {
        let list = try String(contentsOfFile: "\(Self.museum)/\(version).sha256", encoding: .utf8)
        let names = try FileManager.default.subpathsOfDirectory(atPath: "\(Self.museum)/\(version)")
            .filter { !$0.hasSuffix("tessera") && !$0.hasSuffix("plugins") }
        let found = try names.sorted().map { name in
            let sum = try Command.succeed("sha256sum", ["\(Self.museum)/\(version)/\(name)"]).prefix(64)
            return "\(sum)  \(version)/\(name)\n"
        }
        #expect(found.joined() == list)
    }

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

    /// A host that has loaded one plugin of the museum: into this process, or into one of its own.
    private final class Visit {
        let folder: TemporaryDirectory
        let host: PluginHost
        let clock = ManualClock()
        let lines = Monitor<[String]>([])

        init(_ name: String, headers: String, isolated: Bool) throws {
            folder = try TemporaryDirectory()
            try Files.makeDirectory(folder.path + "/plugins")
            try Command.succeed(
                "cc",
                [
                    "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden", "-pthread",
                    "-I\(headers)", "-o", folder.path + "/plugins/\(name).so", "\(frozen)/plugins/\(name).c",
                ])
            let lines = lines
            host = PluginHost(
                configuration: PluginHostConfiguration(
                    directories: [folder.path + "/plugins"], storeDirectory: folder.path + "/store",
                    hostProgram: isolated ? BuiltProducts.pluginHost : nil),
                memory: ForgetfulMemory(), services: HostServices(), clock: clock,
                log: Log(level: .info, clock: clock, sink: { line in lines.update { $0.append(line) } }))
            let outcomes = host.loadAll()
            try #require(outcomes.map(\.state) == [.active], "\(outcomes)")
        }

        func open(_ type: String, _ config: JSON = [:], schema: BatchSchema? = nil) throws -> TileInstance {
            try host.openTile(
                type: "com.example.v1-0." + type, config: config, schema: schema, workspaceID: "w", journeyID: "j"
            )
            .get()
        }

        func run(_ tile: TileInstance, _ batch: RecordBatch, dryRun: Bool = false) -> Sink {
            let sink = Sink()
            tile.run(
                batch,
                CallContext(
                    workspaceID: "w", journeyID: "j", runID: "r", tileID: "t", nowUs: clock.now(), runAtUs: clock.now(),
                    deadlineUs: clock.now() + 60_000_000, dryRun: dryRun),
                sink: sink)
            return sink
        }
    }

    /// What a call told.
    private final class Sink: OutcomeSink {
        struct State {
            var outcomes: [TestOutcome] = []
            var records: [Int: String] = [:]
            var end: CallEnd?
        }
        let state = Monitor(State())

        func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>) {
            let copies = outcomes.map { TestOutcome($0) }
            state.update { $0.outcomes += copies }
        }
        func record(row: Int, json: UnsafeBufferPointer<UInt8>) {
            let text = String(decoding: json, as: UTF8.self)
            state.update { $0.records[row] = text }
        }
        func done(_ end: CallEnd) { state.update { $0.end = end } }

        /// Waits for the end of the call and gives the outcome of each row.
        func outcomes() -> [Int: TestOutcome] {
            #expect(state.wait { $0.end } == .finished)
            return state.withLock { state in
                Dictionary(state.outcomes.map { ($0.row, $0) }) { first, _ in
                    Issue.record("row \(first.row) came twice")
                    return first
                }
            }
        }
    }

    @Test(arguments: [frozen, present], [false, true]) func aTileReadsEveryFormat(headers: String, isolated: Bool)
        throws
    {
        let visit = try Visit("reader", headers: headers, isolated: isolated)
        // A line from a child comes when it comes.
        visit.lines.wait { $0.contains { $0.contains("the reader of 1.0 has started") } ? () : nil }
        let own: [(String, ColumnType, Bool)] = [
            ("text", .string, false), ("integer", .integer, false), ("number", .number, false),
            ("boolean", .boolean, false), ("date", .date, false), ("timestamp", .timestamp, false),
            ("json", .string, true),
        ]
        let model = own.map { Column(name: $0.0, type: $0.1, isJSON: $0.2) }
        let tile = try visit.open("reader", schema: BatchSchema(columns: model))
        #expect(tile.branches == ["values", "nulls", "other"])
        #expect(tile.columns == ["$member", "$key", "$attempt", "$arrived_at"] + own.map(\.0))
        let columns =
            [
                Column(name: "$member", type: .string), Column(name: "$key", type: .string),
                Column(name: "$attempt", type: .integer), Column(name: "$arrived_at", type: .timestamp),
            ] + model
        let key = String(repeating: "0", count: 32)
        let rows: [[JSON]] = (0..<100).map { (row: Int64) -> [JSON] in
            let reserved: [JSON] = [.string("m\(row)"), .string(key), 1, .integer(visit.clock.now())]
            let date = Timestamp.date(Int32(row))
            if row % 3 == 1 { return reserved + Array(repeating: JSON.null, count: 7) }
            if row % 3 == 2 { return reserved + Array(repeating: JSON.null, count: 6) + ["[]"] }
            return reserved + [
                .string("t\(row)"), .integer(row), .number(Double(row) / 2), .bool(row % 2 == 1), .string(date),
                .integer(row * 1000), .string("[\(row)]"),
            ]
        }
        let outcomes = visit.run(tile, try .rows(columns, rows)).outcomes()
        #expect(outcomes.count == 100)
        for row in 0..<100 { #expect(outcomes[row]?.kind == .advance(branch: row % 3), "row \(row)") }
        #expect(visit.run(tile, try .rows(columns, [])).outcomes().isEmpty)

        let refused = #expect(throws: OpenFailure.self) { try visit.open("reader", ["unwanted": 1]) }
        #expect(refused?.problems.map(\.pointer) == ["/unwanted", ""])
        let other = BatchSchema(columns: [Column(name: "date", type: .string)])
        #expect(throws: OpenFailure.self) { try visit.open("reader", schema: other) }
    }

    @Test(arguments: [frozen, present], [false, true]) func aTileWithSideEffectsReportsLate(
        headers: String, isolated: Bool
    ) throws {
        let visit = try Visit("effects", headers: headers, isolated: isolated)
        let tile = try visit.open("effects")
        #expect(tile.branches == ["next", "failed"])
        #expect(tile.type.sideEffects && tile.type.isAsync && tile.type.supportsDryRun)
        let key = Column(name: "$key", type: .string)
        let batch = try RecordBatch.rows([key], (0..<9).map { [.string(String(repeating: "\($0)", count: 32))] })
        let outcomes = visit.run(tile, batch).outcomes()
        #expect((0..<9).map { outcomes[$0]?.kind } == (0..<9).map { $0 % 2 == 0 ? .advance(branch: 0) : .fail })
        let error = TestOutcome.Failure(
            code: "BAD_REQUEST", message: "odd", status: 400, request: "POST", response: "no")
        #expect(outcomes[1]?.error == error)
        let dry = visit.run(tile, batch, dryRun: true)
        #expect(dry.outcomes().count == 9)
        #expect(dry.state.withLock { $0.records[8] } == #"{"key":"88888888888888888888888888888888"}"#)
    }

    @Test(arguments: [frozen, present], [false, true]) func everyKindOfOutcomeArrives(headers: String, isolated: Bool)
        throws
    {
        let visit = try Visit("outcomes", headers: headers, isolated: isolated)
        let now = visit.clock.now()
        let step = try visit.open("step")
        #expect(step.branches == ["left", "right"] && step.columns.isEmpty)
        let outcomes = visit.run(step, .empty(count: 9)).outcomes()
        let kinds: [TestOutcome.Kind?] = [
            .advance(branch: 0), .advance(branch: 1), .wait(until: now + 5_000_000),
            .retry(at: 0, notAttempted: false), .retry(at: now + 7_000_000, notAttempted: true), .fail, .complete, nil,
            nil,
        ]
        #expect((0..<9).map { outcomes[$0]?.kind } == kinds)
        #expect(outcomes[5]?.error?.code == "SERVICE_UNAVAILABLE" && outcomes[5]?.error?.status == 503)
        #expect(visit.host.list().first?.figures.dropped == 3)

        let entry = try visit.open("entry")
        #expect(entry.branches == ["next"])
        #expect(visit.run(entry, .empty(count: 3)).outcomes().count == 3)
        let exit = try visit.open("exit")
        #expect(exit.branches.isEmpty)
        #expect(visit.run(exit, .empty(count: 3)).outcomes().values.allSatisfy { $0.kind == .complete })
    }
}
