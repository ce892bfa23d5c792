import CTessera

/// A type of tile. The value is an instance: one config, opened. It is immutable and keeps nothing per journey, run or
/// member, and may be used for several journeys at once.
///
///     struct ScoreTile: TilePlugin {
///         static let type = TileType(id: "com.example.score", title: "Score", schema: #"{"type": "object", …}"#)
///         let minimum: Double
///         let branches: [String]? = ["high", "low"]
///         let columns = ["score"]
///
///         init(config: ConfigReader, open: OpenCall) { minimum = config.number("minimum") }
///
///         func run(_ batch: Batch, _ call: TileCall) throws {
///             let score = try batch.double("score")
///             var outcomes = call.outcomes(for: batch)
///             for row in 0..<batch.count { outcomes.advance(row, branch: score[row] ?? 0 >= minimum ? 0 : 1) }
///         }
///     }
public protocol TilePlugin: Sendable {
    static var type: TileType { get }

    /// Opens a config [control]. Report what is wrong with it to the reader: all reading methods do so themselves and
    /// give a stand-in, so that one pass finds every fault. After it the kit refuses unknown members and the config as a
    /// whole if anything was reported; the instance is then thrown away.
    init(config: ConfigReader, open: OpenCall)

    /// The names that edges bind to, in order; nil for the role's own: `next` for entry and step, none for exit.
    /// A type with side effects must not list `failed`: the gateway adds it.
    var branches: [String]? { get }

    /// The columns that `run` gets, reserved ones (`$member` …) too, in order.
    var columns: [String] { get }

    /// Decides about each row of a batch [worker; exclusive per instance unless the type is `concurrent`].
    /// - Throws: anything: the call as a whole failed, the error is logged, and rows that were not reported are unknown.
    func run(_ batch: Batch, _ call: TileCall) throws
}

extension TilePlugin {
    public var branches: [String]? { nil }
    public var columns: [String] { [] }
}

/// What a type of tile says about itself.
public struct TileType: Sendable {
    /// The place of a type in a journey.
    public enum Role: UInt32, Sendable {
        /// Members start here: one per journey, nothing leads to it.
        case entry = 1
        case step = 2
        /// No branches: members end here.
        case exit = 3
    }

    /// What a type does and promises.
    public struct Flags: OptionSet, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        /// Touches the world: arrivals are committed before the call, branches get `failed`.
        public static let sideEffects = Flags(rawValue: TESSERA_TILE_SIDE_EFFECTS)
        /// May report after `run` has returned, until it calls `done`.
        public static let async = Flags(rawValue: TESSERA_TILE_ASYNC)
        /// `run` may be called on one instance from several threads at once.
        public static let concurrent = Flags(rawValue: TESSERA_TILE_CONCURRENT)
        /// Keeps the promise of a dry run: all but the effect, and `record` of what would be sent.
        public static let dryRun = Flags(rawValue: TESSERA_TILE_DRY_RUN)
    }

    /// As a journey names it: `com.example.score`.
    public var id: String
    /// For people.
    public var title: String
    public var role: Role
    public var flags: Flags
    /// Rows per `run` at most; 0 for the gateway's choice.
    public var maxBatch: UInt32
    /// Async types: batches at once per instance at most; 0 for the gateway's choice.
    public var maxInFlight: UInt32
    /// Microseconds from `run` to the call's deadline; 0 for the gateway's choice.
    public var timeout: Int64
    /// JSON Schema (2020-12) of the config. Its first `examples` entry must open.
    public var schema: String

    public init(
        id: String, title: String, role: Role = .step, flags: Flags = .concurrent, maxBatch: UInt32 = 0,
        maxInFlight: UInt32 = 0, timeout: Int64 = 0, schema: String
    ) {
        self.id = id
        self.title = title
        self.role = role
        self.flags = flags
        self.maxBatch = maxBatch
        self.maxInFlight = maxInFlight
        self.timeout = timeout
        self.schema = schema
    }
}
