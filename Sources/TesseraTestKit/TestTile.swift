import CTessera
import CTesseraTest

/// An opened tile of a plugin under test, called through the C table. Closed with the last reference.
public final class TestTile {
    public let library: PluginLibrary
    private let tile: UnsafeMutablePointer<tessera_test_tile>

    /// - Parameters:
    ///   - id: the tile type.
    ///   - config: JSON text.
    ///   - schema: the model's columns; nil: unknown.
    /// - Throws: `OpenProblems` when the plugin refuses the config.
    public init(_ library: PluginLibrary, _ id: String, config: String, schema: UnsafePointer<ArrowSchema>?) throws {
        self.library = library
        let tile = UnsafeMutablePointer<tessera_test_tile>.allocate(capacity: 1)
        guard tessera_test_open(tile, library.plugin, id, config, schema) != 0 else {
            defer {
                tessera_test_problems_free(&tile.pointee.problems)
                tile.deallocate()
            }
            throw OpenProblems(tile.pointee.problems)
        }
        self.tile = tile
    }

    /// The same with a batch, perhaps an empty one, that has the model's columns.
    public convenience init(
        _ library: PluginLibrary, _ id: String, config: String, schema: TestBatch? = nil
    ) throws {
        guard let schema else {
            try self.init(library, id, config: config, schema: UnsafePointer<ArrowSchema>?.none)
            return
        }
        defer { withExtendedLifetime(schema) {} }
        try self.init(library, id, config: config, schema: tessera_test_schema(schema.pointer))
    }

    deinit {
        tessera_test_close(tile)
        tile.deallocate()
    }

    public var type: UnsafePointer<tessera_tile_type> { tile.pointee.type }

    /// Without the `failed` that the gateway adds to a type with side effects.
    public var branches: [String] {
        var names: UnsafePointer<tessera_str>?
        let count = tessera_test_branches(tile, &names)
        return copies(of: names, count)
    }

    public var columns: [String] {
        var names: UnsafePointer<tessera_str>?
        let count = tessera_test_columns(tile, &names)
        return copies(of: names, count)
    }

    /// Runs a batch and gives what the plugin's `run` returned.
    public func run(_ batch: TestBatch, _ call: CallRecorder) -> Int32 {
        tessera_test_run(tile, batch.pointer, call.test)
    }

    /// `run` did not return 0.
    public struct RunFailed: Error {
        public let status: Int32
    }

    /// Runs a batch to its end and gives the outcomes of its rows.
    /// - Throws: `RunFailed`.
    public func outcomes(_ batch: TestBatch, now: Int64 = 0, runAt: Int64? = nil) throws -> [TestOutcome.Kind?] {
        let call = CallRecorder(now: now, runAt: runAt)
        let status = run(batch, call)
        guard status == 0 else { throw RunFailed(status: status) }
        call.waitForDone()
        return call.outcomes(rows: batch.count)
    }

    /// What is said against a config; nil when it opens.
    public static func refusal(
        _ library: PluginLibrary, _ id: String, config: String, schema: TestBatch? = nil
    ) -> OpenProblems? {
        do {
            _ = try TestTile(library, id, config: config, schema: schema)
            return nil
        } catch {
            return error as? OpenProblems
        }
    }
}
