import CTessera
import Columns
import Journeys
import Platform

/// Finds, checks, loads and lends plugins. One per gateway; any thread.
///
/// A plugin that can't be used is refused with a reason, and the rest still load. Everything is keyed by generation, one
/// content of one plugin: its file is copied to a store under its hash, and the copy is mapped and never unmapped.
public final class PluginHost: Sendable {
    struct TileEntry {
        let info: TileTypeInfo
        let type: PluginImage.TileType
        let generation: PluginGeneration
    }
    struct ConnectorEntry {
        let info: ConnectorTypeInfo
        let type: PluginImage.ConnectorType
        let generation: PluginGeneration
    }
    /// What is loaded now.
    struct Registry {
        var generations: [String: PluginGeneration] = [:]
        var tiles: [String: TileEntry] = [:]
        var connectors: [String: ConnectorEntry] = [:]
        var transport: PluginGeneration?
        /// Of files that were not taken, by path.
        var refused: [String: PluginInfo] = [:]
    }

    let configuration: PluginHostConfiguration
    let memory: any GenerationMemory
    let environment: HostEnvironment
    let store: PluginStore
    let cache: InstanceCache
    let registry = Monitor(Registry())
    /// Held while plugins load: one load at a time.
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
    }

    deinit { stop() }

    /// Lets go of everything: cached instances are closed, plugins whose instances are all closed are retired. Instances
    /// that are still held keep working. Call when no run is under way and no batch in flight; more than once is fine.
    public func stop() {
        let generations = registry.update { registry in
            defer { registry = Registry() }
            return Array(registry.generations.values)
        }
        cache.removeAll()
        environment.reaper.drain()
        for generation in generations { generation.retire() }
        environment.stop()
    }
}
