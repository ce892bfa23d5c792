import CTessera
import Columns
import Testing

/// An opened tile of a plugin under test, called through the C table. Closed with the last reference.
final class TestTile {
    let library: PluginLibrary
    let interface: tessera_tile_interface
    let type: UnsafePointer<tessera_tile_type>
    private let instance: UnsafeMutableRawPointer?

    /// - Throws: `OpenProblems` when the plugin refuses the config.
    init(
        _ library: PluginLibrary, _ id: String, config: String, schema: BatchSchema? = nil
    ) throws {
        let interface = try #require(library.tiles).pointee
        self.library = library
        self.interface = interface
        let type = try #require(
            (0..<Int(interface.type_count)).compactMap { interface.types[$0] }.first {
                String(cString: $0.pointee.id) == id
            })
        self.type = type
        var instance: UnsafeMutableRawPointer?
        try collectingProblems { call in
            withText(config) { interface.open(type, $0, schema?.pointer, call, &instance) }
        }
        self.instance = instance
    }

    deinit { interface.close(type, instance) }

    var branches: [String] { list { interface.branches(type, instance, $0) } }
    var columns: [String] { list { interface.columns(type, instance, $0) } }

    /// Runs a batch and gives what the plugin's `run` returned.
    func run(_ batch: RecordBatch, _ call: CallRecorder) -> Int32 {
        batch.withArrow { schema, array in interface.run(type, instance, schema, array, call.pointer) }
    }

    /// Runs a batch at a time and gives the outcomes of its rows.
    func outcomes(_ batch: RecordBatch, now: Int64 = 0, runAt: Int64? = nil) throws -> [TestOutcome.Kind?] {
        let call = CallRecorder(now: now, runAt: runAt)
        try #require(run(batch, call) == 0)
        return call.outcomes(rows: batch.count)
    }

    /// The problems of a config that must be refused.
    static func problems(
        _ library: PluginLibrary, _ id: String, config: String, schema: BatchSchema? = nil
    ) throws -> OpenProblems {
        try #require(throws: OpenProblems.self) { try TestTile(library, id, config: config, schema: schema) }
    }
}
