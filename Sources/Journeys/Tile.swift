/// A tile of a journey as its editor wrote it.
public struct Tile: Sendable, Hashable {
    /// Unique within the journey; checked by validation, not on saving.
    public var id: String
    /// The tile type that a plugin provides: `entry`, `wait` …
    public var type: String
    /// `config` as it was given: nil when the member was absent, `.null` when it was null.
    public var givenConfig: JSON?
    /// Where the editor drew it, as it was given; nil when absent.
    public var position: JSON?
    /// Members that Tessera does not know (editors keep labels there), returned as they came.
    public var extra: [String: JSON]

    public init(
        id: String, type: String, config: JSON? = nil, position: JSON? = nil, extra: [String: JSON] = [:]
    ) {
        self.id = id
        self.type = type
        self.givenConfig = config
        self.position = position
        self.extra = extra
    }

    /// The config as a plugin gets it: an object, `{}` when none was given. Setting it counts as giving it.
    public var config: JSON {
        get {
            if case .object? = givenConfig { return givenConfig ?? [:] }
            return [:]
        }
        set { givenConfig = newValue }
    }

    /// The tile as the API shows it.
    public var json: JSON {
        var members = extra
        members["id"] = .string(id)
        members["type"] = .string(type)
        if let givenConfig { members["config"] = givenConfig }
        if let position { members["position"] = position }
        return .object(members)
    }
}
