import CTessera
import Columns
import Foundation
import Journeys
import Platform
import PluginHost
import TestSupport

/// A plugin directory, a store and a host over them, thrown away with the test.
final class Bench {
    let root: String
    let clock = ManualClock()
    let memory = ForgetfulMemory()
    let lines = Lines()
    let services = HostServices()

    init() throws {
        root = NSTemporaryDirectory() + "/plugins-" + UUID().uuidString
        try Files.makeDirectory(root + "/a")
        try Files.makeDirectory(root + "/b")
    }

    /// Hosts may live longer: what they mapped stays.
    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// A host over directories a and b. More than one: the gateway started again.
    func host(settings: [String: String] = [:], probe: [String]? = nil, probeTimeoutUs: Int64 = 10_000_000)
        -> PluginHost
    {
        let lines = lines
        return PluginHost(
            configuration: PluginHostConfiguration(
                directories: [root + "/a", root + "/b"], storeDirectory: root + "/store", settings: settings,
                probeCommand: probe, probeTimeoutUs: probeTimeoutUs),
            memory: memory, services: services, clock: clock,
            log: Log(level: .info, clock: clock, sink: { lines.add($0) }))
    }

    /// Builds a fixture into a directory and gives its path.
    @discardableResult
    func build(
        _ source: String = "tile", _ defines: [String: String] = [:], as name: String = "plugin.so",
        in directory: String = "a"
    ) throws -> String {
        let path = "\(root)/\(directory)/\(name)"
        try CPlugin.build("Tests/PluginHostTests/Fixtures/\(source).c", defines: defines, to: path)
        return path
    }

    /// Builds the test tile in a version.
    @discardableResult
    func buildVersion(
        _ version: String, _ defines: [String: String] = [:], as name: String = "plugin.so", in directory: String = "a"
    ) throws -> String {
        try build(
            "tile", defines.merging(["PLUGIN_VERSION": "\"\(version)\""]) { $1 }, as: name, in: directory)
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }

    /// Opens the fixture tile with a mode.
    func open(_ host: PluginHost, _ mode: String, type: String = "test-step", _ more: [String: JSON] = [:]) throws
        -> TileInstance
    {
        let config = JSON.object(more.merging(["mode": .string(mode)]) { $1 })
        return try host.openTile(type: type, config: config, schema: nil, workspaceID: "w", journeyID: "j").get()
    }

    func context(
        dryRun: Bool = false, timeoutUs: Int64 = 1_000_000, cancelled: @escaping @Sendable () -> Bool = { false }
    )
        -> CallContext
    {
        CallContext(
            workspaceID: "w", journeyID: "j", runID: "r", tileID: "t", nowUs: clock.now(), runAtUs: clock.now(),
            deadlineUs: clock.now() + timeoutUs, dryRun: dryRun, cancelled: cancelled)
    }

    static func members(_ count: Int) -> RecordBatch {
        let builder = BatchBuilder(columns: [Column(name: "$member", type: .string, nullable: false)])
        for row in 0..<count { builder.append(string: "member-\(row)", to: 0) }
        return builder.finish()
    }
}

/// Log lines, from any thread.
final class Lines: Sendable {
    private let lines = Monitor<[String]>([])

    func add(_ line: String) { lines.update { $0.append(line) } }

    func count(_ text: String) -> Int { lines.withLock { $0.filter { $0.contains(text) }.count } }

    /// Waits until so many lines have the text.
    func wait(_ text: String, _ count: Int = 1) {
        lines.wait { $0.filter { $0.contains(text) }.count >= count ? () : nil }
    }
}

/// Keeps what a call reported.
final class Recorder: OutcomeSink {
    struct Outcome: Hashable {
        var row: UInt32
        var kind: UInt32
        var branch: UInt16 = 0
        var time: Int64 = 0
        var flags: UInt8 = 0
        var error: OutcomeError?
    }
    struct State {
        var outcomes: [Outcome] = []
        var ends: [CallEnd] = []
        var records: [Int: String] = [:]
        var reportsAfterDone = 0
    }
    let state = Monitor(State())

    func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>) {
        let copies = outcomes.map {
            Outcome(
                row: $0.row, kind: UInt32($0.kind), branch: $0.branch, time: $0.time_us, flags: $0.flags,
                error: $0.error.map { OutcomeError($0) })
        }
        state.update { state in
            if !state.ends.isEmpty { state.reportsAfterDone += 1 }
            state.outcomes += copies
        }
    }

    func done(_ end: CallEnd) { state.update { $0.ends.append(end) } }

    func record(row: Int, json: UnsafeBufferPointer<UInt8>) {
        let text = String(decoding: json, as: UTF8.self)
        state.update { $0.records[row] = text }
    }

    var outcomes: [Outcome] { state.withLock { $0.outcomes } }
    var ends: [CallEnd] { state.withLock { $0.ends } }

    /// Waits for the end of the call.
    func end() -> CallEnd { state.wait { $0.ends.first } }
}

extension PluginHost {
    /// `rescan` until nobody writes a file any more: another test's child may hold one open for a moment after `fork`.
    @discardableResult
    func settle() -> [LoadOutcome] {
        while true {
            let outcomes = rescan()
            if !outcomes.contains(where: { $0.state == .busy }) { return outcomes }
            usleep(1000)
        }
    }
}
