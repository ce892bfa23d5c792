import Journeys

/// A plugin, or a file that is none, as operators see it.
public struct PluginInfo: Sendable, Hashable {
    /// What a generation did since it was loaded.
    public struct Figures: Sendable, Hashable {
        /// Calls of `run`.
        public var calls = 0
        /// Rows handed to `run`.
        public var rows = 0
        /// Calls that returned non-zero.
        public var failures = 0
        /// Calls that passed their deadline.
        public var timeouts = 0
        /// Outcomes that were ignored: row, branch, kind or time out of range.
        public var dropped = 0
        /// Outcomes and `done`s that came after their call had ended.
        public var late = 0
        /// Instances open now.
        public var instances = 0

        public init() {}
    }

    /// Empty when the file was refused before its id was known.
    public var id: String
    public var version: String
    public var state: GenerationState
    /// Why it was refused; else empty.
    public var reason: String
    public var sha256: String
    /// Empty without a Swift runtime inside.
    public var toolchain: String
    /// The file it was found as.
    public var path: String
    /// `inproc`: the only one so far.
    public var isolation: String
    /// Whether the directory's `plugins.lock` names this content.
    public var isLocked: Bool
    /// The number of the active generation, 0 when refused.
    public var generation: Int
    public var loadedAt: Int64
    public var tileTypes: [String]
    public var connectorTypes: [String]
    public var figures: Figures
    /// All generations of this id that are remembered, by number.
    public var generations: [GenerationRecord]
}

extension PluginInfo {
    /// As the API shows it.
    public var json: JSON {
        [
            "id": .string(id), "version": .string(version), "state": .string(state.rawValue),
            "reason": .string(reason), "sha256": .string(sha256), "toolchain": .string(toolchain),
            "path": .string(path), "isolation": .string(isolation), "locked": .bool(isLocked),
            "generation": .integer(Int64(generation)), "loaded_at_us": .integer(loadedAt),
            "tile_types": .array(tileTypes.map { .string($0) }),
            "connector_types": .array(connectorTypes.map { .string($0) }),
            "figures": [
                "calls": .integer(Int64(figures.calls)), "rows": .integer(Int64(figures.rows)),
                "failures": .integer(Int64(figures.failures)), "timeouts": .integer(Int64(figures.timeouts)),
                "dropped_outcomes": .integer(Int64(figures.dropped)), "late_reports": .integer(Int64(figures.late)),
                "instances": .integer(Int64(figures.instances)),
            ],
            "generations": .array(
                generations.map { record in
                    [
                        "number": .integer(Int64(record.number)), "sha256": .string(record.sha256),
                        "version": .string(record.version), "state": .string(record.state.rawValue),
                        "reason": .string(record.reason), "loaded_at_us": .integer(record.loadedAt),
                    ]
                }),
        ]
    }
}
