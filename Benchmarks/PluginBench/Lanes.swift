import CTessera
import Columns
import Crypto
import Glibc
import Journeys
import Platform
import PluginHost

/// The three ways for a batch: a loop, a call, a call into another process.
final class Lanes {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    typealias Plain =
        @convention(c) (
            UnsafePointer<Int64>?, UnsafePointer<UInt8>?, Int64, UnsafeMutablePointer<tessera_outcome>?
        ) -> Void

    private let host: PluginHost
    private let plain: Plain
    private let outcomes = UnsafeMutablePointer<tessera_outcome>.allocate(capacity: 8192)
    let inproc: TileInstance
    let process: TileInstance
    private let clock = SystemClock()

    /// - Parameter directory: also takes the host's store.
    init(directory: String, program: String) throws {
        guard let handle = dlopen(directory + "/inproc/plugin.so", RTLD_NOW | RTLD_LOCAL),
            let symbol = dlsym(handle, "bench_plain")
        else { throw Failure(description: "\(directory)/inproc/plugin.so has no bench_plain") }
        plain = unsafeBitCast(symbol, to: Plain.self)
        let sha256 = Crypto.hex(Crypto.sha256(try Files.read(directory + "/inproc/plugin.so")))
        let lock: JSON = [
            "plugins": [["file": "plugin.so", "sha256": .string(sha256), "isolation": "inproc", "secrets": false]]
        ]
        try Files.write(lock.serialized(), to: directory + "/inproc/plugins.lock")
        let clock = SystemClock()
        let host = PluginHost(
            configuration: PluginHostConfiguration(
                directories: [directory + "/inproc", directory + "/process"], storeDirectory: directory + "/store",
                hostProgram: program),
            memory: ForgetfulMemory(), services: HostServices(), clock: clock, log: Log(level: .error, clock: clock))
        for outcome in host.loadAll() where outcome.state != .active { throw Failure(description: outcome.reason) }
        for (id, isolation) in [("com.example.inproc", "inproc"), ("com.example.process", "process")] {
            guard host.list().first(where: { $0.id == id })?.isolation == isolation else {
                throw Failure(description: "\(id) is not isolated as '\(isolation)'")
            }
        }
        func open(_ id: String) throws -> TileInstance {
            try host.openTile(
                type: id, config: [:], schema: BatchSchema(columns: Self.columns), workspaceID: "w", journeyID: "j"
            ).get()
        }
        inproc = try open("com.example.inproc")
        process = try open("com.example.process")
        self.host = host
    }

    deinit { outcomes.deallocate() }

    func stop() { host.stop() }

    private static let columns = [Column(name: "age", type: .integer)]

    /// Ages of 0 to 79, one in ten unknown.
    static func batch(_ rows: Int) -> RecordBatch {
        let builder = BatchBuilder(columns: columns, capacity: rows)
        for row in 0..<rows {
            if row % 10 == 9 { builder.appendNull(0) } else { builder.append(int64: Int64(row * 7 % 80), to: 0) }
        }
        return builder.finish()
    }

    func runPlain(_ batch: RecordBatch) {
        batch.withArrow { _, array in
            let column = array.pointee.children[0]?.pointee
            plain(
                column?.buffers[1]?.assumingMemoryBound(to: Int64.self),
                column?.buffers[0]?.assumingMemoryBound(to: UInt8.self), Int64(batch.count), outcomes)
        }
    }

    /// A context that never runs out.
    func context() -> CallContext {
        let now = clock.now()
        return CallContext(
            workspaceID: "w", journeyID: "j", runID: "r", tileID: "t", nowUs: now, runAtUs: now,
            deadlineUs: now + 3_600_000_000)
    }
}

/// Counts what is reported: one sink serves one call after the other here, which the engine's do not.
final class CountingSink: OutcomeSink, @unchecked Sendable {
    /// Written by one thread at a time: the calls of a sink never overlap.
    private(set) var rows = 0
    private(set) var failures = 0

    func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>) { rows += outcomes.count }
    func done(_ end: CallEnd) { if end != .finished { failures += 1 } }
}
