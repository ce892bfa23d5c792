import Journeys

/// A tile type that a loaded plugin provides.
public struct TileTypeInfo: Sendable, Hashable {
    /// Rows per call when the type leaves it to the host.
    public static let hostMaxBatch = 8192
    /// Batches at once per instance of an ASYNC type that leaves it to the host.
    public static let hostMaxInFlight = 4
    /// Microseconds per call when the type leaves it to the host.
    public static let hostTimeoutUs: Int64 = 60_000_000

    /// As a journey names it.
    public var id: String
    public var title: String
    public var pluginID: String
    /// The plugin's version text.
    public var version: String
    /// The plugin's generation: 1, 2 … per plugin id.
    public var generation: Int
    public var role: TileRole
    /// Arrival is committed before the call; branches end with `failed`.
    public var sideEffects: Bool
    /// May report after `run` has returned.
    public var isAsync: Bool
    /// `run` may be called on one instance from several threads at once.
    public var isConcurrent: Bool
    /// Keeps the promise of a dry run.
    public var supportsDryRun: Bool
    /// Rows per `run` at most, the host's choice filled in.
    public var maxBatch: Int
    /// Batches at once per instance at most, the host's choice filled in; 1 for types that are not ASYNC.
    public var maxInFlight: Int
    /// From `run` to the call's deadline, the host's choice filled in.
    public var timeoutUs: Int64
    /// The JSON Schema of its config.
    public var schema: JSON
    /// What the core must see of a config.
    public var marks: SchemaMarks
}

/// A connector type that a loaded plugin provides.
public struct ConnectorTypeInfo: Sendable, Hashable {
    /// The `destination_type`.
    public var id: String
    public var title: String
    public var pluginID: String
    public var version: String
    public var generation: Int
    /// Rows per `build` at most; nil: the caller's choice.
    public var maxRows: Int?
    public var schema: JSON
    /// Its secrets and URLs, among others.
    public var marks: SchemaMarks
}

extension TileTypeInfo {
    /// Fields in the config that are the engine's: it validates them and takes them out before `open`.
    public var engineFields: [String] {
        if role == .entry { return ["reentry", "advance", "pause_clock", "path"] }
        return takesRetryRules ? ["retry"] : []
    }

    /// Whether `retry` in the config says to the engine how to try again: not where the type has a field of that name.
    public var takesRetryRules: Bool { sideEffects && schema["properties"]?["retry"] == nil }

    /// A config as the plugin sees it.
    public func withoutEngineFields(_ config: JSON) -> JSON {
        let fields = engineFields
        guard !fields.isEmpty, case .object(var members) = config else { return config }
        for field in fields { members[field] = nil }
        return .object(members)
    }
}
