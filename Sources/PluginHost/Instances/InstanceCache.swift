import Columns
import Crypto
import Journeys
import Platform

/// Open tile instances by what they were opened with. The ones used last stay open though nobody uses them.
final class InstanceCache: Sendable {
    struct Key: Hashable {
        let generation: ObjectIdentifier
        let type: String
        /// SHA-256 over config and schema.
        let digest: [UInt8]

        init(generation: PluginGeneration, type: String, config: JSON, schema: BatchSchema?) {
            self.generation = ObjectIdentifier(generation)
            self.type = type
            var bytes = config.serialized()
            if let schema {
                bytes.append(0)
                JSON.array(schema.columns.map(\.json)).write(to: &bytes)
            }
            digest = Crypto.sha256(bytes)
        }
    }

    private struct Entry {
        let instance: TileInstance
        var used: UInt64
    }
    private struct State {
        var entries: [Key: Entry] = [:]
        var uses: UInt64 = 0
    }
    private let state = Monitor(State())
    private let limit: Int

    init(limit: Int) { self.limit = max(1, limit) }

    func instance(_ key: Key) -> TileInstance? {
        state.withLock { state in
            state.uses += 1
            state.entries[key]?.used = state.uses
            return state.entries[key]?.instance
        }
    }

    /// Keeps an instance; gives the one that another thread kept meanwhile, if any.
    func keep(_ instance: TileInstance, _ key: Key) -> TileInstance {
        // The evicted one is let go outside the lock: its end takes other locks.
        let (kept, evicted) = state.withLock { state -> (TileInstance, TileInstance?) in
            if let other = state.entries[key]?.instance { return (other, nil) }
            state.uses += 1
            state.entries[key] = Entry(instance: instance, used: state.uses)
            guard state.entries.count > limit,
                let oldest = state.entries.min(by: { $0.value.used < $1.value.used })?.key
            else { return (instance, nil) }
            return (instance, state.entries.removeValue(forKey: oldest)?.instance)
        }
        withExtendedLifetime(evicted) {}
        // Replaced since it was opened: kept, it would hold a generation that is to retire.
        if instance.owner.isRetiring { removeAll(of: instance.owner) }
        return kept
    }

    /// Lets go of all instances, or those of one generation.
    func removeAll(of generation: PluginGeneration? = nil) {
        let removed = state.withLock { state in
            let removed = state.entries.filter { generation == nil || $0.value.instance.owner === generation }
            for key in removed.keys { state.entries[key] = nil }
            return removed
        }
        withExtendedLifetime(removed) {}
    }
}
