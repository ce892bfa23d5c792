import Journeys

/// What a run did to members, as the run object's `counts` shows it.
public struct RunCounts: Sendable, Hashable {
    /// New entries.
    public var entered = 0
    /// Members that left a tile.
    public var moved = 0
    /// Members parked in a wait when it ended.
    public var waiting = 0
    public var completed = 0
    public var exited = 0
    public var failed = 0
    /// Rows that a tile with side effects advanced.
    public var delivered = 0
    /// Rows with an unusable key or a value that misfits its type.
    public var skipped = 0

    public init() {}

    private static let fields: [(String, WritableKeyPath<RunCounts, Int> & Sendable)] = [
        ("entered", \.entered), ("moved", \.moved), ("waiting", \.waiting), ("completed", \.completed),
        ("exited", \.exited), ("failed", \.failed), ("delivered", \.delivered), ("skipped", \.skipped),
    ]

    /// `{"entered", "moved" …}`.
    public var json: JSON {
        .object(Dictionary(uniqueKeysWithValues: Self.fields.map { ($0, .integer(Int64(self[keyPath: $1]))) }))
    }

    /// From that object; what is absent is 0.
    public init(json: JSON) {
        for (name, field) in Self.fields { self[keyPath: field] = Int(json[name]?.integerValue ?? 0) }
    }
}

/// What a run did at one tile.
public struct RunTileCounts: Sendable, Hashable {
    /// Members that arrived.
    public var `in` = 0
    /// Members that left.
    public var out = 0
    public var waiting = 0
    public var failed = 0
    /// The generations of the tile's plugin that took part, ascending.
    public var generations: [Int] = []

    public init(in arrived: Int = 0, out: Int = 0, waiting: Int = 0, failed: Int = 0, generations: [Int] = []) {
        self.in = arrived
        self.out = out
        self.waiting = waiting
        self.failed = failed
        self.generations = generations
    }

    /// `{"in", "out", "waiting", "failed", "generations"}`.
    public var json: JSON {
        [
            "in": .integer(Int64(`in`)), "out": .integer(Int64(out)), "waiting": .integer(Int64(waiting)),
            "failed": .integer(Int64(failed)), "generations": .array(generations.map { .integer(Int64($0)) }),
        ]
    }

    /// From that object; what is absent is 0.
    public init(json: JSON) {
        func count(_ name: String) -> Int { Int(json[name]?.integerValue ?? 0) }
        self.init(
            in: count("in"), out: count("out"), waiting: count("waiting"), failed: count("failed"),
            generations: (json["generations"]?.arrayValue ?? []).compactMap { $0.integerValue.map(Int.init) })
    }
}
