/// What a client may set of a journey. Everything else of the orchestration object is the server's.
public struct Journey: Sendable, Hashable {
    public var name: String
    public var description: String
    /// UUID of the parent model, lower-case.
    public var parentModelID: String
    /// Filter tree as it was given; nil, `{}` and an empty root group let everyone in.
    public var entryCriteria: JSON?
    /// Filter tree as it was given; nil, `{}` and an empty root group match no one.
    public var exitCriteria: JSON?
    public var tiles: [Tile]
    public var edges: [Edge]
    /// Cron expression as it was given; nil runs on trigger only.
    public var schedule: String?

    public init(
        name: String, description: String = "", parentModelID: String, entryCriteria: JSON? = nil,
        exitCriteria: JSON? = nil, tiles: [Tile] = [], edges: [Edge] = [], schedule: String? = nil
    ) {
        self.name = name
        self.description = description
        self.parentModelID = parentModelID
        self.entryCriteria = entryCriteria
        self.exitCriteria = exitCriteria
        self.tiles = tiles
        self.edges = edges
        self.schedule = schedule
    }
}

extension Journey {
    /// The members of the orchestration object that a client may set, each present, null where nothing is set.
    public func toJSON() -> [String: JSON] {
        [
            "name": .string(name),
            "description": .string(description),
            "parent_model_id": .string(parentModelID),
            "entry_criteria": entryCriteria ?? .null,
            "exit_criteria": exitCriteria ?? .null,
            "tiles": .array(tiles.map(\.json)),
            "edges": .array(edges.map(\.json)),
            "schedule": schedule.map { .string($0) } ?? .null,
        ]
    }

    /// Reads back what `toJSON` wrote, for the store: the shape is checked, the limits and grammars are not, so that a
    /// journey saved under older rules can still be read. Nil when the shape is wrong.
    public init?(stored json: JSON) {
        var reader = JourneyReader(json: json, limits: .none)
        let journey = reader.journey(over: nil)
        guard let journey, !reader.faults.contains(where: \.isShape) else { return nil }
        self = journey
    }
}
