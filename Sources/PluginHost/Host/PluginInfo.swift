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
        /// Microseconds spent in `run`; what an ASYNC type does after its return is not in it.
        public var timeUs = 0
        /// How often its process was started again.
        public var restarts = 0
        /// How often it was put in quarantine.
        public var quarantines = 0

        public init() {}
    }

    /// One content that the plugin id had.
    public struct Generation: Sendable, Hashable {
        /// Counts the contents of the plugin id from 1; a content keeps its number.
        public var number: Int
        public var sha256: String
        public var version: String
        public var state: GenerationState
        /// Why it was refused, stopped or taken back; else empty.
        public var reason: String
        /// `inproc` or `process`; empty when it never ran.
        public var isolation: String
        /// Microseconds since 1970 UTC of the last change of state.
        public var loadedAt: Int64
        /// Loaded in this process and not retired: in use, or with instances that are still open.
        public var isLive: Bool
        /// What it did in this process.
        public var figures: Figures
    }

    /// Empty when the file was refused before its id was known.
    public var id: String
    public var version: String
    public var state: GenerationState
    /// Why it was refused, stopped or taken back; else empty.
    public var reason: String
    public var sha256: String
    /// Empty without a Swift runtime inside.
    public var toolchain: String
    /// The file it was found as.
    public var path: String
    /// `inproc` or `process`; empty when it is not loaded.
    public var isolation: String
    /// Whether the directory's `plugins.lock` names this content.
    public var isLocked: Bool
    /// Whether `plugins.lock` lets it see secrets though it runs in a process of its own.
    public var grantsSecrets: Bool
    /// The number of the present generation, 0 when there is none.
    public var generation: Int
    public var loadedAt: Int64
    public var tileTypes: [String]
    public var connectorTypes: [String]
    /// Of the present generation.
    public var figures: Figures
    /// All generations of this id that are remembered, by number.
    public var generations: [Generation]
}

extension PluginInfo {
    /// A file that is not taken.
    init(id: String, version: String, refusal: String, sha256: String, path: String, isLocked: Bool, at now: Int64) {
        self.init(
            id: id, version: version, state: .refused, reason: refusal, sha256: sha256, toolchain: "", path: path,
            isolation: "", isLocked: isLocked, grantsSecrets: false, generation: 0, loadedAt: now, tileTypes: [],
            connectorTypes: [], figures: Figures(), generations: [])
    }

    /// A generation that is in use.
    init(_ generation: PluginGeneration) {
        let image = generation.image
        let quarantine = generation.quarantineReason
        self.init(
            id: image.id, version: image.version, state: quarantine == nil ? .active : .quarantined,
            reason: quarantine ?? "", sha256: generation.sha256, toolchain: image.toolchain, path: generation.path,
            isolation: generation.isolation, isLocked: generation.lock != nil,
            grantsSecrets: generation.lock?.grantsSecrets ?? false, generation: generation.number,
            loadedAt: generation.loadedAt, tileTypes: image.tileTypes.map(\.id),
            connectorTypes: image.connectorTypes.map(\.id), figures: generation.snapshot, generations: [])
    }

    /// A plugin that is not in use any more.
    init(gone record: GenerationRecord, last generation: PluginGeneration?) {
        self.init(
            id: record.pluginID, version: record.version, state: record.state, reason: record.reason,
            sha256: record.sha256, toolchain: generation?.image.toolchain ?? "", path: generation?.path ?? "",
            isolation: record.isolation, isLocked: generation?.lock != nil,
            grantsSecrets: generation?.lock?.grantsSecrets ?? false, generation: 0, loadedAt: record.loadedAt,
            tileTypes: generation?.image.tileTypes.map(\.id) ?? [],
            connectorTypes: generation?.image.connectorTypes.map(\.id) ?? [],
            figures: generation?.snapshot ?? Figures(), generations: [])
    }
}

extension PluginInfo.Figures {
    static func += (sum: inout Self, other: Self) {
        sum.calls &+= other.calls
        sum.rows &+= other.rows
        sum.failures &+= other.failures
        sum.timeouts &+= other.timeouts
        sum.dropped &+= other.dropped
        sum.late &+= other.late
        sum.instances &+= other.instances
        sum.timeUs &+= other.timeUs
        sum.restarts &+= other.restarts
        sum.quarantines &+= other.quarantines
    }
}

extension PluginGeneration {
    /// What it did so far.
    var snapshot: PluginInfo.Figures {
        var snapshot = figures.snapshot(instances: openInstances)
        snapshot.restarts = image.remote?.restarts ?? 0
        return snapshot
    }
}
