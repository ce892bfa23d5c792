import Journeys

/// What a run has done, in members (CONTRACT.md, run object).
public struct RunCounts: Sendable, Equatable {
    public var entered = 0
    public var moved = 0
    public var waiting = 0
    public var completed = 0
    public var exited = 0
    public var failed = 0
    public var delivered = 0
    public var skipped = 0

    public init() {}

    /// The object of the API, which is also the stored form.
    public var json: JSON {
        .object(
            Dictionary(uniqueKeysWithValues: Self.fields.map { ($0.name, .integer(Int64(self[keyPath: $0.path]))) }))
    }

    /// By the names of the API.
    public var byName: [(name: String, count: Int)] { Self.fields.map { ($0.name, self[keyPath: $0.path]) } }

    public mutating func add(_ other: RunCounts) {
        for field in Self.fields { self[keyPath: field.path] += other[keyPath: field.path] }
    }

    /// Reads the object; a member that is absent is 0.
    public init(json: JSON) {
        for field in Self.fields { self[keyPath: field.path] = Int(json[field.name]?.integerValue ?? 0) }
    }

    private static var fields: [(name: String, path: WritableKeyPath<RunCounts, Int>)] {
        [
            ("entered", \.entered), ("moved", \.moved), ("waiting", \.waiting), ("completed", \.completed),
            ("exited", \.exited), ("failed", \.failed), ("delivered", \.delivered), ("skipped", \.skipped),
        ]
    }
}

/// What a run has done at one tile, in members, and the plugin generations that did it.
public struct RunTileCounts: Sendable, Equatable {
    public var `in` = 0
    public var out = 0
    public var waiting = 0
    public var failed = 0
    public var generations: [Int] = []

    public init() {}

    /// The object of the API, which is also the stored form.
    public var json: JSON {
        .object([
            "in": .integer(Int64(self.in)), "out": .integer(Int64(out)), "waiting": .integer(Int64(waiting)),
            "failed": .integer(Int64(failed)), "generations": .array(generations.map { .integer(Int64($0)) }),
        ])
    }

    /// Reads the object; a member that is absent is 0.
    public init(json: JSON) {
        self.in = Int(json["in"]?.integerValue ?? 0)
        out = Int(json["out"]?.integerValue ?? 0)
        waiting = Int(json["waiting"]?.integerValue ?? 0)
        failed = Int(json["failed"]?.integerValue ?? 0)
        generations = (json["generations"]?.arrayValue ?? []).compactMap { $0.integerValue.map(Int.init) }
    }
}
