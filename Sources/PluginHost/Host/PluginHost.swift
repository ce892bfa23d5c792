import CTessera
import Columns
import Journeys
import Platform
import Synchronization

/// Finds, checks, loads, swaps and lends plugins. One per gateway; any thread.
///
/// A plugin that can't be used is refused with a reason, and the rest still load. Everything is keyed by generation, one
/// content of one plugin: its file is copied to a store under its hash, and the copy is mapped and never unmapped.
///
/// The life of a generation, on a gateway that serves: its file is hashed, copied to the store, probed in a process of its
/// own, mapped (or given a process), started; the guard opens on it all that is at work; then it takes the place of the
/// present one in one step. What was called before ends on the old one, which retires when its last instance closes. At
/// any step it may be refused: then the old one serves on, and what happened is told.
public final class PluginHost: Sendable {
    struct State {
        var present = PluginRegistry()
        var epoch = 0
        /// All that were in use in this process, oldest first.
        var loaded: [LoadedGeneration] = []
        /// Of files that were not taken, by path.
        var refused: [String: PluginInfo] = [:]
        weak var guardian: (any GenerationGuard)?
    }

    let configuration: PluginHostConfiguration
    let memory: any GenerationMemory
    let environment: HostEnvironment
    let store: PluginStore
    let cache: InstanceCache
    let files = FileMemory()
    /// For a watcher of the plugin directories: what it notes is read without a wait.
    public let finished = FinishedFiles()
    let registry = Monitor(State())
    /// As `State.epoch`, to be read without the lock.
    let changes = Atomic<Int>(0)
    /// Held while plugins load or leave: one operation at a time.
    let loading = Monitor(())
    private let settings: SettingsService

    /// - Parameters:
    ///   - services: what plugins find with `host->service`; offer all of them before `loadAll`.
    ///   - clock: also the one that call deadlines are kept by.
    public init(
        configuration: PluginHostConfiguration, memory: any GenerationMemory, services: HostServices,
        clock: any Clock, log: Log
    ) {
        self.configuration = configuration
        self.memory = memory
        store = PluginStore(directory: configuration.storeDirectory)
        cache = InstanceCache(limit: configuration.cachedInstances)
        let settings = SettingsService(configuration.settings)
        self.settings = settings
        environment = HostEnvironment(version: configuration.version, clock: clock, log: log) { id in
            id == TESSERA_SERVICE_SETTINGS ? settings.pointer : services.table(id)
        }
        environment.onQuarantine.withLock { told in
            told = { [weak self] id, sha256, reason in self?.quarantine(id, sha256: sha256, reason: reason) }
        }
    }

    deinit { stop() }

    /// From now on no generation is swapped or retired without the guard's word. It is not retained.
    public func guardSwaps(by guardian: any GenerationGuard) { registry.withLock { $0.guardian = guardian } }

    /// Lets go of everything: cached instances are closed, plugins whose instances are all closed are retired. Instances
    /// that are still held keep working. Call when no run is under way and no batch in flight; more than once is fine.
    public func stop() {
        let generations = loading.withLock { _ in
            registry.update { state in
                defer {
                    state.present = PluginRegistry()
                    state.refused = [:]
                }
                return Array(state.present.generations.values)
            }
        }
        cache.removeAll()
        environment.reaper.drain()
        for generation in generations { generation.retire() }
        environment.stop()
    }
}
