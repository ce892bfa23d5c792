import CTessera
import Columns
import Journeys

/// An opened tile under test.
final class TileSubject {
    let image: PluginImage
    let type: PluginImage.TileType
    let info: TileTypeInfo
    let instance: UnsafeMutableRawPointer?
    /// As the plugin lists them, or the role's own.
    let branches: [String]
    let columns: [String]
    /// Types of the model's columns among `columns`.
    let types: [String: ColumnType]

    private init(
        _ image: PluginImage, _ type: PluginImage.TileType, _ instance: UnsafeMutableRawPointer?,
        types: [String: ColumnType]
    ) throws(OpenFailure) {
        self.image = image
        self.type = type
        self.instance = instance
        self.types = types
        info = TileTypeInfo(type, of: image, generation: 1)
        let tiles = image.tiles
        let listed = try NameLists.read("branches") { tiles?.pointee.branches?(type.table, instance, $0) }
        branches = listed ?? (type.role == .exit ? [] : ["next"])
        columns = try NameLists.read("columns") { tiles?.pointee.columns?(type.table, instance, $0) } ?? []
    }

    /// The rows that a batch of it may have.
    var maxBatch: Int { min(info.maxBatch, 8192) }
    /// Calls of `run` are flagged DRY_RUN: what else it does can't be undone.
    var runsDry: Bool { info.sideEffects }
    /// Whether `run` may be called at all.
    var canRun: Bool { !info.sideEffects || info.supportsDryRun }

    func close() { image.tiles?.pointee.close?(type.table, instance) }

    func run(
        _ schema: UnsafePointer<ArrowSchema>, _ batch: UnsafePointer<ArrowArray>, _ call: UnsafePointer<tessera_call>
    ) -> Int32 { image.tiles?.pointee.run?(type.table, instance, schema, batch, call) ?? -1 }

    func rows(_ nulls: SampleRows.Nulls, seed: Int = 0, arrivedAt: Int64) -> SampleRows {
        SampleRows(
            columns: SampleRows.columns(columns, types: types), nulls: nulls, seed: seed, arrivedAt: arrivedAt)
    }

    /// What an attempt to open came to.
    enum Opened {
        case open(TileSubject)
        case refused(OpenTry)
        case broken(OpenFailure)
    }

    static func attempt(
        _ image: PluginImage, _ type: PluginImage.TileType, _ config: [UInt8], schema: [Column]?
    ) -> OpenTry {
        let lent = schema.map { GuardedBatch(BatchBuilder(columns: $0, capacity: 8).finish()) }
        lent?.lend()
        defer { lent?.takeBack() }
        return OpenTry(config) { text, call, instance in
            image.tiles?.pointee.open?(type.table, text, lent?.schema, call, instance) ?? -1
        }
    }

    static func open(
        _ image: PluginImage, _ type: PluginImage.TileType, _ config: JSON, types: [String: ColumnType]?
    ) -> Opened {
        let attempt = attempt(image, type, config.serialized(), schema: types.map(Self.schema))
        guard attempt.isOpen, attempt.problems.isEmpty else { return .refused(attempt) }
        do throws(OpenFailure) {
            return .open(try TileSubject(image, type, attempt.instance, types: types ?? [:]))
        } catch {
            return .broken(error)
        }
    }

    /// A model with these columns.
    static func schema(_ types: [String: ColumnType]) -> [Column] {
        types.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { Column(name: $0.key, type: $0.value) }
    }
}
